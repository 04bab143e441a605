"""My data: what the register holds about the person, and asking for a change. Nothing here edits the register.

Typed values are passed between the steps in hidden fields of the form: sessions hold no personal data.
"""

from copy import copy

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.recent_login import ask_for_fresh_sign_in
from accounts.templatetags.dates import datetime_wib
from privacy import access, declarations, reference_numbers
from privacy.attempts import attempt
from privacy.errors import Refused
from privacy.models import ProfileUpdateLine, ProfileUpdateRequest
from privacy.models.access import AccessReason, Action
from privacy.rights import profile_updates
from privacy.scope import Role
from tenants.forms.profile import FILES, ProfileForm
from tenants.forms.profile_updates import ChooseForm, SendForm
from tenants.models import Occupancy, Tenant

GROUPS = (
    (gettext_lazy("Identity"), ("name", "identity_number", "identity_scan", "photo", "gender")),
    (gettext_lazy("Contact"), ("phone", "email", "address")),
    (gettext_lazy("Birth and nationality"), ("birth_date", "birth_place", "nationality")),
)
HOME = ("other",)
Status = ProfileUpdateRequest.Status


def own_entries(user):
    return Tenant.objects.visible_to(user, role=Role.TENANT).select_related("management").order_by("pk")


def own_entry(request, **look):
    """Return the entry named in the request, or the user's first one."""
    asked = (request.POST if request.method == "POST" else request.GET).get("entry", "")
    if not asked:
        entry = own_entries(request.user).first()
        if entry is None:
            raise Http404
        asked = str(entry.pk)
    if not reference_numbers.is_reference_number(asked):
        raise Http404
    return access.get_and_record(
        Tenant,
        by=request.user,
        role=Role.TENANT,
        why=AccessReason.OWN,
        pk=asked,
        select_related=["management", "subject"],
        **look,
    )


def waiting_for(entry):
    """Return {field: open request} of the fields of waiting requests."""
    lines = ProfileUpdateLine.objects.filter(request__subject=entry.subject_id, request__status=Status.WAITING)
    return {line.name: line.request for line in lines.select_related("request").defer("old", "new")}


@require_http_methods(["GET", "HEAD", "POST"])
def my_data(request):
    """Show the entry. POST reveals the whole identity number, in this response only."""
    entries = own_entries(request.user)
    if not entries:
        return render(request, "tenants/my_data.html", {"entries": entries})
    if revealed := request.method == "POST":
        ask_for_fresh_sign_in(request)
    look = {"action": Action.REVEALED, "fields": ["identity_number"]} if revealed else {}
    entry = own_entry(request, **look)
    requests = ProfileUpdateRequest.objects.visible_to(request.user, role=Role.TENANT).filter(subject=entry.subject_id)
    waiting = waiting_for(entry)
    context = {
        "entries": entries, "entry": entry, "revealed": revealed,
        "groups": [(title, rows(entry, names, waiting)) for title, names in GROUPS],
        "home": rows(entry, HOME, waiting),
        "occupancies": Occupancy.objects.current().filter(tenant=entry).select_related("unit__building"),
        "requests": Paginator(requests, 10).get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "tenants/my_data.html", context)


def rows(entry, names, waiting):
    return [
        {
            "name": name,
            "label": label(name),
            "value": declarations.display(entry, name),
            "is_file": name in FILES,
            "waiting": waiting.get(name),
        }
        for name in names
    ]


@require_safe
def update_new(request):
    """Choose fields, then enter new values; the chosen fields are in the query string."""
    entry = own_entry(request)
    waiting = waiting_for(entry)
    choose = ChooseForm(request.GET if {"change", "step"} & set(request.GET) else None, waiting=waiting)
    if not choose.is_valid():
        open_requests = {line_request.number: line_request for line_request in waiting.values()}.values()
        return render(
            request, "tenants/update_choose.html", {"entry": entry, "form": choose, "open_requests": open_requests}
        )
    draft = Draft(entry, choose)
    return values_page(request, draft) if draft.typed.fields else check_page(request, draft)


