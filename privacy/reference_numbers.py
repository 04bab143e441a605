"""Reference numbers that people can quote, such as PD-2026-0417 (kind, year, number), and numbers of rows."""

from django.db import connection
from django.utils import timezone

from privacy import evidence_journal, restoration

# Raw SQL: the ORM has no upsert that increments, and reading before writing costs two more statements and a lock
TAKE = """
INSERT INTO privacy_counter (kind, year, last) VALUES (%s, %s, %s)
ON CONFLICT (kind, year) DO UPDATE SET last = privacy_counter.last + excluded.last
RETURNING last, (SELECT last FROM privacy_counter WHERE kind = 'journal' AND year = 0)
"""


def is_reference_number(text):
    """Return whether the text could be the number of a row. No column holds more than 18 digits."""
    text = str(text)
    return text.isascii() and text.isdigit() and len(text) <= 18


def next_number(kind):
    """Return the next number of this kind in the current year (Asia/Jakarta): unique, but gaps may occur."""
    return next_numbers(kind, 1)[0]


def next_numbers(kind, count):
    """Return `count` numbers of this kind, taken in one statement, so that no other call gets one of them."""
    year = timezone.localtime().year
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [kind, year, count])
        last, in_journal = cursor.fetchone()
    if evidence_journal.last_number() > (in_journal or 0) and restoration.catch_up():
        return next_numbers(kind, count)  # the journal may name these numbers already
    return [f"{kind}-{year}-{number:04d}" for number in range(last - count + 1, last + 1)]
