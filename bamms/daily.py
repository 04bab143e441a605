"""What is done once a day, in this order; see `privacy.due`."""

from accounts import mail
from privacy import announcements, attestations, consents, disclosures, erasure_journal, ledger

JOBS = (
    ledger.checkpoint,
    erasure_journal.write,
    consents.tidy,
    mail.forget_sent,
    disclosures.tell_due,
    attestations.remind,
    announcements.resume,
)
