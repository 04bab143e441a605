"""Access records in the admin: read-only evidence for the controller's management and the operator."""

from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.admin_display import empty_value
from accounts.templatetags import dates
from privacy import declarations
from privacy.admin.base import ReadOnly, TenantDataAdmin
from privacy.admin.display import chip, column, person
from privacy.admin.people import PeopleList, names_of
from privacy.models.access import AccessRecord
from privacy.oversight import investigations
from privacy.sharing import grants

REASONS = dict(grants.Reason.choices) | dict(investigations.Reason.choices)


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnly, TenantDataAdmin):
    list_display = ("moment", "about", "looker", "company", "answer", "reason_given", "data")
    list_filter = ("allowed", "action", "hat")
    list_select_related = ("actor__holder", "party")
    fields = readonly_fields = (
        "moment",
        "about",
        "looker",
        "company",
        "acted_as",
        "answer",
        "refusal",
        "data",
        "grant",
        "because",
        "reference",
        "answering",
    )

    def get_changelist(self, request, **kwargs):
        return PeopleList

    moment = column(_("at"), "at", dates.short_datetime_wib, ordering="at")

    @admin.display(description=_("tenant"))
    def about(self, record):
        return person(record.__dict__.get("who") or names_of([record.subject_id]).get(record.subject_id, ""))

    @admin.display(description=_("who"))
    def looker(self, record):
        holder = record.actor.holder
        return (holder.name if holder else "") or capfirst(record.get_hat_display())

    @admin.display(description=_("company"))
    def company(self, record):
        return record.party.name if record.party else empty_value()

    @admin.display(description=_("answering management"))
    def answering(self, record):
        return record.controller.name if record.controller else empty_value()

    acted_as = column(_("as"), "get_hat_display", capfirst)

    @admin.display(description=_("action"))
    def answer(self, record):
        kind = "info" if record.allowed else "late"
        return chip(kind, record.get_action_display() if record.allowed else _("refused"))

    @admin.display(description=_("why"))
    def reason_given(self, record):
        return " · ".join(filter(None, [str(capfirst(record.get_why_display())), record.reference]))

    because = column(_("why"), "get_why_display", capfirst)

    @admin.display(description=_("why refused"))
    def refusal(self, record):
        if record.allowed:
            return empty_value()
        return capfirst(REASONS.get(record.reason, _("no permission")))

    @admin.display(description=_("kinds of data"))
    def data(self, record):
        return capfirst(", ".join(declarations.labels(record.fields))) or empty_value()
