"""Consent events, to read and to check. Nobody writes them here, superusers included."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.templatetags import moments
from privacy import numbers, policies
from privacy.admin.base import ReadOnly, TenantDataAdmin
from privacy.admin.look import chip
from privacy.models import ConsentEvent, DocumentVersion
from privacy.models.consents import Decision

LOOKS = {Decision.GIVEN: "settled", Decision.DECLINED: "over", Decision.WITHDRAWN: "over"}


class VersionFilter(admin.SimpleListFilter):
    """By version, without loading a hundred legal texts for their numbers."""

    title = _("document version")
    parameter_name = "version"

    def lookups(self, request, model_admin):
        versions = DocumentVersion.objects.published().without_texts().select_related("document")
        return [(str(version.pk), str(version)) for version in versions]

    def queryset(self, request, queryset):
        value = self.value() or ""
        return queryset.filter(version=value) if numbers.is_row(value) else queryset


@admin.register(ConsentEvent)
class ConsentEventAdmin(ReadOnly, TenantDataAdmin):
    list_display = ("receipt", "subject", "version", "answer", "language", "moment")
    list_filter = (VersionFilter, "decision", "language")
    list_select_related = ("version__document", "subject")
    search_fields = ("number",)
    fields = readonly_fields = (
        "number", "subject", "document", "answer", "language", "at", "given_how", "text_hash", "fits",
    )  # fmt: skip

    def get_queryset(self, request):
        events = super().get_queryset(request).select_related("version__document", "subject")
        return events.defer(*DocumentVersion.texts("version__"))

    @admin.display(description=_("receipt"), ordering="number")
    def receipt(self, event):
        return format_html('<span class="number">{}</span>', event.number)

    @admin.display(description=_("answer"), ordering="decision")
    def answer(self, event):
        return chip(LOOKS[event.decision], event.get_decision_display())

    @admin.display(description=_("answered at"), ordering="at")
    def moment(self, event):
        return moments.short_moment(event.at)

    @admin.display(description=_("how"))
    def given_how(self, event):
        return capfirst(event.get_method_display())

    @admin.display(description=_("document version"))
    def document(self, event):
        url = reverse("document_version", kwargs={"kind": event.version.document.kind, "number": event.version.number})
        return format_html('<a href="{}">{}</a>', url, event.version)

    @admin.display(description=_("check code fits the published text"), boolean=True)
    def fits(self, event):
        """Computed anew from the text itself, not read back."""
        return event.text_hash == policies.text_hash(event.version, event.language)
