"""Investigation cases in the admin: opened, decided by a second person, read one person at a time (clause 3.4)."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.admin_display import empty_value
from accounts.recent_login import fresh_sign_in
from accounts.templatetags import dates
from privacy import deadlines
from privacy.admin.base import EventAdmin, TenantDataAdmin, role_of
from privacy.admin.display import chip, column
from privacy.admin.people import entry_field, names_of
from privacy.errors import Refused
from privacy.forms.autocomplete import AutocompleteMany
from privacy.models.subjects import Subject
from privacy.oversight import investigations, warning_signals
from privacy.oversight.forms.investigations import DecideForm, OpenForm
from privacy.oversight.models.investigations import CaseEvent, InvestigationCase, readable_keys

Status = InvestigationCase.Status
KINDS = {
    Status.ASKED: "waiting",
    Status.APPROVED: "settled",
    Status.REFUSED: "late",
    Status.CLOSED: "over",
    Status.EXPIRED: "over",
}


TEMPLATES = "admin/privacy/investigationcase/{}.html"


def name_of(subject):
    """Return the name of an account, for people who work on cases."""
    return (subject.holder_name if subject else "") or empty_value()


class StateFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [(value, capfirst(label)) for value, label in Status.choices]

    def queryset(self, request, queryset):
        return queryset.with_current_status(self.value()) if self.value() in Status.values else queryset


@admin.register(InvestigationCase)
class CaseAdmin(TenantDataAdmin):
    empty_text = _("No cases. They appear here when a head of management or the data protection officer opens one.")
    list_display = ("clock", "number", "company", "state", "head_count", "opener", "opened")
    list_display_links = ("number",)
    list_filter = (StateFilter,)
    list_select_related = ("controller", "opened_by__holder")
    search_fields = ("number",)

    # Permissions

    def has_add_permission(self, request):
        return super().has_add_permission(request) and investigations.may_open(request.user)

    def has_change_permission(self, request, obj=None):
        """Refuse: a case is not edited; it is decided, closed, or expires."""
        return False

    def may_act(self, request):
        return request.user.has_perm("privacy.change_investigationcase")

    # List

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(persons=Count("people"))

    @admin.display(description=_("time left"), ordering="expires_at")
    def clock(self, case):
        if case.current_status not in case.RUNNING:
            return empty_value()
        return chip(deadlines.urgency(case.expires_at), deadlines.time_left(case.expires_at))

    company = column(_("building management"), "controller.name")

    @admin.display(description=_("status"), ordering="status")
    def state(self, case):
        return chip(KINDS[case.current_status], case.current_status.label)

    head_count = column(_("people"), "persons", ordering="persons")

    opener = column(_("opened by"), "opened_by.holder_name", str)
    opened = column(_("opened at"), "opened_at", dates.short_datetime_wib, ordering="opened_at")

    # Pages

    def get_urls(self):
        pages = [
            ("<int:pk>/decide/", self.decide, "decide"),
            ("<int:pk>/close/", self.close, "close"),
            ("<int:pk>/read/<uuid:person>/", self.read, "read"),
        ]
        view = self.admin_site.admin_view
        signals = path("signals/", view(self.signals), name="privacy_signals")
        own = [path(url, view(fresh_sign_in(page)), name=f"privacy_case_{name}") for url, page, name in pages]
        return [signals, *own, *super().get_urls()]

    def signals(self, request):
        """List the warning signals, each with a link that opens a case."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.page(
            request,
            TEMPLATES.format("signals"),
            _("Warning signals"),
            days=warning_signals.DAYS,
            sections=warning_signals.sections(request.user, role_of(request)),
            may_open=self.has_add_permission(request),
        )

    def case_or_404(self, request, object_id):
        case = self.row_or_404(request, object_id)
        if not self.has_view_permission(request, case):
            raise PermissionDenied
        return case

    def facts(self, case):
        """Return what a page shows of a case: people by name and unit, kinds of data, time left."""
        people = [row.subject_id for row in case.people.all()]
        names = names_of(people)
        return {
            "case": case, "original": case,
            "kind": KINDS[case.current_status], "state": capfirst(case.current_status.label),
            "people": [(person, names.get(person, "")) for person in people],
            "labels": [capfirst(label) for label in case.field_labels],
            "is_running": case.current_status in case.RUNNING,
            "urgency": deadlines.urgency(case.expires_at), "time_left": deadlines.time_left(case.expires_at),
            "opener": name_of(case.opened_by), "approver": name_of(case.approved_by),
        }  # fmt: skip

    def add_view(self, request, form_url="", extra_context=None):
        """Open a case; a second person decides."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        widget = AutocompleteMany(entry_field(), self.admin_site)
        posted = request.POST if request.method == "POST" else None
        initial = warning_signals.prefill(request.GET.get("signal", ""), request.user, role_of(request))
        form = OpenForm(posted, initial=initial, user=request.user, role=role_of(request), people_widget=widget)
        if request.method == "POST" and form.is_valid():
            done = _("The case is opened. A second person decides it before anything is read.")
            if case := self.attempt_form(request, form, investigations.open_, done, **form.asked()):
                self.log_addition(request, case, [{"added": {}}])
                return HttpResponseRedirect(reverse("admin:privacy_investigationcase_change", args=[case.pk]))
        lead = _(
            "Nothing can be read before a second person approves. Each reading is recorded, and the tenant can see it."
        )
        title, button = _("Open an investigation case"), _("Open the case")
        return self.page(request, TEMPLATES.format("open"), title, form=form, lead=lead, button=button)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show one case: its data, people, time and events."""
        case = self.case_or_404(request, object_id)
        if request.method == "POST":
            raise PermissionDenied
        may_act, user = self.may_act(request), request.user
        return self.page(
            request, TEMPLATES.format("case"), _("Case %(number)s") % {"number": case.number}, **self.facts(case),
            events=[(event, name_of(event.actor)) for event in case.events.select_related("actor__holder")],
            may_decide=may_act and investigations.may_decide(case, user),
            may_close=may_act and case.current_status in case.RUNNING,
            may_read=case.current_status == Status.APPROVED and investigations.may_read(case, user),
        )  # fmt: skip

    def decide(self, request, pk):
        """Let a second person approve or refuse, after showing exactly the people and kinds of data."""
        case = self.case_or_404(request, pk)
        may_decide = self.may_act(request) and investigations.may_decide(case, request.user)
        form = DecideForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and not self.may_act(request):
            raise PermissionDenied
        if request.method == "POST" and form.is_valid() and self.answer(request, case, form.cleaned_data):
            return HttpResponseRedirect(reverse("admin:privacy_investigationcase_change", args=[pk]))
        return self.page(
            request, TEMPLATES.format("decide"), _("Decide case %(number)s") % {"number": case.number}, form=form,
            may_decide=may_decide, **self.facts(case),
        )  # fmt: skip

    def answer(self, request, case, data):
        if data["decision"] == "approve":
            return self.attempt(
                request, investigations.approve, _("The case is approved. It may be read now."), case=case
            )
        return self.attempt(request, investigations.refuse, _("The case is refused."), case=case, reason=data["reason"])

    def close(self, request, pk):
        case = self.case_or_404(request, pk)
        if request.method != "POST" or not self.may_act(request):
            raise PermissionDenied
        self.attempt(
            request, investigations.close, _("The case is closed. Nothing can be read under it any more."), case=case
        )
        return HttpResponseRedirect(reverse("admin:privacy_investigationcase_change", args=[pk]))

    def read(self, request, pk, person):
        """Say on GET what will be recorded. The values are in the response to POST only, so in no browser history."""
        case = self.case_or_404(request, pk)
        subject = Subject.objects.filter(pk=person).first()
        if subject is None:
            raise Http404(_("This page is not here."))
        inside = case.people.filter(subject=subject).exists()
        values, refusal = None, ""
        if request.method == "POST" or not inside:
            try:
                values = investigations.read(case=case, subject=subject, by=request.user)
            except Refused as refused:
                refusal = refused.message
        if not inside:
            raise Http404(_("This page is not here."))
        shown = values or {}
        lines = [(item.label, shown.get(key, [])) for key, item in readable_keys().items() if key in case.fields]
        return self.page(
            request, TEMPLATES.format("read"), _("Read under case %(number)s") % {"number": case.number}, lines=lines,
            refusal=refusal, is_shown=values is not None, whose=names_of([person]).get(person, ""),
            status=403 if refusal else 200, **self.facts(case),
        )  # fmt: skip


@admin.register(CaseEvent)
class CaseEventAdmin(EventAdmin):
    list_display = ("moment", "happening", "case", "who")
    list_select_related = ("case", "actor__holder")
    fields = readonly_fields = ("moment", "happening", "case", "who", "reason")

    who = column(_("who"), "actor.holder_name", str)
