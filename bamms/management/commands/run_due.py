"""Do what is due today: `manage.py run_due`, hourly from cron. See `privacy.due`."""

from django.core.management.base import BaseCommand, CommandError

from bamms.daily import JOBS
from privacy import due


class Command(BaseCommand):
    help = "Do what is due today (checkpoint of the evidence, reminders, retention). May run as often as wanted."

    def handle(self, *args, **options):
        done, failed = due.run(JOBS)
        if options["verbosity"]:
            self.stdout.write("\n".join(done) or "Nothing is due.")
        if failed:
            raise CommandError(f"Failed, and tried again at the next call: {', '.join(failed)}")
