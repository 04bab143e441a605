"""Make the retention rules; run after every migrate, it may run twice and keeps what was edited."""

from django.core.management.base import BaseCommand
from django.db import transaction

from privacy import declarations
from privacy.models import RetentionRule

# Model's label: (days after its event, days of warning, legal reference). Who knows better edits them in the admin
RULES = {
    "tenants.Tenant": (5 * 365, 30, "Kebijakan Privasi 8; UU PDP Pasal 43"),
    "tenants.Claim": (365, 0, "UU PDP Pasal 43"),
    "tenants.Invitation": (90, 0, "UU PDP Pasal 43"),
    "privacy.ProfileUpdateRequest": (365, 0, "UU PDP Pasal 30, 43"),
    "privacy.RightsRequest": (2 * 365, 0, "UU PDP Pasal 24, 43"),
}


class Command(BaseCommand):
    help = "Make the rules that say how long personal data is kept."

    @transaction.atomic
    def handle(self, *args, **options):
        counted = {d.model._meta.label for d in declarations.all_declared() if d.ending}
        for kind in sorted(counted):
            days, warn_days, law = RULES[kind]
            RetentionRule.objects.get_or_create(kind=kind, defaults={"days": days, "warn_days": warn_days, "law": law})
        if options["verbosity"]:
            self.stdout.write(f"{len(counted)} retention rules are set up.")
