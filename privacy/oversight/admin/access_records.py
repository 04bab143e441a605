"""Access records in the admin: read-only evidence for the controller's management and the operator."""

from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.admin_display import empty_value
from accounts.templatetags import dates
from privacy import declarations
from privacy.admin.base import ReadOnly, TenantDataAdmin
from privacy.admin.display import chip, column
from privacy.admin.people import PeopleList, SubjectAdmin
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

    about = SubjectAdmin.who

    @admin.display(description=_("who"))
    def looker(self, record):
        return record.actor.holder_name or capfirst(record.get_hat_display())

    company = column(_("company"), "party.name")
    answering = column(_("answering management"), "controller.name")
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

    data = column(_("kinds of data"), "fields", lambda keys: capfirst(", ".join(declarations.labels(keys))))
