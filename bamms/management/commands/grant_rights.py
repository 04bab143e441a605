"""Print SQL that grants the application's database role its privileges: `manage.py grant_rights --role bamms | psql …`.

Run it as the owner of the tables, after each migrate. See `privacy.database_role` and docs/operate.md.
"""

import re

from django.core.management.base import BaseCommand, CommandError

from privacy import database_role


class Command(BaseCommand):
    help = "Print SQL after which a database role may read and write rows, only add to evidence, and change no table."

    def add_arguments(self, parser):
        parser.add_argument("--role", required=True, help="the role in DATABASE_URL, which must not own the tables")

    def handle(self, *args, role, **options):
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]{0,62}", role):
            raise CommandError("--role must be a plain name of letters, digits, _ and -, such as bamms.")
        self.stdout.write("BEGIN;")
        for statement in database_role.statements(role):
            self.stdout.write(f"{statement};")
        self.stdout.write("COMMIT;")
