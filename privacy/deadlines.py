"""Statutory deadlines: an answer within 3×24 hours of receipt, on any day of the week (articles 30, 32, 40, 41)."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags import dates


def due(received_at=None):
    """Return the deadline for something received at `received_at` (default: now)."""
    return (received_at or timezone.now()) + timedelta(hours=settings.ANSWER_HOURS)


def start_of(day):
    """Return the first moment of a day in Jakarta."""
    return timezone.make_aware(datetime.combine(day, time.min))


def hours_left(due_at, now=None):
    """Return whole hours until the deadline; negative if it has passed: -1 for up to two hours, then -2, and so on."""
    seconds = (due_at - (now or timezone.now())).total_seconds()
    return int(seconds // 3600) if seconds >= 0 else -max(1, int(-seconds // 3600))


def urgency(due_at, now=None):
    """Return the status kind of a deadline: "late" if it has passed, "waiting" under 24 hours, else "info"."""
    left = hours_left(due_at, now)
    return "late" if left < 0 else "waiting" if left < 24 else "info"


def time_left(due_at, now=None):
    """Return the time left in words for staff: hours, with the time of day under 24, or hours past the deadline."""
    left = hours_left(due_at, now)
    if left < 0:
        return ngettext("%(n)s hour past the deadline", "%(n)s hours past the deadline", -left) % {"n": -left}
    words = ngettext("%(n)s hour left", "%(n)s hours left", left) % {"n": left}
    if left >= 24:
        return words
    parts = {"hours": words, "clock": dates.time_wib(due_at)}
    if timezone.localdate(due_at) == timezone.localdate(now):
        return _("%(hours)s, today by %(clock)s") % parts
    return _("%(hours)s, tomorrow by %(clock)s") % parts
