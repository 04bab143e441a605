"""Create the retention rules; run it after every migrate. It may run twice and keeps edited values."""

from django.core.management.base import BaseCommand
from django.db import transaction

from privacy import declarations
from privacy.models import RetentionRule


class Command(BaseCommand):
    help = "Make the rules that say how long personal data is kept."

    @transaction.atomic
    def handle(self, *args, **options):
        counted = {d.model._meta.label: d.retention for d in declarations.all_declared() if d.retention.event}
        for kind, said in sorted(counted.items()):
            first = {"days": said.days, "warn_days": said.warning_days, "law": said.law}
            RetentionRule.objects.get_or_create(kind=kind, defaults=first)
        if options["verbosity"]:
            self.stdout.write(f"{len(counted)} retention rules are set up.")
