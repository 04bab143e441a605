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
        # Takes precedence over COUNTRIES_OVERRIDE; the list that was cached while models loaded is dropped
        django_countries.override = countries.NAMES
        del django_countries.countries
        # SQLite loses triggers when a migration rebuilds a table
        post_migrate.connect(guard_evidence)
        # The audit log receives signals: Django, allauth and the app below cannot call it
        import_module(f"{self.name}.receivers").connect()
        import_module(f"{self.name}.files.virus_scan")  # registers a check
        import_module(f"{self.name}.sharing.grants")  # registers what a withdrawn consent ends
