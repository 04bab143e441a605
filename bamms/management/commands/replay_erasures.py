"""Repeat the erasures of the erasure journal after a backup was restored: `manage.py replay_erasures`."""

import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from privacy.rights import erasures
from privacy.rights.erasure_journal import JournalError


class Command(BaseCommand):
    help = "Erase again everybody who was erased before and whom a restored backup brought back. May run twice."

    def handle(self, *args, verbosity=1, **options):
        if not settings.ERASURE_JOURNAL.exists():
            raise CommandError(
                f"There is no erasure journal at {settings.ERASURE_JOURNAL}. Bring the copy of the site that was "
                "backed up, and name it in ERASURE_JOURNAL; without it nobody is erased again."
            )
        try:
            again = erasures.replay(self.progress if verbosity > 1 else None)
        except OSError as error:
            raise CommandError(f"{settings.ERASURE_JOURNAL} cannot be read ({error.strerror}).") from error
        except JournalError as error:
            raise CommandError(
                f"{error} Nothing after it was erased. Compare it with a copy of the journal."
            ) from error
        if verbosity:
            place = f"in the database {connection.settings_dict['NAME']}, by {settings.ERASURE_JOURNAL}"
            self.stdout.write(f"Erased again: {again}, {place}.")

    def progress(self, again):
        print(f"{again} erased again", file=sys.stderr)
