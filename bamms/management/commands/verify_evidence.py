"""Verify all evidence: `manage.py verify_evidence [--against checkpoints.json]`.

See `privacy.oversight.evidence_checks`.
"""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from privacy.oversight import evidence_checks


class Command(BaseCommand):
    help = "Say in one line that all evidence holds, or exit with 1 and name the first row that does not."

    def add_arguments(self, parser):
        parser.add_argument("--against", type=Path, help="a file that --export wrote: are its checkpoints still here?")
        parser.add_argument("--export", type=Path, help="compare with this file, then write it anew")

    def handle(self, *args, against=None, export=None, **options):
        kept = [self.read(path) for path in (against, export if export and export.exists() else None) if path]
        with translation.override("en"):
            finding = evidence_checks.verify(self.progress if options["verbosity"] > 1 else None)
            fault = str(finding.fault or next(filter(None, map(evidence_checks.compare, kept)), ""))
        if fault:
            raise CommandError(f"The evidence does not hold. {fault}.")
        if export:
            self.write(export)
        last = finding.checkpoint
        since = (
            f"last checkpoint #{last.sequence} of {last.at:%Y-%m-%d %H:%M} UTC"
            if last
            else "no checkpoint yet, so only the journal shows whether the newest rows are complete"
        )
        self.stdout.write(f"All evidence holds: {finding.rows} rows, {since}.")

    def read(self, path):
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"{path} cannot be read as an export of checkpoints ({error}).") from error

    def write(self, path):
        try:
            path.write_text(json.dumps(evidence_checks.export(), indent=1), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path} cannot be written ({error.strerror}).") from error

    def progress(self, rows):
        if rows % 100_000 == 0:
            print(f"{rows} rows", file=sys.stderr)
