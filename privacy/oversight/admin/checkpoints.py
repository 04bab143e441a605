"""The state of the evidence: checked on demand, its checkpoints read and exported. Operator and DPO only."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.templatetags import dates
from privacy.admin.base import ReadOnly, TenantDataAdmin
from privacy.admin.display import column
from privacy.models.checkpoints import Checkpoint, CheckpointHead
from privacy.models.state_changes import StateChange
from privacy.oversight import evidence_checks


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnly, TenantDataAdmin):
    empty_text = _("No checkpoints yet. The daily task makes the first one.")
    list_display = ("__str__", "moment", "heads", "rows", "code")
    fields = readonly_fields = ("sequence", "at", "rows", "heads", "heads_hash", "previous", "hash")
    change_list_template = "admin/privacy/checkpoint/change_list.html"

    moment = column(_("at"), "at", dates.short_datetime_wib, ordering="at")

    @admin.display(description=_("rows of evidence"))
    def rows(self, checkpoint):
        return sum(count for count, _last in checkpoint.counts.values())

    @admin.display(description=_("check code"))
    def code(self, checkpoint):
        return format_html('<span class="number">{}…</span>', checkpoint.hash[:16])

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("verify/", view(self.verify), name="privacy_checkpoint_verify"),
            path("checkpoints.json", view(self.export), name="privacy_checkpoint_export"),
            *super().get_urls(),
        ]

    def verify(self, request):
        """Show the form on GET; check every row on POST, about half a minute for a million rows."""
        self.check_may_view(request)
        finding = evidence_checks.verify() if request.method == "POST" else None
        context = self.admin_site.each_context(request) | {
            "title": _("State of the evidence"),
            "opts": self.opts,
            "finding": finding,
            "last": finding.checkpoint if finding else evidence_checks.latest_checkpoint(),
        }
        return TemplateResponse(request, "admin/privacy/checkpoint/verify.html", context)

    def export(self, request):
        self.check_may_view(request)
        response = JsonResponse(evidence_checks.export(), safe=False, json_dumps_params={"indent": 1})
        response["Content-Disposition"] = 'attachment; filename="checkpoints.json"'
        return response

    def check_may_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied


@admin.register(CheckpointHead)
class CheckpointHeadAdmin(ReadOnly, TenantDataAdmin):
    list_display = ("subject", "sequence", "code")
    list_select_related = ("subject",)
    fields = readonly_fields = ("checkpoint", "subject", "sequence", "hash")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("checkpoint", "subject")

    @admin.display(description=_("check code"))
    def code(self, end):
        return format_html('<span class="number">{}…</span>', end.hash[:16])


@admin.register(StateChange)
class StateChangeAdmin(ReadOnly, TenantDataAdmin):
    list_display = ("__str__", "moment")
    list_filter = ("model",)
    fields = readonly_fields = ("model", "row", "at", "state")

    moment = column(_("at"), "at", dates.short_datetime_wib, ordering="at")
