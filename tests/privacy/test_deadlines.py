from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import translation

from privacy import deadlines, reference_numbers

NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)  # 14:05 in Jakarta


def test_due_is_72_consecutive_hours():
    assert deadlines.due(NOW) == NOW + timedelta(hours=72)


@pytest.mark.parametrize(
    ("minutes", "hours"), [(72 * 60, 72), (61, 1), (59, 0), (0, 0), (-1, -1), (-60, -1), (-181, -3)]
)
def test_hours_left_round_towards_the_deadline(minutes, hours):
    assert deadlines.hours_left(NOW + timedelta(minutes=minutes), NOW) == hours


@pytest.mark.parametrize(
    ("hours", "words", "urgency"),
    [
        (41, "41 hours left", "info"),
        (5, "5 hours left, today by 19:05 WIB", "waiting"),
        (14, "14 hours left, tomorrow by 04:05 WIB", "waiting"),
        (-3, "3 hours past the deadline", "late"),
    ],
)
def test_time_left_in_words(hours, words, urgency):
    with translation.override("en"), time_machine.travel(NOW, tick=False):
        assert deadlines.time_left(NOW + timedelta(hours=hours)).replace("\N{NO-BREAK SPACE}", " ") == words
        assert deadlines.urgency(NOW + timedelta(hours=hours)) == urgency


def test_numbers_run_per_kind_and_year(db):
    with time_machine.travel(NOW):
        taken = [reference_numbers.next_number(kind) for kind in ("PD", "PD", "KL")]
        assert taken == ["PD-2026-0001", "PD-2026-0002", "KL-2026-0001"]
    with time_machine.travel(datetime(2026, 12, 31, 17, 0, tzinfo=UTC)):  # already 2027 in Jakarta
        assert reference_numbers.next_number("PD") == "PD-2027-0001"
