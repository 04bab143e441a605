from datetime import UTC, date, datetime

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.utils import translation
from django.utils.formats import date_format, localize, number_format

from accounts.templatetags import dates
from accounts.templatetags.reference_numbers import unbroken_in

AFTERNOON = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)  # 14.05 in Jakarta
LATE = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)  # the next day in Jakarta
SPACE = "\N{NO-BREAK SPACE}"


def plain(text):
    return text.replace(SPACE, " ")


@pytest.mark.parametrize(
    ("language", "name", "expected"),
    [
        ("id", "DATE_FORMAT", "22 November 2026"),
        ("en", "DATE_FORMAT", "22 November 2026"),
        ("id", "SHORT_DATE_FORMAT", "22 Nov 2026"),
        ("en", "SHORT_DATE_FORMAT", "22 Nov 2026"),
        ("id", "TIME_FORMAT", "14.05"),
        ("en", "TIME_FORMAT", "14:05"),
        ("id", "DATETIME_FORMAT", "22 November 2026 pukul 14.05 WIB"),
        ("en", "DATETIME_FORMAT", "22 November 2026 at 14:05 WIB"),
    ],
)
def test_formats_write_dates_our_way(language, name, expected):
    with translation.override(language):
        written = date_format(AFTERNOON.astimezone(dates.JAKARTA), name)
    assert plain(written) == expected
    assert SPACE in written or name == "TIME_FORMAT"


def test_formats_name_the_months_in_indonesian():
    with translation.override("id"):
        assert plain(date_format(date(2026, 8, 17), "DATE_FORMAT")) == "17 Agustus 2026"
        assert plain(date_format(date(2026, 5, 2), "SHORT_DATE_FORMAT")) == "2 Mei 2026"


@pytest.mark.parametrize(
    ("language", "decimal", "thousands"),
    [("id", "12,5", "1.234.567"), ("en", "12.5", "1,234,567")],
)
def test_formats_write_numbers_our_way(language, decimal, thousands):
    with translation.override(language):
        assert localize(12.5) == decimal
        assert number_format(1234567, force_grouping=True) == thousands


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("typed", ["22-11-2026", "22/11/2026", "2026-11-22"])
def test_date_input_takes_the_day_first_and_iso(language, typed):
    with translation.override(language):
        assert forms.DateField().clean(typed) == date(2026, 11, 22)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("typed", ["11/22/2026", "11-22-2026", "22.11.2026", "Nov 22 2026", "22-11-26"])
def test_date_input_refuses_month_first_and_guesses(language, typed):
    with translation.override(language), pytest.raises(forms.ValidationError):
        forms.DateField().clean(typed)


def test_moment_is_read_in_jakarta_with_its_zone():
    with translation.override("en"):
        assert plain(dates.datetime_wib(AFTERNOON)) == "22 November 2026 at 14:05 WIB"
        assert plain(dates.datetime_wib(LATE)) == "23 November 2026 at 01:30 WIB"


def test_moment_keeps_date_and_time_together_but_may_break_between():
    with translation.override("en"):
        assert dates.datetime_wib(AFTERNOON) == f"22{SPACE}November{SPACE}2026 at{SPACE}14:05{SPACE}WIB"


@pytest.mark.parametrize(
    ("filter_name", "expected"),
    [("day", "23 November 2026"), ("short_day", "23 Nov 2026"), ("time_wib", "01.30 WIB")],
)
def test_filters_work_in_templates(filter_name, expected):
    template = Template("{% load dates %}{{ at|" + filter_name + " }}")
    with translation.override("id"):
        assert plain(template.render(Context({"at": LATE}))) == expected


def test_day_takes_a_plain_date():
    assert plain(dates.day(date(2026, 11, 22))) == "22 November 2026"


@pytest.mark.parametrize("name", ["day", "short_day", "time_wib", "datetime_wib", "relative"])
def test_filters_say_nothing_of_nothing(name):
    assert getattr(dates, name)(None) == ""


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 22, 16, 59, tzinfo=UTC), "Today at 14:05 WIB"),
        (datetime(2026, 11, 22, 17, 1, tzinfo=UTC), "Yesterday at 14:05 WIB"),
        (datetime(2026, 11, 23, 17, 1, tzinfo=UTC), "22 November 2026 at 14:05 WIB"),
    ],
)
def test_relative_counts_days_in_jakarta(now, expected):
    with time_machine.travel(now, tick=False), translation.override("en"):
        assert plain(dates.relative(AFTERNOON)) == expected


def test_numbers_in_a_title_are_not_torn_and_what_is_typed_stays_text():
    assert unbroken_in("Request PD-2026-0001 <b>") == (
        'Request <span class="text-nowrap">PD-2026-0001</span> &lt;b&gt;'
    )
