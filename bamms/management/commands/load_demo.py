"""Load the demo data if the database has no accounts, and list the demo accounts.

Their password is public, so the command needs DEBUG=on or --force.
"""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from bamms import demo
from bamms.demo import accounts, register
from privacy import evidence_journal


class Command(BaseCommand):
    help = "Load demo data when the database has no account yet, and print the demo accounts."

    def add_arguments(self, parser):
        parser.add_argument(
            "--force",
            action="store_true",
            help="load it although DEBUG is off; anyone can then sign in with the known password",
        )

    def handle(self, *, force, **options):
        if not (settings.DEBUG or force):
            raise CommandError(
                "load_demo makes accounts with a known password, so it needs DEBUG=on"
                " (or --force, where nobody else can reach the site)."
            )
        if not User.objects.exists():
            for needed in ("createcachetable", "setup_groups", "setup_purposes", "setup_retention"):
                call_command(needed, verbosity=0)
            evidence_journal.start_anew()
            demo.load()
            self.stdout.write("Demo data is loaded.")
        if User.objects.filter(email=accounts.email("ann")).exists():
            self.print_accounts()
            self.print_newcomer()
        else:
            self.stdout.write("This database has accounts of its own, so no demo data was loaded.")

    def print_accounts(self):
        self.stdout.write(f"\nDemo accounts (the password of each is {accounts.PASSWORD}):\n")
        rows = [(accounts.email(name), who, what) for name, (_shown, who, what) in accounts.CAST.items()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:2]
        for email, who, what in rows:
            self.stdout.write(f"  {email:<{widths[0]}}  {who:<{widths[1]}}  {what}")

    def print_newcomer(self):
        name, _gender, born, _place, unit = register.KNOWN["cici"]
        year, month, day = born.split("-")
        self.stdout.write(
            f"\nTo come in as a new tenant, sign up with {accounts.email('cici')} and claim the record of {name}:\n"
            f"  building Menara Anggrek, unit {unit}, KTP {register.number_of('cici')}, born {day} {month} {year}"
        )
