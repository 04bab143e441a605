"""The daily jobs, in this order; see `privacy.due`. The names are stored with each run, so they never change."""

from accounts import mail, sessions
from privacy import announcements, attestations, consents, disclosures, erasure_journal, journal, ledger
from tenants import usage

JOBS = {
    "checkpoint": ledger.checkpoint,
    "erasure_journal": erasure_journal.write,
    "unanswered_prompts": consents.tidy,
    "sent_mail": mail.forget_sent,
    "sessions": sessions.forget_old,
    "audit_log": journal.forget_old,
    "disclosures": disclosures.tell_due,
    "deletion_statements": attestations.remind,
    "announcements": announcements.resume,
    "page_counts": usage.forget_old,
}