@require_http_methods(["GET", "HEAD", "POST"])
def update_check(request):
    """Show old and new values before sending; files cannot be passed between pages, so they are uploaded here."""
    if request.method != "POST":
        return redirect("update_new")
    entry = own_entry(request)
    choose = ChooseForm(request.POST)
    if not choose.is_valid():
        return redirect(f"{reverse('update_new')}?entry={entry.pk}&step=choose")
    draft = Draft(entry, choose, request)
    if not draft.typed.is_valid() or "back" in request.POST:
        return values_page(request, draft)
    if "send" in request.POST:
        return send(request, draft)
    if not draft.changes and not draft.files:
        draft.typed.add_error(None, _("The new data is the same as the old. Change the fields that need it."))
        return values_page(request, draft)
    return check_page(request, draft)


class Draft:
    """The state of the steps so far: two forms on one unsaved copy of the entry."""

    def __init__(self, entry, choose, request=None):
        self.entry, self.choose, self.proposal = entry, choose, copy(entry)
        post = request.POST if request else None
        sent = (request.POST, request.FILES) if request and "send" in request.POST else ()
        self.typed = ProfileForm(post, instance=self.proposal, names=[n for n in choose.names if n not in FILES])
        self.files = [name for name in choose.names if name in FILES]
        self.sending = SendForm(*sent, instance=self.proposal, names=self.files)

    @property
    def changes(self):
        names = [name for name in profile_updates.changed(self.entry, self.proposal) if name not in FILES]
        return [
            {"label": label(name), "old": present(self.entry, name), "new": declarations.display(self.proposal, name)}
            for name in names
        ]


def send(request, draft):
    if not draft.sending.is_valid():
        return check_page(request, draft)
    extra = {name: draft.sending.cleaned_data[name] for name in ("note", "evidence")}
    try:
        made = profile_updates.ask(record=draft.entry, proposal=draft.proposal, by=request.user, **extra)
    except Refused as refusal:
        waiting = waiting_for(draft.entry)
        earlier = next((waiting[name] for name in draft.choose.names if name in waiting), None)
        if refusal.code == "twice" and earlier:
            messages.info(request, refusal.message)
            return redirect("update_detail", earlier.number)
        draft.sending.add_error(None, refusal.message)
        return check_page(request, draft)
    promise = _("We have received your request %(number)s. We answer no later than %(moment)s.")
    messages.success(request, promise % {"number": made.number, "moment": datetime_wib(made.due_at)})
    return redirect("update_detail", made.number)


def values_page(request, draft):
    boxes = [(box, present(draft.entry, box.name)) for box in draft.typed.boxes]
    return render(request, "tenants/update_values.html", {"draft": draft, "form": draft.typed, "boxes": boxes})


def check_page(request, draft):
    return render(request, "tenants/update_check.html", {"draft": draft, "form": draft.sending})


def label(name):
    return capfirst(Tenant._meta.get_field(name).verbose_name)


def present(entry, name):
    if name == "identity_number":
        return entry.get_identity_number_masked()
    return declarations.display(entry, name) if hasattr(entry, name) else ""


@require_http_methods(["GET", "HEAD", "POST"])
def update_detail(request, number):
    """Show one request: its state, changes and decision. POST withdraws it."""
    row = access.get_and_record(
        ProfileUpdateRequest, by=request.user, role=Role.TENANT, why=AccessReason.OWN, number=number,
        select_related=["subject", "controller", "settled_by__holder"],
    )  # fmt: skip
    if request.method == "POST":
        done = _("Your request is cancelled. What you had written is removed.")
        attempt(request, profile_updates.cancel, done, request=row)
        return redirect("update_detail", number)
    entry = declarations.entry_of(row.subject)
    context = {"row": row, "entry": entry, "changes": asked_changes(row, entry), "steps": steps(row)}
    return render(request, "tenants/update_detail.html", context)


def steps(row):
    """Return the steps received, in review, answered, with their times."""
    return [
        {"label": _("Received"), "at": row.received_at, "done": True},
        {"label": _("In review"), "done": not row.is_waiting, "current": row.is_waiting},
        {"label": _("Answered"), "at": row.settled_at, "done": not row.is_waiting},
    ]


def asked_changes(row, entry):
    """Return old and new value of each field; identity numbers stay masked."""
    found = []
    for item in profile_updates.compare(row, entry):
        sides = (item.old, item.new)
        if item.line.name == "identity_number":
            sides = (item.old_masked, item.new_masked)
        line = item.line
        found.append({"line": line, "label": line.label, "is_file": line.is_file, "old": sides[0], "new": sides[1]})
    return found
