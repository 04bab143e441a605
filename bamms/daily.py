"""What is done once a day, in this order; see `privacy.due`."""

from accounts import mail, sessions
from privacy import announcements, attestations, consents, disclosures, erasure_journal, journal, ledger
from tenants import usage

JOBS = (
    ledger.checkpoint,
    erasure_journal.write,
    consents.tidy,
    mail.forget_sent,
    sessions.forget_old,
    journal.forget_old,
    disclosures.tell_due,
    attestations.remind,
    announcements.resume,
    usage.forget_old,
)
