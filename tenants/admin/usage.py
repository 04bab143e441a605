"""Use of the portal, for the operator: totals per page, and rows of people who consented to analysis."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.templatetags import dates
from privacy.admin import ReadOnly, TenantDataAdmin
from privacy.admin.display import column
from tenants import usage
from tenants.models import PageUse


@admin.register(PageUse)
class PageUseAdmin(ReadOnly, TenantDataAdmin):
    """Rows without a subject appear in totals only, since single rows would reveal small groups."""

    list_display = ("date", "title", "subject", "count")
    list_select_related = ("subject",)
    fields = readonly_fields = ("date", "title", "subject", "count")
    change_list_template = "admin/tenants/pageuse/change_list.html"
    empty_text = _("Nothing is counted under a pseudonym at present. That is done only for people who agree to it.")

    def get_queryset(self, request):
        return super().get_queryset(request).named()

    def changelist_view(self, request, extra_context=None):
        found = {"totals": usage.totals(), "days": usage.SHOWN_DAYS, "smallest": usage.SMALLEST}
        return super().changelist_view(request, found | (extra_context or {}))

    date = column(_("day"), "day", dates.day, ordering="day")
    title = column(_("page"), "page", usage.title_of, ordering="page")
