"""Test on every surface of the running code whether users can reach rows of others; everything is rolled back."""

from django.core.management.base import BaseCommand, CommandError

from bamms import isolation
from bamms.isolation.surfaces import SURFACES


class Command(BaseCommand):
    help = "Try cross-company and cross-tenant reads and writes on every surface; exits with 1 on any leak."

    def add_arguments(self, parser):
        parser.add_argument(
            "--surface", action="append", choices=list(SURFACES), default=[], help="only this one (repeatable)"
        )
        parser.add_argument("--about", default="", help="only what has this in its name, such as privacy.Guardian")

    def handle(self, *, surface, about, verbosity, **options):
        told = (lambda result: self.stdout.write(str(result))) if verbosity > 1 else None
        report = isolation.check(only=surface, about=about, told=told)
        for line in report.table() if verbosity else ():
            self.stdout.write(line)
        self.stdout.write(report.summary())
        if report.faults:
            raise CommandError("Isolation does not hold, or is not proved.", returncode=1)
