"""Asking for a right, and the person's own requests: open to every signed-in account, with or without consent."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.templatetags.dates import datetime_wib
from privacy import access
from privacy import access_log as log
from privacy.attempts import attempt
from privacy.errors import Refused
from privacy.middleware import open_without_consent
from privacy.models.access import AccessReason
from privacy.models.parties import Party
from privacy.rights import rights_requests
from privacy.rights.forms.rights_requests import AskRightForm
from privacy.rights.models.rights_requests import RightsRequest
from privacy.rights.views.rights import RIGHT_OF
from privacy.scope import Role


@open_without_consent
@require_http_methods(["GET", "HEAD", "POST"])
def rights_ask(request, kind):
    """Ask for one right. A link from the access log passes a `line`, which is stored with the request."""
    right = RIGHT_OF.get(kind)
    if right is None:
        raise Http404
    named = (request.POST if request.method == "POST" else request.GET).get("line", "")
    line = rights_requests.line_of(request.user, named) if named else None
    if named and line is None:
        raise Http404
    records = rights_requests.own_records(request.user)
    names = Party.objects.in_bulk([controller for _subject, controller in records])
    sent = request.POST if request.method == "POST" else None  # not `or None`: an empty POST must be validated too
    form = AskRightForm(sent, initial={"line": named}, kind=kind, records=records, names=names)
    if form.is_valid() and (answer := send(request, kind, form, line)):
        return answer
    context = {"right": right, "form": form, "sentence": log.sentence(line, request.user.pk) if line else ""}
    return render(request, "privacy/rights/rights_ask.html", context | {"line": line, "can_ask": bool(records)})


def send(request, kind, form, line):
    subject = line.subject if line else form.subject
    if subject is None:
        return None
    try:
        made = rights_requests.ask(
            subject=subject, kind=kind, by=request.user, details=form.cleaned_data["details"], line=line
        )
    except Refused as refusal:
        if refusal.code == "twice":
            messages.info(request, refusal.message)
            return redirect("rights")
        form.refuse(refusal)
        return None
    promise = _("We have received your request %(number)s. We answer no later than %(moment)s.")
    messages.success(request, promise % {"number": made.number, "moment": datetime_wib(made.due_at)})
    return redirect("rights_request", made.number)


@open_without_consent
@require_http_methods(["GET", "HEAD", "POST"])
def rights_request(request, number):
    """Show one request: its state, text and answer. POST withdraws it."""
    row = access.get_and_record(
        RightsRequest, by=request.user, role=Role.TENANT, why=AccessReason.OWN, number=number,
        select_related=["subject", "controller", "settled_by__holder"],
    )  # fmt: skip
    if request.method == "POST":
        done = _("Your request is cancelled. What you had written is removed.")
        attempt(request, rights_requests.cancel, done, request=row)
        return redirect("rights_request", number)
    line = rights_requests.line_of(request.user, row.line_id)
    context = {"row": row, "steps": steps(row), "is_recovered": rights_requests.is_recovered(row)}
    context |= {"sentence": log.sentence(line, request.user.pk) if line else ""}
    return render(request, "privacy/rights/rights_request.html", context | {"line": line})


def steps(row):
    """Return the steps received, identity, in review, answered, with their times."""
    checked = row.checked_at is not None
    return [
        {"label": _("Received"), "at": row.received_at, "done": True},
        {"label": _("Identity"), "at": row.checked_at, "done": checked, "current": row.is_waiting and not checked},
        {"label": _("In review"), "done": not row.is_waiting, "current": row.is_waiting and checked},
        {"label": _("Answered"), "at": row.settled_at, "done": not row.is_waiting},
    ]
