"""Erase what has passed its retention period, and send the warnings: `manage.py apply_retention [--dry-run]`.

May be stopped and run again at any time. See `privacy.rights.retention`.
"""

import sys

from django.core.management.base import BaseCommand
from django.utils import translation

from privacy.rights import retention
from privacy.rights.retention import Outcome

BATCH_SHOWN = 100  # rows between two lines of progress


class Command(BaseCommand):
    help = "Do what the retention rules say today; --dry-run lists it and changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="list what would be done, and why the rest stays")

    def handle(self, *args, dry_run=False, verbosity=1, **options):
        if dry_run:
            self.list_plan()
            return
        done = retention.apply(progress=self.progress if verbosity > 1 else None)
        if verbosity:
            self.stdout.write(
                f"Erased {done[Outcome.NOW]}, warned {done[Outcome.WARN]}, held back {done[Outcome.HELD]}, "
                f"left as they are {done[Outcome.WARNED] + done[Outcome.LATER]}."
            )

    def list_plan(self):
        counts = dict.fromkeys(Outcome.values, 0)
        with translation.override("en"):
            for item in retention.plan():
                counts[item.outcome] += 1
                self.stdout.write(f"{item.rule.kind} {item.pk}: {item.outcome.label}. {item.because}")
        self.stdout.write(", ".join(f"{outcome}: {count}" for outcome, count in counts.items()))

    def progress(self, done):
        if done.total() % BATCH_SHOWN == 0:
            print(f"{done.total()} rows", file=sys.stderr)
