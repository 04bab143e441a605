"""Disclosures in the admin: requested, decided by a second person, exported, people notified; one page per step."""

from functools import partial

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.templatetags import dates
from privacy import access, declarations
from privacy.admin.base import EventAdmin, TenantDataAdmin, role_of
from privacy.admin.display import chip, chip_column, column
from privacy.admin.idempotent_add import IdempotentAdd
from privacy.admin.people import entry_field, names_of
from privacy.admin.steps import StepPage, StepPages
from privacy.errors import Refused
from privacy.forms.autocomplete import AutocompleteMany
from privacy.forms.refusing import RefusingForm
from privacy.models.access import AccessReason, Action
from privacy.oversight import disclosures
from privacy.oversight.forms.disclosures import AskForm, DelayForm, RefuseForm
from privacy.oversight.models.disclosures import Disclosure, DisclosureEvent
from privacy.scope import Role

Status = Disclosure.Status
KINDS = {
    Status.ASKED: "waiting",
    Status.REFUSED: "over",
    Status.APPROVED: "info",
    Status.EXPORTED: "waiting",
    Status.TOLD: "settled",
}
STEPS = {
    "approve": StepPage(
        _("Approve the disclosure"),
        disclosures.approve,
        _("Approved. Staff of the building management can export it now."),
        form=DelayForm,
        statuses=(Status.ASKED,),
    ),
    "refuse": StepPage(
        _("Refuse the disclosure"),
        disclosures.refuse,
        _("Refused. Nothing is handed over."),
        form=RefuseForm,
        statuses=(Status.ASKED,),
    ),
    "delay": StepPage(
        _("Tell the tenant later"),
        disclosures.delay,
        _("The new day is kept. The tenant is told from then on."),
        form=DelayForm,
        statuses=(Status.APPROVED, Status.EXPORTED),
    ),
    "export": StepPage(
        _("Export the approved data"),
        disclosures.export,
        "",
        form=RefusingForm,
        statuses=disclosures.EXPORTABLE,
    ),
}


class AskPage:
    """The add page with its own form: people are chosen from the register, and only the verb saves."""

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        widget = AutocompleteMany(entry_field(), self.admin_site)
        data = (request.POST, request.FILES) if request.method == "POST" else ()
        form = AskForm(*data, user=request.user, people_widget=widget)
        if request.method == "POST" and form.is_valid() and (kept := self.ask(request, form)):
            self.message_user(request, _("Recorded. A second person must approve it before anything is exported."))
            return HttpResponseRedirect(self.change_url(kept))
        context = {"form": form, **(extra_context or {})}
        return self.page(request, "admin/privacy/disclosure/ask.html", _("Record a disclosure"), **context)

    def ask(self, request, form):
        """Save and log in one transaction. A repeated submission is saved once."""
        try:
            with transaction.atomic():
                kept = disclosures.ask(disclosure=form.instance, people=form.subjects(), by=request.user)
                self.log_addition(request, kept, [{"added": {}}])
        except Refused as refusal:
            form.refuse(refusal)
            return None
        return kept


