"""Write decisions back from the evidence, where the stored rows differ from it: `manage.py rebuild_state`.

See `privacy.sealed_state`. Run `verify_evidence` first: it names what differs, and why that is may matter more.
"""

from django.core.management.base import BaseCommand, CommandError

from privacy import sealed_state
from privacy.consent import consents


class Command(BaseCommand):
    help = "Restore permissions, requests and other decisions to what the evidence says. May run twice."

    def handle(self, *args, **options):
        rebuilt, left = 0, []
        for model, row, _columns in list(sealed_state.mismatches()):
            if sealed_state.rebuild(model, row):
                rebuilt += 1
            else:
                left.append(f"{model._meta.label} {row}")
        accounts = consents.rebuild_statuses()
        self.stdout.write(f"Rebuilt: {rebuilt} rows, and the consent status of {accounts} accounts.")
        if left:
            raise CommandError(f"These rows cannot be rebuilt from the evidence: {', '.join(left)}.")
