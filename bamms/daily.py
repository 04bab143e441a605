"""What is done once a day, in this order; see `privacy.due`."""

from privacy import announcements, attestations, consents, ledger

JOBS = (ledger.checkpoint, consents.tidy, attestations.remind, announcements.resume)
