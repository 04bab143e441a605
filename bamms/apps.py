"""The roof, and the admin site that everything is managed in."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.module_loading import import_string


class BammsConfig(AppConfig):
    name = "bamms"

    def ready(self):
        import_string("bamms.checks.half_configured")  # reads models, which can be imported only now


class BammsAdminConfig(AdminConfig):
    default_site = "bamms.admin_site.BammsAdminSite"
