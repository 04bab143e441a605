"""Consent events, to read and to check. Nobody writes them here, superusers included."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.templatetags import dates
from privacy import reference_numbers
from privacy.admin.base import ReadOnly, TenantDataAdmin
from privacy.admin.display import chip_column, column
from privacy.consent import receipts
from privacy.consent.models.consents import ConsentEvent, ControllerNotice, Decision
from privacy.consent.models.legal_documents import DocumentVersion


class VersionFilter(admin.SimpleListFilter):
    """Filters by version, without loading the texts of all versions."""

    title = _("document version")
    parameter_name = "version"

    def lookups(self, request, model_admin):
        versions = DocumentVersion.objects.published().without_texts().select_related("document")
        return [(str(version.pk), str(version)) for version in versions]

    def queryset(self, request, queryset):
        value = self.value() or ""
        return queryset.filter(version=value) if reference_numbers.is_reference_number(value) else queryset


@admin.register(ConsentEvent)
class ConsentEventAdmin(ReadOnly, TenantDataAdmin):
    list_display = ("receipt", "subject", "answered_to", "answer", "language", "moment")
    list_filter = (VersionFilter, "decision", "language", "method")
    search_fields = ("number",)
    fields = readonly_fields = (
        "number", "subject", "document", "answer", "capacity", "language", "at", "given_how", "recorded_by",
        "text_hash", "fits", "shown_hash", "form_hash", "sequence", "previous", "hash",
    )  # fmt: skip

    def get_queryset(self, request):
        events = super().get_queryset(request)
        events = events.select_related("version__document", "purpose_version__purpose", "subject", "recorded_by")
        return events.defer(*DocumentVersion.texts("version__"))

    @admin.display(description=_("receipt"), ordering="number")
    def receipt(self, event):
        return format_html('<span class="number">{}</span>', event.number)

    answer = chip_column(_("answer"), "decision", {Decision.GIVEN: "settled"})
    moment = column(_("answered at"), "at", dates.short_datetime_wib, ordering="at")
    given_how = column(_("how"), "get_method_display", capfirst)

    @admin.display(description=_("document or purpose"))
    def document(self, event):
        if event.purpose_version:
            url = reverse("admin:privacy_purposeversion_change", args=[event.purpose_version_id])
            return format_html('<a href="{}">{}</a>', url, event.purpose_version)
        url = reverse("document_version", kwargs={"kind": event.version.document.kind, "number": event.version.number})
        return format_html('<a href="{}">{}</a>', url, event.version)

    @admin.display(description=_("check code fits the published text"), boolean=True)
    def fits(self, event):
        """Compute the check code again from the text, and compare it with the stored one."""
        return receipts.text_fits(event)

    answered_to = column(_("document or purpose"), "answered_to")


@admin.register(ControllerNotice)
class ControllerNoticeAdmin(ReadOnly, TenantDataAdmin):
    list_display = ("__str__", "names", "moment")
    fields = readonly_fields = ("names", "facts", "code", "at")

    moment = column(_("at"), "at", dates.short_datetime_wib, ordering="at")

    @admin.display(description=_("controllers"))
    def names(self, notice):
        return ", ".join(party["name"] for party in notice.facts["controllers"])
