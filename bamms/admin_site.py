"""The admin that everything is managed in: our sign-in, our dashboard, our order."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class BammsAdminSite(admin.AdminSite):
    site_title = _("BAMMS administration")
    site_header = "BAMMS"
    index_title = _("Today")
    enable_nav_sidebar = False  # its script keeps its state in localStorage, which never expires (clause 7)