@admin.register(Disclosure)
class DisclosureAdmin(StepPages, IdempotentAdd, AskPage, TenantDataAdmin):
    steps = STEPS
    step_template = "admin/privacy/disclosure/step.html"
    step_argument = "disclosure"
    step_permission = "privacy.approve_disclosure"
    asks_fresh_login = True
    why = AccessReason.DISCLOSURE
    empty_text = _("No disclosures. Record one when a court, an authority or another institution asks for data.")
    list_display = ("number", "institution", "clause", "company", "count", "state", "asked")
    list_filter = ("status", "ground")
    list_select_related = ("controller",)
    search_fields = ("number", "institution", "instrument")

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(people_count=Count("people"))

    def has_add_permission(self, request):
        """Allow building managements only; the operator reads and decides."""
        return super().has_add_permission(request) and role_of(request) == Role.STAFF

    def has_change_permission(self, request, obj=None):
        return False

    def get_why(self, request, row):
        """Return the reason for the operator too; the access log hides it from the tenant until the notice."""
        return self.why

    def record_look(self, request, row, action=Action.VIEWED, fields=None):
        """Record access to the people concerned: their names and units are shown."""
        access.record_accesses(
            list(row.people.all()),
            by=request.user,
            role=role_of(request),
            why=self.why,
            reference=row.number,
            action=action,
            fields=declarations.identifying(),
        )

    clause = column(_("ground"), "get_ground_display", capfirst, ordering="ground")
    company = column(_("building management"), "controller.name", ordering="controller__name")
    count = column(_("people concerned"), "people_count", ordering="people_count")

    state = chip_column(_("status"), "status", KINDS)

    asked = column(_("asked at"), "asked_at", dates.short_datetime_wib, ordering="asked_at")

    # Page of one disclosure, and its steps

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.row_or_404(request, object_id)
        if not self.has_view_permission(request, row) or request.method == "POST":
            raise PermissionDenied
        title = _("Disclosure %(number)s") % {"number": row.number}
        return self.page(request, "admin/privacy/disclosure/detail.html", title, **self.facts(request, row))

    def facts(self, request, row):
        """Return the context of each page of a disclosure: exactly its data and its people."""
        people = list(row.people.select_related("subject__holder"))
        names = names_of([person.subject_id for person in people])
        return {
            "original": row, "disclosure": row,
            "people": [(names.get(person.subject_id, ""), person.subject.holder is not None) for person in people],
            "events": row.events.filter(subject=None).select_related("actor__holder"),
            "steps": steps_of(row), "kind": KINDS[row.status], "role": role_of(request).value,
            "buttons": self.step_links(request, row),
            "is_own": row.status == Status.ASKED and row.asked_by.holder_id == request.user.pk,
        }  # fmt: skip

    def may_take(self, request, row, name):
        if name == "export":
            return request.user.has_perm("privacy.export_disclosure") and role_of(request) == Role.STAFF
        may_decide = super().may_take(request, row, name) and disclosures.may_decide(row, request.user)
        return may_decide and not (name == "delay" and row.is_told)

    def step_form(self, request, row, name, data):
        return self.steps[name].form(data, initial={"tell_on": row.tell_on, "delay_reason": row.delay_reason})

    def step_context(self, request, row, name):
        return self.facts(request, row)

    def step(self, request, pk, name):
        row = self.get_queryset(request).filter(pk=pk).first()
        if row and self.may_take(request, row, name) and not self.is_possible(row, name):
            self.message_user(request, _("This is not possible at this step."), messages.WARNING)
            return HttpResponseRedirect(self.change_url(row))
        return super().step(request, pk, name)

    def step_taken(self, request, row, name, result):
        if name != "export":
            return super().step_taken(request, row, name, result)
        self.log_change(request, row, str(self.steps[name].title))
        headers = {"Content-Disposition": f'attachment; filename="{row.number}.csv"', "Cache-Control": "no-store"}
        return HttpResponse(result, content_type="text/csv; charset=utf-8", headers=headers)


def steps_of(row):
    """Return the steps: requested, approved by a second person, exported, tenant notified."""
    if row.status == Status.REFUSED:
        found = [(_("Asked for"), row.asked_at), (_("Refused by a second person"), row.decided_at)]
    else:
        found = [
            (_("Asked for"), row.asked_at),
            (_("Approved by a second person"), row.decided_at),
            (_("Exported"), row.exported_at),
            (_("Tenant told"), row.tell_from if row.is_told else None),
        ]
    now = next((number for number, (_label, at) in enumerate(found) if at is None), None)
    return [
        {"label": label, "at": at, "done": at is not None, "current": number == now}
        for number, (label, at) in enumerate(found)
    ]


@admin.register(DisclosureEvent)
class DisclosureEventAdmin(EventAdmin):
    list_display = ("moment", "disclosure", "happening", "about", "person")
    list_select_related = ("disclosure", "actor__holder")
    fields = readonly_fields = ("moment", "disclosure", "happening", "about", "person", "check_code")

    happening = column(_("what happened"), "get_kind_display", partial(chip, "info"), ordering="kind")

    @admin.display(description=_("about"))
    def about(self, event):
        return str(event.subject_id)[:8] if event.subject_id else _("all people concerned")

    @admin.display(description=_("by"))
    def person(self, event):
        return super().person(event) if event.actor else _("by its date")
