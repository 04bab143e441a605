"""`manage.py import_policy FILE --kind policy` creates a draft of a legal text; a second person publishes it."""

from datetime import date, datetime, time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from accounts import account_lifecycle
from accounts.models import User
from privacy.consent import legal_documents, policy_files
from privacy.consent.models.legal_documents import LegalDocument
from privacy.errors import Refused


def day(text):
    """Parse a date such as 2026-12-01; argparse reports the ValueError."""
    return date.fromisoformat(text)


class Command(BaseCommand):
    help = "Read a legal text (Markdown or plain text, one or both languages) and make a draft version of it."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="text or Markdown file in UTF-8")
        parser.add_argument("--kind", required=True, choices=LegalDocument.Kind.values, help="which document it is")
        parser.add_argument("--by", metavar="EMAIL", help="account that makes the draft (default: the only superuser)")
        parser.add_argument("--editorial", action="store_true", help="spelling or layout only: nobody is asked again")
        parser.add_argument(
            "--in-force", type=day, metavar="YYYY-MM-DD", help="first day in force (default: when published)"
        )

    def handle(self, *args, **options):
        # Commands print English, like the rest of the terminal
        with translation.override("en"):
            self.take_in(options)

    def take_in(self, options):
        by = self.account(options["by"])
        in_force_from = self.moment(options["in_force"])
        try:
            file = policy_files.parse(self.read(options["file"]))
            version = legal_documents.import_file(
                file=file, kind=options["kind"], by=by, material=not options["editorial"], in_force_from=in_force_from
            )
        except Refused as refusal:
            raise CommandError(str(refusal.message)) from refusal
        self.say(version, file, by)

    def say(self, version, file, by):
        for language, text in file.items():
            name, words = policy_files.LANGUAGES[language], len(text.markdown.split())
            self.stdout.write(f"{name}: {len(text.sections)} sections, {words} words.")
        self.stdout.write(f"{version} is a draft now, drafted by {by.email}.")
        missing = [language for language in legal_documents.LANGUAGES if not version.text(language).strip()]
        if missing:
            name = policy_files.LANGUAGES[missing[0]]
            self.stdout.write(f"The text in {name} is missing. Import it too, or write it in the admin.")
        if not all(version.changes(language).strip() for language in legal_documents.LANGUAGES):
            self.stdout.write("Write the summary of changes in the admin, in both languages.")
        self.stdout.write("A second person can publish it in the admin.")

    def read(self, name):
        try:
            return Path(name).read_bytes()
        except OSError as error:
            raise CommandError(
                f"The file {name} cannot be read ({error.strerror}). Check its name and place."
            ) from error

    def account(self, email):
        if email:
            user = account_lifecycle.account_of(email)
            if user is None or not user.is_active:
                raise CommandError(f"There is no active account {email}. Name one with --by.")
            return user
        found = list(User.objects.filter(is_superuser=True, is_active=True)[:2])
        if len(found) != 1:
            raise CommandError("Say with --by EMAIL who makes the draft: there is not exactly one superuser.")
        return found[0]

    def moment(self, day):
        if day is None:
            return None
        if day < timezone.localdate():
            raise CommandError("The day in force has passed. Choose today or a later day, or leave --in-force out.")
        return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
