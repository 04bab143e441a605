"""The roof, and the admin site that everything is managed in."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class BammsConfig(AppConfig):
    name = "bamms"


class BammsAdminConfig(AdminConfig):
    default_site = "bamms.admin_site.BammsAdminSite"
