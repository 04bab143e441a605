"""The daily jobs, in the order they run; see `privacy.scheduled_jobs`. Names are stored with runs: never rename one."""

from accounts import mail, sessions
from privacy import audit_log, restoration
from privacy.consent import announcements, consents
from privacy.oversight import disclosures, evidence_checks
from privacy.sharing import deletion_statements
from tenants import usage

JOBS = {
    "checkpoint": evidence_checks.checkpoint,
    "journal": restoration.complete,
    "unanswered_prompts": consents.delete_unanswered,
    "sent_mail": mail.delete_sent,
    "sessions": sessions.delete_old,
    "audit_log": audit_log.delete_old,
    "disclosures": disclosures.tell_due,
    "deletion_statements": deletion_statements.remind,
    "announcements": announcements.resume,
    "page_counts": usage.anonymise_old,
}
