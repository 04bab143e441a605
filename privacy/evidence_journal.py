"""The journal: a file outside the database from which it is known whether the database is the latest one.

Each write of evidence appends a line once its transaction is committed. A line has a running number and the rows: kind,
key and seal, and all columns if the kind brings decisions back (`Evidence.journal_columns`). The database keeps the
number up to which it has every line (`cursor`). A database that lacks rows of later lines was restored from a backup:
see `privacy.restoration`.

The journal must not be restored together with the database; EVIDENCE_JOURNAL is its path. Every line is sealed and
names the seal of the line before it, so that none can be changed or taken out (articles 24, 39).
"""

import fcntl
import json
import logging
import os
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from privacy import integrity

TABLE = "journal"
CURSOR = "journal"  # kind of the counter that holds the cursor, of the year 0
MOVE = """
INSERT INTO privacy_counter (kind, year, last) VALUES (%s, 0, %s)
ON CONFLICT (kind, year) DO UPDATE SET last = excluded.last WHERE privacy_counter.last = excluded.last - 1
"""
BLOCK = 64 * 1024  # bytes
logger = logging.getLogger(__name__)


class JournalError(Exception):
    """A line of the journal cannot be read or was changed; the message gives its number."""


# Writing


def note(rows):
    """Append these new rows of evidence to the journal once their transaction is committed."""
    entries = [entry_of(row) for row in rows]
    # `robust`: a journal that cannot be written stops no request; the daily job appends what is missing
    transaction.on_commit(lambda: append(entries), robust=True)


def entry_of(row):
    """Return what a line holds of one row of evidence, and of the rows that it cannot be stored without."""
    entry = {"model": row._meta.label, "id": row.pk.hex, "mac": row.mac}
    if row.journal_columns:
        entry["columns"] = columns_of(row)
        needed = [getattr(row, name) for name in row.journal_relations]
        entry["with"] = [{"model": r._meta.label, "columns": columns_of(r)} for r in needed if r is not None]
    return entry


def columns_of(row):
    """Return attribute → value of all columns, as JSON holds them."""
    values = {f.attname: f.get_prep_value(getattr(row, f.attname)) for f in row._meta.concrete_fields}
    return json.loads(integrity.canonical(values))


def append(rows):
    """Append one line. Move the cursor of the database if it was at the line before."""
    with _open_locked() as file:
        last = _last_line(file)
        line = {
            "number": last["number"] + 1 if last else 1,
            "at": timezone.now().isoformat(),
            "rows": rows,
            "previous": last["mac"] if last else "",
        }
        line["mac"] = integrity.seal(TABLE, integrity.canonical(line))
        file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
        move_cursor(line["number"])


def cursor():
    """Return the number up to which the database has every line."""
    with connection.cursor() as found:
        found.execute("SELECT last FROM privacy_counter WHERE kind = %s AND year = 0", [CURSOR])
        row = found.fetchone()
    return row[0] if row else 0


def move_cursor(number):
    """Move the cursor to this number, unless it is not at the number before."""
    with connection.cursor() as move:
        move.execute(MOVE, [CURSOR, number])


@contextmanager
def _open_locked():
    """Open the journal at its end, while other processes wait. What a killed process left of a line is removed."""
    settings.EVIDENCE_JOURNAL.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(settings.EVIDENCE_JOURNAL, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(_end_of_lines(file))
        yield file


def _end_of_lines(file):
    """Return the position after the last complete line, and leave the file there."""
    position = file.seek(0, os.SEEK_END)
    while position:
        start = max(position - BLOCK, 0)
        file.seek(start)
        found = file.read(position - start).rfind(b"\n")
        if found >= 0:
            return file.seek(start + found + 1)
        position = start
    return file.seek(0)


def start_anew():
    """Put the journal of another database aside: an empty database would look like a restored one."""
    if settings.EVIDENCE_JOURNAL.exists():
        settings.EVIDENCE_JOURNAL.rename(f"{settings.EVIDENCE_JOURNAL}.{timezone.now():%Y%m%d%H%M%S}")


# Reading


def last_number():
    """Return the number of the last line; 0 without a journal. It reads the end of the file only."""
    try:
        with settings.EVIDENCE_JOURNAL.open("rb") as file:
            _end_of_lines(file)
            last = _last_line(file)
    except FileNotFoundError:
        return 0
    except (OSError, ValueError):
        logger.exception("The journal cannot be read, so a restored database would not be noticed")
        return 0
    return last["number"] if last else 0


def _last_line(file):
    """Return the line before the present position, which stays; None at the beginning."""
    end = file.tell()
    if not end:
        return None
    length = BLOCK
    while True:
        start = max(end - length, 0)
        file.seek(start)
        text = file.read(end - start)[:-1]
        if b"\n" in text or not start:
            file.seek(end)
            return json.loads(text.rpartition(b"\n")[2])
        length *= 2


def lines(after=0, since=None):
    """Yield the lines with a number above `after`, written at `since` or later.

    Raise JournalError if a line was changed, or one before it is gone.
    """
    try:
        file = settings.EVIDENCE_JOURNAL.open("rb")
    except FileNotFoundError:
        return

    def is_before(line):
        return line["number"] <= after or (since is not None and datetime.fromisoformat(line["at"]) < since)

    with file:
        end = _end_of_lines(file)
        file.seek(_position_after(file, is_before, end))
        previous = None
        while file.tell() < end:
            line = _parsed(file.readline())
            if previous is not None and line["previous"] != previous:
                raise JournalError(f"Line {line['number']} of {settings.EVIDENCE_JOURNAL}: the line before it is gone.")
            previous = line.pop("mac")
            if not is_before(line):
                yield line


def _parsed(text):
    where = settings.EVIDENCE_JOURNAL
    try:
        line = json.loads(text)
        mac, number = line["mac"], line["number"]
    except (ValueError, KeyError, TypeError) as error:
        raise JournalError(f"A line of {where} cannot be read: {text[:40]!r}.") from error
    if lost := integrity.lost_key(mac):
        raise JournalError(f"Line {number} of {where} asks for the key {lost!r}, which EVIDENCE_KEYS does not hold.")
    if not integrity.is_sealed(mac, TABLE, integrity.canonical({k: v for k, v in line.items() if k != "mac"})):
        raise JournalError(f"Line {number} of {where} was changed: its seal does not fit.")
    return line


def _position_after(file, is_before, end):
    """Return the beginning of the last line that `is_before`, or of one not far before it, by bisection."""
    low, high = 0, end
    while high - low > BLOCK:
        middle = (low + high) // 2
        file.seek(middle)
        file.readline()
        start = file.tell()
        if start >= high:
            break
        if is_before(_parsed(file.readline())):
            low = start
        else:
            high = middle
    return low
