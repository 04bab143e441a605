"""Numbers: running ones that people can quote, such as PD-2026-0417 (kind, year, number), and those of rows."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from privacy.models import Counter


def is_row(text):
    """Could this be the number of a row? No column of ours holds more than 18 digits."""
    text = str(text)
    return text.isascii() and text.isdigit() and len(text) <= 18


@transaction.atomic
def take(kind):
    """The next number of this kind in the present year (Asia/Jakarta); unique, without gaps that anyone relies on."""
    year = timezone.localtime().year
    counter, _made = Counter.objects.select_for_update().get_or_create(kind=kind, year=year)
    Counter.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    counter.refresh_from_db()
    return f"{kind}-{year}-{counter.last:04d}"
