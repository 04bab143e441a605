"""Append-only tables with a seal on every row. The database refuses changes too: see `privacy.append_only`."""

import secrets
import threading
import time
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from privacy import evidence_journal, integrity
from privacy.append_only import REFUSAL
from privacy.errors import Refused
from privacy.scope import ScopedQuerySet

_clock = threading.Lock()
_latest = 0


def uuid7():
    """Return a UUID that sorts by time (RFC 9562, version 7), known before the row is stored, so it can be sealed.

    In one process each is greater than the one before, also within a millisecond.
    """
    global _latest  # noqa: PLW0603 - the clock of this process
    moment = time.time_ns() // 1_000_000
    number = moment << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    with _clock:
        if _latest >> 80 == moment:
            number = max(number, _latest + 1)
        _latest = number
    return uuid.UUID(int=number)


class EvidenceQuerySet(ScopedQuerySet):
    def bulk_create(self, objs, **kwargs):
        if kwargs.get("update_conflicts"):
            raise Refused(REFUSAL)
        objs = list(objs)
        for row in objs:
            row.seal()
        made = super().bulk_create(objs, **kwargs)
        evidence_journal.note(objs)
        return made

    def update(self, **kwargs):
        raise Refused(REFUSAL)

    def delete(self):
        raise Refused(REFUSAL)


class Evidence(models.Model):
    """A row of evidence. Foreign keys of a subclass must be PROTECT: no cascade may delete it.

    `mac` seals every other column (`integrity.seal`); `evidence_checks.verify` finds rows whose seal does not fit.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    mac = models.CharField(_("seal"), max_length=90, editable=False)

    is_evidence = True
    least_days = 0  # days during which the database refuses changes of a row; 0: always
    journal_columns = False  # whether the journal holds the columns, so that a restored database gets the row back
    journal_relations = ()  # foreign keys to rows that are no evidence, and that a row cannot be stored without

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise Refused(REFUSAL)
        self.seal()
        super().save(*args, **kwargs | {"force_insert": True})
        evidence_journal.note([self])

    def delete(self, *args, **kwargs):
        raise Refused(REFUSAL)

    @classmethod
    def sealed_columns(cls):
        return [field for field in cls._meta.concrete_fields if field.name != "mac"]

    @classmethod
    def content(cls, values):
        """Return the canonical form of a row given as column name → value."""
        return integrity.canonical({f.attname: f.to_python(values[f.attname]) for f in cls.sealed_columns()})

    def seal(self):
        self.mac = integrity.seal(self._meta.db_table, self.canonical_form())

    def has_valid_seal(self):
        return integrity.is_sealed(self.mac, self._meta.db_table, self.canonical_form())

    def canonical_form(self):
        return self.content({field.attname: getattr(self, field.attname) for field in self.sealed_columns()})
