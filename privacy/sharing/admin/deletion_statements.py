"""Deletion statements, read-only: vendors make them in the vendor portal. Due ones are a filter of the grants."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.templatetags import dates
from privacy.admin.base import ReadOnly
from privacy.admin.display import column
from privacy.sharing.admin.grants import SharingAdmin
from privacy.sharing.models.deletion_statements import DeletionStatement


@admin.register(DeletionStatement)
class DeletionStatementAdmin(ReadOnly, SharingAdmin):
    empty_text = _("No statements yet. They appear here when vendors make them.")
    list_display = ("permission", "who", "vendor", "data", "moment")
    list_filter = ("vendor",)
    list_select_related = ("grant", "vendor")
    search_fields = ("grant__number",)
    fields = readonly_fields = ("of_grant", "who", "vendor", "data", "means", "person", "moment")

    permission = column(_("sharing permission"), "grant.number", ordering="grant__number")

    @admin.display(description=_("sharing permission"))
    def of_grant(self, statement):
        url = reverse("admin:privacy_sharinggrant_change", args=[statement.grant_id])
        return format_html('<a href="{}">{}</a>', url, statement.grant.number)

    vendor = column(_("vendor"), "vendor.name", ordering="vendor__name")

    person = column(_("stated by"), "stated_by.holder_name", lambda name: name or _("An account without a name"))
    moment = column(_("stated at"), "at", dates.short_datetime_wib, ordering="at")
