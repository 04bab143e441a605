"""The app of the project, and its admin site."""

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.utils.module_loading import import_string

from bamms import startup_checks


class BammsConfig(AppConfig):
    name = "bamms"

    def ready(self):
        startup_checks.check_settings(settings)
        import_string("bamms.deployment_checks.half_configured")  # imports models, which are loaded only now


class BammsAdminConfig(AdminConfig):
    default_site = "bamms.admin_site.BammsAdminSite"
