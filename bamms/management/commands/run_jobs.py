"""Run the daily jobs that are due: `manage.py run_jobs`, hourly from cron. The jobs: `bamms.daily_jobs`."""

from django.core.management.base import BaseCommand, CommandError

from bamms.daily_jobs import JOBS
from privacy import scheduled_jobs


class Command(BaseCommand):
    help = "Do what is due today (checkpoint of the evidence, reminders, retention). May run as often as wanted."

    def handle(self, *args, **options):
        done, failed = scheduled_jobs.run_jobs(JOBS)
        if options["verbosity"]:
            self.stdout.write("\n".join(done) or "Nothing is due.")
        if failed:
            raise CommandError(f"Failed, and tried again at the next call: {', '.join(failed)}")
