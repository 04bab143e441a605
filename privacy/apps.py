from importlib import import_module

from django.apps import AppConfig
from django.core import checks
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _
from django_countries import countries as django_countries

from privacy import append_only, countries, declaration_checks


def guard_evidence(using, **kwargs):
    append_only.create_all(connections[using])


class PrivacyConfig(AppConfig):
    name = "privacy"
    verbose_name = _("Privacy")

    def ready(self):
        checks.register(declaration_checks.check_declarations, "privacy")
        # Read before the setting COUNTRIES_OVERRIDE; the models have already made it build its list once
        django_countries.override = countries.NAMES
        del django_countries.countries
        # SQLite loses triggers when a migration rebuilds a table
        post_migrate.connect(guard_evidence, dispatch_uid="guard_evidence")
        # The journal is told by signals: what it tells of happens in other people's code, and on the floor below
        import_module(f"{self.name}.receivers").connect()
        import_module(f"{self.name}.files.virus_scan")  # registers a check
        import_module(f"{self.name}.sharing.grants")  # registers what a withdrawn consent ends
