"""The register of disclosures: asked by one, decided by a second, exported, and told; one page a step."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.admin_display import empty_value
from accounts.recent_login import fresh_sign_in
from accounts.templatetags import dates
from privacy import access
from privacy.admin.base import ReadOnly, TenantDataAdmin, role_of
from privacy.admin.display import chip
from privacy.admin.idempotent_add import IdempotentAdd
from privacy.admin.people import WHO, entry_field, names_of
from privacy.errors import Refused
from privacy.forms.autocomplete import AutocompleteMany
from privacy.models.access import AccessReason, Action
from privacy.oversight import disclosures
from privacy.oversight.forms.disclosures import AskForm, DelayForm, ExportForm, RefuseForm
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
LIST, PAGE = "admin:privacy_disclosure_changelist", "admin:privacy_disclosure_change"
APPROVE, EXPORT = "privacy.approve_disclosure", "privacy.export_disclosure"
# Page → permission, form, verb, states in which it is offered, title, what is said when it is done
STEPS = {
    "approve": (
        APPROVE, DelayForm, disclosures.approve, (Status.ASKED,), _("Approve the disclosure"),
        _("Approved. Staff of the building management can export it now."),
    ),
    "refuse": (
        APPROVE, RefuseForm, disclosures.refuse, (Status.ASKED,), _("Refuse the disclosure"),
        _("Refused. Nothing is handed over."),
    ),
    "delay": (
        APPROVE, DelayForm, disclosures.delay, (Status.APPROVED, Status.EXPORTED), _("Tell the tenant later"),
        _("The new day is kept. The tenant is told from then on."),
    ),
    "export": (EXPORT, ExportForm, disclosures.export, disclosures.EXPORTABLE, _("Export the approved data"), ""),
}  # fmt: skip


class AskPage:
    """The add page, as a form of our own: people are chosen from the register, and nothing is saved but by the verb."""

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        widget = AutocompleteMany(entry_field(), self.admin_site)
        data = (request.POST, request.FILES) if request.method == "POST" else ()
        form = AskForm(*data, user=request.user, people_widget=widget)
        if request.method == "POST" and form.is_valid() and (kept := self.ask(request, form)):
            self.message_user(request, _("Recorded. A second person must approve it before anything is exported."))
            return HttpResponseRedirect(reverse(PAGE, args=[kept.pk]))
        context = self.admin_site.each_context(request) | {
            "title": _("Record a disclosure"), "opts": self.opts, "form": form,
        }  # fmt: skip
        return TemplateResponse(request, "admin/privacy/disclosure/ask.html", context | (extra_context or {}))

    def ask(self, request, form):
        """Kept and logged together, or neither: a form that was sent twice is kept once."""
        try:
            with transaction.atomic():
                kept = disclosures.ask(disclosure=form.instance, people=form.subjects(), by=request.user)
                self.log_addition(request, kept, [{"added": {}}])
        except Refused as refusal:
            form.refuse(refusal)
            return None
        return kept


@admin.register(Disclosure)
class DisclosureAdmin(IdempotentAdd, AskPage, TenantDataAdmin):
    why = AccessReason.DISCLOSURE
    empty_text = _("No disclosures. Record one when a court, an authority or another institution asks for data.")
    list_display = ("number", "institution", "clause", "company", "count", "state", "asked")
    list_filter = ("status", "ground")
    list_select_related = ("controller",)
    search_fields = ("number", "institution", "instrument")

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(people_count=Count("people"))

    def has_add_permission(self, request):
        """Only a building management discloses from its register; the operator looks on and decides."""
        return super().has_add_permission(request) and role_of(request) == Role.STAFF

    def has_change_permission(self, request, obj=None):
        return False

    def get_why(self, request, row):
        """Also for the operator: the log keeps it from the tenant until it may be told."""
        return self.why

    def record_look(self, request, row, action=Action.VIEWED, fields=None):
        """What is looked at are the people concerned: their names and units."""
        people = list(row.people.all())
        access.record_accesses(
            people,
            by=request.user,
            role=role_of(request),
            why=self.why,
            reference=row.number,
            action=action,
            fields=WHO,
        )

    @admin.display(description=_("ground"), ordering="ground")
    def clause(self, row):
        return capfirst(row.get_ground_display())

    @admin.display(description=_("building management"), ordering="controller__name")
    def company(self, row):
        return row.controller.name

    @admin.display(description=_("people concerned"), ordering="people_count")
    def count(self, row):
        return row.people_count

    @admin.display(description=_("status"), ordering="status")
    def state(self, row):
        return chip(KINDS[row.status], row.get_status_display())

    @admin.display(description=_("asked at"), ordering="asked_at")
    def asked(self, row):
        return dates.short_datetime_wib(row.asked_at)

    # One disclosure, and its steps

    def get_urls(self):
        pages = [path(f"<int:pk>/{name}/", self.page_of(name), name=f"privacy_disclosure_{name}") for name in STEPS]
        return [*pages, *super().get_urls()]

    def page_of(self, name):
        return self.admin_site.admin_view(fresh_sign_in(lambda request, pk: self.step(request, pk, name)))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, row) or request.method == "POST":
            raise PermissionDenied
        context = self.facts(request, row, _("Disclosure %(number)s") % {"number": row.number})
        return TemplateResponse(request, "admin/privacy/disclosure/detail.html", context)

    def facts(self, request, row, title):
        """What every page of one disclosure shows: exactly the data and the people that it is about."""
        people = list(row.people.select_related("subject__holder"))
        names = names_of([person.subject_id for person in people])
        return self.admin_site.each_context(request) | {
            "title": title, "opts": self.opts, "original": row, "disclosure": row,
            "people": [(names.get(person.subject_id, ""), person.subject.holder is not None) for person in people],
            "events": row.events.filter(subject=None).select_related("actor__holder"),
            "steps": steps_of(row), "kind": KINDS[row.status], "role": role_of(request).value,
            "buttons": self.buttons(request, row),
            "is_own": row.status == Status.ASKED and row.asked_by.holder_id == request.user.pk,
        }  # fmt: skip

    def buttons(self, request, row):
        """(label, address, name) of each step that the disclosure can take and this person may take."""
        return [
            (title, reverse(f"admin:privacy_disclosure_{name}", args=[row.pk]), name)
            for name, (_permission, _form, _verb, states, title, _done) in STEPS.items()
            if row.status in states and self.may(request, row, name)
        ]

    def may(self, request, row, name):
        if not request.user.has_perm(STEPS[name][0]):
            return False
        if name == "export":
            return role_of(request) == Role.STAFF
        return disclosures.may_decide(row, request.user) and not (name == "delay" and row.is_told)

    def step(self, request, pk, name):
        """What is done, with which data of whom; then one form with one button."""
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404(_("This page is not here."))
        _permission, form_class, verb, states, title, done = STEPS[name]
        if not self.may(request, row, name):
            raise PermissionDenied
        form = form_class(request.POST if request.method == "POST" else None, disclosure=row)
        if row.status not in states:
            self.message_user(request, _("This is not possible at this step."), messages.WARNING)
            return HttpResponseRedirect(reverse(PAGE, args=[pk]))
        if form.is_valid():
            try:
                result = verb(disclosure=row, by=request.user, **form.cleaned_data)
            except Refused as refusal:
                form.refuse(refusal)
            else:
                self.log_change(request, row, str(title))
                return self.answer(request, row, name, result, done)
        self.record_again(request, row)
        context = self.facts(request, row, title) | {"form": form, "name": name}
        return TemplateResponse(request, "admin/privacy/disclosure/step.html", context)

    def answer(self, request, row, name, result, done):
        if name != "export":
            self.message_user(request, done, messages.SUCCESS)
            return HttpResponseRedirect(reverse(PAGE, args=[row.pk]))
        headers = {"Content-Disposition": f'attachment; filename="{row.number}.csv"', "Cache-Control": "no-store"}
        return HttpResponse(result, content_type="text/csv; charset=utf-8", headers=headers)


def steps_of(row):
    """The step line: asked, approved by a second person, exported, tenant told."""
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
class DisclosureEventAdmin(ReadOnly, TenantDataAdmin):
    list_display = ("moment", "disclosure", "happening", "about", "person")
    list_filter = ("kind",)
    list_select_related = ("disclosure", "actor__holder")
    fields = readonly_fields = ("moment", "disclosure", "happening", "about", "person", "check_code")

    @admin.display(description=_("at"), ordering="at")
    def moment(self, event):
        return dates.short_datetime_wib(event.at)

    @admin.display(description=_("what happened"), ordering="kind")
    def happening(self, event):
        return chip("info", event.get_kind_display())

    @admin.display(description=_("about"))
    def about(self, event):
        return str(event.subject_id)[:8] if event.subject_id else _("all people concerned")

    @admin.display(description=_("by"))
    def person(self, event):
        if event.actor is None:
            return _("by its date")
        return (event.actor.holder.name if event.actor.holder else "") or empty_value()
