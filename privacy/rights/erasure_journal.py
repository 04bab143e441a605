"""The erasure journal, a file outside the database: erasures are repeated from it after a restore (`erasures.replay`).

One JSON line per erasure: pseudonym and certificate number, with an HMAC like evidence. It must not be
restored together with the database; ERASURE_JOURNAL is its path.
"""

import json
import os

from django.conf import settings

from privacy import declarations, integrity
from privacy.rights.models.erasures import Erasure

TABLE = "erasure_journal"


class JournalError(Exception):
    """A line of the journal was changed or truncated; the message gives its number."""


def write():
    """Append the erasures that are missing from the journal. Idempotent."""
    known = {(line["number"], line["subject"]) for line in read()}
    persons = Erasure.objects.filter(kind=declarations.tenant_record().model._meta.label).order_by("at", "pk")
    add([row for row in persons.iterator(chunk_size=1000) if (row.number, row.subject_id.hex) not in known])


def add(fresh):
    """Append these certificates without reading the journal first."""
    if not fresh:
        return
    settings.ERASURE_JOURNAL.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(settings.ERASURE_JOURNAL, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as journal:
        journal.writelines(_line(row) for row in fresh)
        journal.flush()
        os.fsync(journal.fileno())


def _line(row):
    said = {"number": row.number, "subject": row.subject_id.hex, "at": row.at.isoformat(), "law": row.law}
    return json.dumps(said | {"mac": integrity.seal(TABLE, integrity.canonical(said))}) + "\n"


def read():
    """Return all lines. Raise JournalError if the seal of one is wrong."""
    if not settings.ERASURE_JOURNAL.exists():
        return []
    found = []
    for number, text in enumerate(settings.ERASURE_JOURNAL.read_text(encoding="utf-8").splitlines(), start=1):
        where = f"Line {number} of {settings.ERASURE_JOURNAL}"
        try:
            line = json.loads(text)
            mac = line.pop("mac")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise JournalError(f"{where} cannot be read.") from error
        if lost := integrity.lost_key(mac):
            raise JournalError(f"{where} asks for the key {lost!r}, which EVIDENCE_KEYS does not hold.")
        if not integrity.is_sealed(mac, TABLE, integrity.canonical(line)):
            raise JournalError(f"{where} was changed: its seal does not fit.")
        found.append(line)
    return found
