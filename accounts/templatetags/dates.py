"""Filters for dates and times: day first, the time with its zone, always in Asia/Jakarta."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

register = template.Library()
JAKARTA = ZoneInfo("Asia/Jakarta")
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


@register.filter
def day(value):
    """22 November 2026"""
    return date_format(_here(value), "DATE_FORMAT") if value else ""


@register.filter
def written_day(value):
    """22 November 2026, from the "2026-11-22" in the facts of a queued email"""
    return day(date.fromisoformat(value))


@register.filter
def short_day(value):
    """22 Nov 2026, in tables only"""
    return date_format(_here(value), "SHORT_DATE_FORMAT") if value else ""


@register.filter
def time_wib(value):
    """14.05 WIB, English 14:05 WIB"""
    return f"{date_format(_here(value), 'TIME_FORMAT')}{NO_BREAK_SPACE}WIB" if value else ""


@register.filter
def datetime_wib(value):
    """22 November 2026 pukul 14.05 WIB, English 22 November 2026 at 14:05 WIB"""
    if not value:
        return ""
    return _held(_("%(day)s at %(clock)s") % {"day": day(value), "clock": time_wib(value)}, time_wib(value))


@register.filter
def short_datetime_wib(value):
    """22 Nov 2026 14.05 WIB, in tables only"""
    return f"{short_day(value)} {time_wib(value)}" if value else ""


@register.filter
def relative(value):
    """Today at 14:05 WIB, Yesterday at 14:05 WIB, and before that the full date and time"""
    if not value:
        return ""
    days_ago = (timezone.now().astimezone(JAKARTA).date() - _here(value).date()).days
    sentence = {0: _("Today at %(clock)s"), 1: _("Yesterday at %(clock)s")}.get(days_ago)
    return _held(sentence % {"clock": time_wib(value)}, time_wib(value)) if sentence else datetime_wib(value)


def _here(value):
    """Convert a datetime to Jakarta time; return a date unchanged."""
    return value.astimezone(JAKARTA) if isinstance(value, datetime) else value


def _held(sentence, time):
    """Keep the time on one line with the word before it."""
    return sentence.replace(f" {time}", f"{NO_BREAK_SPACE}{time}")
