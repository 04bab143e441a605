"""Bring a restored database up to date from the journal: `manage.py replay_journal`. See `privacy.restoration`."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from privacy.evidence_journal import JournalError
from privacy.oversight import restored_database


class Command(BaseCommand):
    help = "Bring back withdrawals, answers and erasures since the backup was made, then open sharing. May run twice."

    def handle(self, *args, **options):
        if not settings.EVIDENCE_JOURNAL.exists():
            raise CommandError(
                f"There is no journal at {settings.EVIDENCE_JOURNAL}. Bring the copy of the site that was backed up, "
                "and name it in EVIDENCE_JOURNAL; without it nothing is brought back, and nobody is erased again."
            )
        try:
            done = restored_database.replay()
        except OSError as error:
            raise CommandError(f"{settings.EVIDENCE_JOURNAL} cannot be read ({error.strerror}).") from error
        except JournalError as error:
            raise CommandError(f"{error} Nothing was brought back. Compare it with a copy of the journal.") from error
        place = f"the database {connection.settings_dict['NAME']}, from {settings.EVIDENCE_JOURNAL}"
        if done is None:
            self.stdout.write(f"Nothing is missing in {place}.")
        else:
            self.stdout.write(
                f"Brought up to date: {done.rows} rows of evidence since the backup, of which {done.lost} cannot be "
                f"brought back; erased again: {done.erased} people. In {place}."
            )
