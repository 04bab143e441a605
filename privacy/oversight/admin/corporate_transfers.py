"""Mergers, sales and dissolutions: a draft, a first notice, the transfer, a second notice, the end."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin_display import empty_value
from accounts.templatetags import dates
from privacy.admin.base import ReadOnly, TenantDataAdmin
from privacy.admin.display import chip
from privacy.admin.idempotent_add import IdempotentAdd
from privacy.errors import Refused
from privacy.models.parties import Party, PartyKind
from privacy.oversight import corporate_transfers
from privacy.oversight.models.corporate_transfers import CorporateTransfer, TransferEvent

Status, Kind = CorporateTransfer.Status, TransferEvent.Kind
KINDS = {Status.DRAFT: "over", Status.NOTICED: "info", Status.CLOSED: "settled"}
MAY_MOVE = "privacy.move_corporatetransfer"
PAGE = "admin:privacy_corporatetransfer_change"
# Part of the address → verb, what it makes of the transfer, label, what it does, what is said when it is done
STEPS = {
    "announce": (
        corporate_transfers.announce, Kind.ANNOUNCED, _("Give the first notice"),
        _("Everybody concerned gets a letter, and the notice stands on their page. The draft can no longer be edited."),
        _("The first notice is given."),
    ),
    "complete": (
        corporate_transfers.complete, Kind.COMPLETED, _("Complete the transfer"),
        _("You confirm that the business has been handed over. The second notice is then due."),
        _("The transfer is completed. Give the second notice now."),
    ),
    "second-notice": (
        corporate_transfers.give_second_notice, Kind.NOTICED, _("Give the second notice"),
        _("Everybody concerned gets a letter, and their page says that the transfer is completed."),
        _("The second notice is given."),
    ),
    "close": (
        corporate_transfers.close, Kind.CLOSED, _("Close the transfer"),
        _("Both notices are given. Nothing is left to do."),
        _("The transfer is closed."),
    ),
}  # fmt: skip
DRAFT = ("from_party", "to_party", "to_name", "kind", "planned_on", "description_ind", "description_en")
SHOWN = (*DRAFT, "state", "first_notice", "completed", "second_notice", "closed")


@admin.register(CorporateTransfer)
class CorporateTransferAdmin(IdempotentAdd, TenantDataAdmin):
    empty_text = _("No transfers. Record one before a merger, a sale or a dissolution.")
    list_display = ("number", "from_name", "what", "day", "state", "told")
    list_filter = ("status", "kind")
    list_select_related = ("from_party",)
    search_fields = ("number", "to_name")
    formfield_overrides = {
        models.DateField: {"widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})},
        models.TextField: {"widget": forms.Textarea({"rows": 5})},
    }

    def has_change_permission(self, request, obj=None):
        """Only a draft is edited; what people have read is moved by the verbs."""
        return super().has_change_permission(request, obj) and (obj is None or obj.status == Status.DRAFT)

    def get_fieldsets(self, request, obj=None):
        is_shown = obj is not None and not self.has_change_permission(request, obj)
        return [(None, {"fields": ("number", *SHOWN) if is_shown else DRAFT})]

    def get_readonly_fields(self, request, obj=None):
        return ("number", *SHOWN[len(DRAFT) :])

    def get_field_queryset(self, db, db_field, request):
        if db_field.name in {"from_party", "to_party"}:
            return Party.objects.filter(kind__in=[PartyKind.MANAGEMENT, PartyKind.OPERATOR])
        return super().get_field_queryset(db, db_field, request)

    def save_model(self, request, obj, form, change):
        corporate_transfers.save(transfer=obj, by=request.user)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """A refusal of the verb undoes the whole save and is shown as its sentence."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
            return HttpResponseRedirect(request.path)

    @admin.display(description=_("company that hands over"), ordering="from_party__name")
    def from_name(self, transfer):
        return transfer.from_party.name

    @admin.display(description=_("kind"), ordering="kind")
    def what(self, transfer):
        return capfirst(transfer.get_kind_display())

    @admin.display(description=_("planned for"), ordering="planned_on")
    def day(self, transfer):
        return dates.short_day(transfer.planned_on)

    @admin.display(description=_("status"), ordering="status")
    def state(self, transfer):
        return chip(KINDS.get(transfer.status, "waiting"), transfer.get_status_display())

    @admin.display(description=_("accounts told"), ordering="announced_to")
    def told(self, transfer):
        return empty_value() if transfer.announced_to is None else transfer.announced_to

    @admin.display(description=_("first notice"))
    def first_notice(self, transfer):
        return notice(transfer.announced_at, transfer.announced_to)

    @admin.display(description=_("completed"))
    def completed(self, transfer):
        return dates.datetime_wib(transfer.completed_at) or empty_value()

    @admin.display(description=_("second notice"))
    def second_notice(self, transfer):
        return notice(transfer.noticed_at, transfer.noticed_to)

    @admin.display(description=_("closed"))
    def closed(self, transfer):
        return dates.datetime_wib(transfer.closed_at) or empty_value()

    # The steps

    def get_urls(self):
        pages = [
            path(f"<int:pk>/{name}/", self.page_of(name), name=f"privacy_corporatetransfer_{name.replace('-', '_')}")
            for name in STEPS
        ]
        return [*pages, *super().get_urls()]

    def page_of(self, name):
        return self.admin_site.admin_view(lambda request, pk: self.step(request, pk, name))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        found = CorporateTransfer.objects.filter(pk=self._clean_pk(object_id)).first()
        steps = self.steps_for(request, found) if found else []
        return super().change_view(request, object_id, form_url, {"steps": steps, **(extra_context or {})})

    def steps_for(self, request, transfer):
        """(label, address) of the step that the transfer can take, for who may take it."""
        if not request.user.has_perm(MAY_MOVE):
            return []
        return [
            (label, reverse(f"admin:privacy_corporatetransfer_{name.replace('-', '_')}", args=[transfer.pk]))
            for name, (_verb, kind, label, _means, _done) in STEPS.items()
            if transfer.status == corporate_transfers.BEFORE[kind]
        ]

    def step(self, request, pk, name):
        """What the step does and for how many accounts, then one button."""
        transfer = self.get_object(request, str(pk))
        if transfer is None:
            raise Http404(_("This page is not here."))
        if not request.user.has_perm(MAY_MOVE):
            raise PermissionDenied
        verb, kind, label, means, done = STEPS[name]
        if request.method == "POST":
            if self.attempt(request, verb, done, transfer=transfer):
                self.log_change(request, transfer, str(label))
            return HttpResponseRedirect(reverse(PAGE, args=[pk]))
        count = corporate_transfers.concerned(transfer).count() if kind in (Kind.ANNOUNCED, Kind.NOTICED) else None
        context = self.admin_site.each_context(request) | {
            "title": label, "opts": self.opts, "original": transfer, "transfer": transfer, "means": means,
            "count": count,
        }  # fmt: skip
        return TemplateResponse(request, "admin/privacy/corporatetransfer/step.html", context)


def notice(at, count):
    """When a notice went out and to how many accounts."""
    if at is None:
        return empty_value()
    words = {"moment": dates.datetime_wib(at), "count": count}
    return ngettext("%(moment)s, to %(count)s account", "%(moment)s, to %(count)s accounts", count) % words


@admin.register(TransferEvent)
class TransferEventAdmin(ReadOnly, TenantDataAdmin):
    list_display = ("moment", "transfer", "happening", "told", "person")
    list_filter = ("kind",)
    list_select_related = ("transfer", "actor__holder")
    fields = readonly_fields = ("moment", "transfer", "happening", "told", "person")

    @admin.display(description=_("at"), ordering="at")
    def moment(self, event):
        return dates.short_datetime_wib(event.at)

    @admin.display(description=_("what happened"), ordering="kind")
    def happening(self, event):
        return chip("info", event.get_kind_display())

    @admin.display(description=_("accounts told"))
    def told(self, event):
        return empty_value() if event.accounts is None else event.accounts

    @admin.display(description=_("by"))
    def person(self, event):
        return (event.actor.holder.name if event.actor.holder else "") or empty_value()
