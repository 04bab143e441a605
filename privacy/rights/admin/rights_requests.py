"""Rights requests in the admin: one queue for all rights, and three steps: identity, assignment, answer."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from privacy import access_log as log
from privacy.admin.base import EventAdmin, role_of
from privacy.admin.cases import CaseAdmin, QueueFilter, Step
from privacy.admin.display import column, person
from privacy.admin.people import PeopleList, entry_field, names_of
from privacy.forms.autocomplete import Autocomplete
from privacy.models.access import AccessReason, AccessRecord
from privacy.rights import rights_requests
from privacy.rights.forms.rights_requests import (
    GRANT,
    AnswerRightForm,
    AssignForm,
    IdentityForm,
    NewEmailForm,
    RecordForm,
)
from privacy.rights.models.rights_requests import RightKind, RightsEvent, RightsRequest
from privacy.scope import Role

Status = RightsRequest.Status


class RightsQueueFilter(QueueFilter):
    """The filter of the other queues, plus requests assigned to the user."""

    def __init__(self, request, params, model, model_admin):
        mine = Q(status=Status.WAITING, assigned_to__holder=request.user.pk)
        self.conditions = QueueFilter.conditions | {"mine": lambda: mine}
        super().__init__(request, params, model, model_admin)

    def lookups(self, request, model_admin):
        return [("mine", _("Mine")), *super().lookups(request, model_admin)]


def answer_form(data, row, request):
    language = row.subject.holder.language if row.subject.holder else ""
    return AnswerRightForm(data, request=row, language=language)


def assign(*, request, to, by):
    return rights_requests.assign(request=request, to=to.user, by=by)


def answer(*, request, by, decision, ground, answer, review_on, seen_email, **_ready):
    if decision == GRANT:
        return rights_requests.grant(request=request, answer=answer, by=by, seen_email=seen_email)
    return rights_requests.refuse(request=request, ground=ground, answer=answer, review_on=review_on, by=by)


@admin.register(RightsRequest)
class RightsRequestAdmin(CaseAdmin):
    why = AccessReason.RIGHTS
    empty_text = _("Nothing is waiting. Requests appear here when tenants ask for one of their rights.")
    list_display = ("clock", "number", "right", "whose", "since", "assigned")
    list_filter = (RightsQueueFilter,)
    list_select_related = ("assigned_to__holder", "subject")
    template = "admin/privacy/rightsrequest/answer.html"
    chips = {Status.GRANTED: "settled", Status.REFUSED: "late", Status.WITHDRAWN: "over"}
    steps = {
        "identity": Step(
            lambda data, row, request: IdentityForm(data),
            rights_requests.check_identity,
            _("How the identity was checked is kept."),
        ),
        "assign": Step(lambda data, row, request: AssignForm(data, request=row), assign, _("The request is assigned.")),
        "email": Step(
            lambda data, row, request: NewEmailForm(data),
            rights_requests.enter_email,
            _("The new email is entered. Ask a colleague to read it again and to grant the request."),
        ),
        "answer": Step(answer_form, answer, _("Your answer is kept. The tenant is told."), closes=True),
    }
    deciding_roles = (Role.STAFF, Role.OPERATOR)

    def has_add_permission(self, request):
        """Allow staff only: a request is recorded for a tenant of their own register; the operator has none."""
        return super().has_add_permission(request) and role_of(request) == Role.STAFF

    def get_queryset(self, request):
        """Defer encrypted text, so that lists do not decrypt it."""
        return super().get_queryset(request).defer("details", "answer", "new_email")

    def get_changelist(self, request, **kwargs):
        return PeopleList

    right = column(_("right"), "get_kind_display", capfirst, ordering="kind")

    @admin.display(description=_("tenant"))
    def whose(self, row):
        return person(row.who) if row.who else _("an account")

    assigned = column(_("assigned to"), "assigned_to.holder.get_short_name", lambda name: name or _("nobody yet"))

    # Recorded by staff for a tenant

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        widget = Autocomplete(entry_field(), self.admin_site)
        form = RecordForm(request.POST or None, user=request.user, role=role_of(request), tenant_widget=widget)
        if request.method == "POST" and form.is_valid() and (made := self.record(request, form)):
            return HttpResponseRedirect(reverse("admin:privacy_rightsrequest_change", args=[made.pk]))
        lead = _(
            "For a tenant who wrote or came by. It is answered like every other request, and the tenant reads the "
            "answer here or by letter."
        )
        context = {"form": form, "lead": lead, "button": _("Record the request")}
        return self.page(request, "admin/privacy/record.html", _("Record a request for a tenant"), **context)

    def record(self, request, form):
        data = dict(form.cleaned_data)
        data |= {"subject": data.pop("tenant").subject, "received_at": data.pop("received_on")}
        done = _("The request is recorded, and its clock runs.")
        if made := self.attempt_form(request, form, rights_requests.record, done, **data):
            self.log_addition(request, made, [{"added": {}}])
        return made

    # Page of one request

    def is_sensitive(self, row, step):
        return (row.kind, step) in SENSITIVE

    def facts(self, request, row, forms):
        lines = AccessRecord.objects.select_related("actor__holder", "party", "grant__purpose")
        line = lines.filter(pk=row.line_id).first()
        holder = row.subject.holder
        return {
            "who": names_of([row.subject_id]).get(row.subject_id, ""),
            "holder": holder if row.subject.own else None, "has_account": holder is not None,
            "line": line, "sentence": log.sentence(line, holder.pk if holder else None) if line else "",
            "steps": steps(row), "events": row.events.select_related("actor__holder").order_by("at", "pk"),
        }  # fmt: skip


# Steps that erase a person or change the email of an account; they need a fresh sign-in
SENSITIVE = {(RightKind.ERASE, "answer"), (RightKind.RECOVER, "answer"), (RightKind.RECOVER, "email")}


def steps(row):
    """Return the steps identity, assignment, answer. Assignment is optional: an answer does not wait for it."""
    checked, assigned = row.checked_at is not None, row.assigned_to_id is not None
    return [
        {"label": _("Identity"), "at": row.checked_at, "done": checked, "current": row.is_waiting and not checked},
        {"label": _("Assignment"), "done": assigned, "current": row.is_waiting and checked and not assigned},
        {
            "label": _("Answer"),
            "at": row.settled_at,
            "done": not row.is_waiting,
            "current": row.is_waiting and checked and assigned,
        },
    ]


@admin.register(RightsEvent)
class RightsEventAdmin(EventAdmin):
    list_display = ("moment", "happening", "request")
    list_filter = ("happened",)
    list_select_related = ("request",)
    fields = readonly_fields = ("moment", "happening", "subject", "request", "detail", "actor")

    happening = column(_("what happened"), "get_happened_display", capfirst, ordering="happened")
