"""What is done once a day, in this order; see `privacy.due`."""

from privacy import consents, disclosures, ledger

JOBS = (ledger.checkpoint, consents.tidy, disclosures.tell_due)
