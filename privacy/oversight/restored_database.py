"""Bringing a restored database up to date from the journal: evidence, decisions, erasures, consent status."""

from dataclasses import dataclass

from django.db import transaction

from privacy import audit_log, restoration
from privacy.consent import consents
from privacy.models.audit_log import Kind
from privacy.oversight import evidence_checks
from privacy.rights import erasures


@dataclass(frozen=True)
class Replay:
    """What a replay did: rows since the backup, those of them that cannot be brought back, people erased again."""

    rows: int
    lost: int
    erased: int


@transaction.atomic
def replay():
    """Bring back all that the journal holds and open sharing again. Return a `Replay`, or None if nothing was missing.

    It leaves an entry in the audit log and a checkpoint. Raise JournalError if a line of the journal was changed.
    """
    if not restoration.is_restored():
        return None
    restoration.bring_back()
    rows, lost = restoration.since_the_backup()
    erased = erasures.repeat()
    consents.rebuild_statuses()
    audit_log.record(Kind.RESTORED, facts={"rows": rows, "lost": lost, "erased": erased})
    restoration.finish()
    evidence_checks.checkpoint()
    return Replay(rows, lost, erased)
