"""Cases in the admin: one queue, the most urgent first, and one page per case, with one form per step."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.recent_login import ask_for_fresh_sign_in
from accounts.templatetags.dates import short_day
from privacy import deadlines
from privacy.admin.base import TenantDataAdmin, role_of
from privacy.admin.display import chip, column
from privacy.errors import Refused
from privacy.scope import Role


@dataclass(frozen=True)
class Step:
    """One form on the page of a case, and the verb that it calls.

    `form(data, case, request)` returns the form; `verb(request=case, by=user, **form.cleaned_data)` is called once it
    is valid. A refusal is shown as an error of the form.
    """

    form: Callable
    verb: Callable
    done: str | Promise | Callable  # success message, or a function that returns it from the form's data
    closes: bool = False  # the case is answered: redirect to the queue
    refuses_above: bool = False  # show a refusal as a message, because the form may no longer be on the page


class QueueFilter(admin.SimpleListFilter):
    """Shows waiting cases by default."""

    title = _("queue")
    parameter_name = "queue"
    conditions = {
        None: lambda: Q(status="waiting"),
        "overdue": lambda: Q(status="waiting", due_at__lt=timezone.now()),
        "answered": lambda: ~Q(status="waiting"),
        "all": lambda: Q(pk__isnull=False),
    }

    def lookups(self, request, model_admin):
        counts = {value or "waiting": Count("pk", filter=condition()) for value, condition in self.conditions.items()}
        self.counts = model_admin.get_queryset(request).aggregate(**counts)
        return [("overdue", _("Past the deadline")), ("answered", _("Answered")), ("all", _("All"))]

    def choices(self, changelist):
        for value, label in [(None, _("Waiting")), *self.lookup_choices]:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string(
                    {"queue": value} if value else {}, [] if value else ["queue"]
                ),
                "display": f"{label} ({self.counts[value or 'waiting']})",
            }

    def queryset(self, request, queryset):
        return queryset.filter(self.conditions.get(self.value(), self.conditions[None])())


class CaseAdmin(TenantDataAdmin):
    """The queue and the page of one kind of case. A subclass lists its steps by the name that the form sends."""

    template = None  # of the page of one case
    title = _("Request %(number)s")
    steps = {}  # name → Step
    chips = {}  # status → kind of chip
    deciding_roles = (Role.STAFF,)
    list_display_links = ("number",)
    list_filter = (QueueFilter,)
    search_fields = ("number",)
    ordering = (F("settled_at").desc(nulls_first=True), "due_at", "pk")

    @admin.display(description=_("time left or answer"), ordering="due_at")
    def clock(self, case):
        if case.is_waiting:
            return chip(deadlines.urgency(case.due_at), deadlines.time_left(case.due_at))
        return chip(self.chips[case.status], case.get_status_display())

    since = column(_("since"), "received_at", short_day, ordering="received_at")

    def may_decide(self, request, case):
        """Return what the verbs would decide, so that no button is shown that does not work."""
        return (
            case.is_waiting
            and role_of(request) in self.deciding_roles
            and not case.is_own(request.user)
            and self.has_change_permission(request, case)
            and case.is_answered_by(request.user)
        )

    def is_sensitive(self, case, name):
        """Return whether this step requires a fresh sign-in."""
        return False

    def facts(self, request, case, forms):
        """Return further context for the page of this kind of case."""
        return {}

    def change_view(self, request, object_id, form_url="", extra_context=None):
        case = self.get_object(request, object_id)
        if case is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, case):
            raise PermissionDenied
        return self.case_page(request, case)

    def case_page(self, request, case):
        """Show the forms of all steps, and process the one that was sent."""
        sent = self.step_sent(request)
        forms = {
            name: step.form(request.POST if name == sent else None, case, request) for name, step in self.steps.items()
        }
        if sent in forms and self.has_change_permission(request, case) and forms[sent].is_valid():
            if self.is_sensitive(case, sent):
                ask_for_fresh_sign_in(request)
            if self.take(request, case, self.steps[sent], forms[sent]):
                queue = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
                return HttpResponseRedirect(queue if self.steps[sent].closes else request.path)
            case.refresh_from_db()
        self.record_again(request, case)
        context = {
            "row": case, "forms": forms, "form": forms.get(sent), "role": role_of(request).value,
            "may_decide": self.may_decide(request, case), "is_own": case.is_own(request.user),
            "time_left": deadlines.time_left(case.due_at), "urgency": deadlines.urgency(case.due_at),
            "kind": self.chips.get(case.status, "info"),
        }  # fmt: skip
        title = self.title % {"number": case.number}
        return self.page(request, self.template, title, **context | self.facts(request, case, forms))

    def step_sent(self, request):
        """Return the name of the step that was sent; a page with one form need not send it."""
        if request.method != "POST":
            return ""
        return next(iter(self.steps)) if len(self.steps) == 1 else request.POST.get("step", "")

    def take(self, request, case, step, form):
        """Call the verb of a step. Return True on success."""
        try:
            step.verb(request=case, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            if step.refuses_above:
                self.message_user(request, refusal.message, messages.ERROR)
            else:
                form.refuse(refusal)
            return False
        self.message_user(request, step.done(form.cleaned_data) if callable(step.done) else step.done)
        return True
