"""What is done once a day, in this order; see `privacy.due`."""

from privacy import consents, ledger

JOBS = (ledger.checkpoint, consents.tidy)
