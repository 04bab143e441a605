"""Numbers: running ones that people can quote, such as PD-2026-0417 (kind, year, number), and those of rows."""

from django.db import connection
from django.utils import timezone

# Not by the ORM: it has no upsert that adds, and reading before writing costs two more statements and a lock
TAKE = """
INSERT INTO privacy_counter (kind, year, last) VALUES (%s, %s, %s)
ON CONFLICT (kind, year) DO UPDATE SET last = privacy_counter.last + excluded.last
RETURNING last
"""


def is_reference_number(text):
    """Could this be the number of a row? No column of ours holds more than 18 digits."""
    text = str(text)
    return text.isascii() and text.isdigit() and len(text) <= 18


def next_number(kind):
    """The next number of this kind in the present year (Asia/Jakarta); unique, without gaps that anyone relies on."""
    return next_numbers(kind, 1)[0]


def next_numbers(kind, count):
    """As many numbers of this kind, in one statement: no other call gets one of them."""
    year = timezone.localtime().year
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [kind, year, count])
        (last,) = cursor.fetchone()
    return [f"{kind}-{year}-{number:04d}" for number in range(last - count + 1, last + 1)]
