"""Mergers, sales and dissolutions: draft, first notice, transfer, second notice, closure."""

from functools import partial

from django import forms
from django.contrib import admin
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin_display import empty_value
from accounts.templatetags import dates
from privacy.admin.base import EventAdmin, TenantDataAdmin
from privacy.admin.display import chip, chip_column, column
from privacy.admin.idempotent_add import IdempotentAdd
from privacy.admin.steps import StepPage, StepPages
from privacy.forms.fields import DayInput
from privacy.models.parties import Party, PartyKind
from privacy.oversight import corporate_transfers
from privacy.oversight.models.corporate_transfers import CorporateTransfer, TransferEvent

Status = CorporateTransfer.Status
KINDS = {Status.DRAFT: "over", Status.NOTICED: "info", Status.CLOSED: "settled"}
STEPS = {
    "announce": StepPage(
        _("Give the first notice"),
        corporate_transfers.announce,
        _("The first notice is given."),
        statuses=(Status.DRAFT,),
        says=_(
            "Everybody concerned gets a letter, and the notice stands on their page. The draft can no longer be edited."
        ),
    ),
    "complete": StepPage(
        _("Complete the transfer"),
        corporate_transfers.complete,
        _("The transfer is completed. Give the second notice now."),
        statuses=(Status.ANNOUNCED,),
        says=_("You confirm that the business has been handed over. The second notice is then due."),
    ),
    "second-notice": StepPage(
        _("Give the second notice"),
        corporate_transfers.give_second_notice,
        _("The second notice is given."),
        statuses=(Status.COMPLETED,),
        says=_("Everybody concerned gets a letter, and their page says that the transfer is completed."),
    ),
    "close": StepPage(
        _("Close the transfer"),
        corporate_transfers.close,
        _("The transfer is closed."),
        statuses=(Status.NOTICED,),
        says=_("Both notices are given. Nothing is left to do."),
    ),
}
DRAFT = ("from_party", "to_party", "to_name", "kind", "planned_on", "description_ind", "description_en")
SHOWN = (*DRAFT, "state", "first_notice", "completed", "second_notice", "closed")


@admin.register(CorporateTransfer)
class CorporateTransferAdmin(StepPages, IdempotentAdd, TenantDataAdmin):
    steps = STEPS
    step_template = "admin/privacy/corporatetransfer/step.html"
    step_argument = "transfer"
    step_permission = "privacy.move_corporatetransfer"
    empty_text = _("No transfers. Record one before a merger, a sale or a dissolution.")
    list_display = ("number", "from_name", "what", "day", "state", "told")
    list_filter = ("status", "kind")
    list_select_related = ("from_party",)
    search_fields = ("number", "to_name")
    formfield_overrides = {
        models.DateField: {"widget": DayInput},
        models.TextField: {"widget": forms.Textarea({"rows": 5})},
    }

    def has_change_permission(self, request, obj=None):
        """Allow editing of drafts only; announced transfers change through the verbs."""
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

    from_name = column(_("company that hands over"), "from_party.name", ordering="from_party__name")
    what = column(_("kind"), "get_kind_display", capfirst, ordering="kind")
    day = column(_("planned for"), "planned_on", dates.short_day, ordering="planned_on")

    state = chip_column(_("status"), "status", KINDS, other="waiting")
    told = column(_("accounts told"), "announced_to", ordering="announced_to")

    @admin.display(description=_("first notice"))
    def first_notice(self, transfer):
        return notice(transfer.announced_at, transfer.announced_to)

    completed = column(_("completed"), "completed_at", dates.datetime_wib)

    @admin.display(description=_("second notice"))
    def second_notice(self, transfer):
        return notice(transfer.noticed_at, transfer.noticed_to)

    closed = column(_("closed"), "closed_at", dates.datetime_wib)

    def step_context(self, request, transfer, name):
        """Return the number of accounts that the step notifies, if any."""
        notifies = name in ("announce", "second-notice")
        return {"count": corporate_transfers.concerned(transfer).count() if notifies else None}


def notice(at, count):
    """Return when a notice was sent and to how many accounts."""
    if at is None:
        return empty_value()
    words = {"moment": dates.datetime_wib(at), "count": count}
    return ngettext("%(moment)s, to %(count)s account", "%(moment)s, to %(count)s accounts", count) % words


@admin.register(TransferEvent)
class TransferEventAdmin(EventAdmin):
    list_display = ("moment", "transfer", "happening", "told", "person")
    list_select_related = ("transfer", "actor__holder")
    fields = readonly_fields = ("moment", "transfer", "happening", "told", "person")

    happening = column(_("what happened"), "get_kind_display", partial(chip, "info"), ordering="kind")
    told = column(_("accounts told"), "accounts")
