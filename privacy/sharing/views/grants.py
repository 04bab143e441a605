"""The person's own grants: answer, narrow, withdraw; submitting a form twice acts once."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.templatetags import dates
from privacy import access, value_display
from privacy import access_log as log
from privacy.attempts import attempt_form
from privacy.errors import Refused
from privacy.middleware import open_without_consent
from privacy.models.access import AccessReason, AccessRecord
from privacy.scope import Role
from privacy.sharing import grants
from privacy.sharing.forms.grants import AnswerForm, NarrowForm
from privacy.sharing.models.grants import SharingGrant
from privacy.sharing.models.sharing_requests import SharingRequest

RELATED = ("agreement__vendor", "agreement__management", "purpose")
STATED = ("deletion_statement__stated_by__holder", "deletion_statement__vendor")
LOOKS_SHOWN = 10
OVER_A_PAGE = 20


@open_without_consent
@require_safe
def sharing(request):
    """List waiting requests, then open grants, then ended ones. A grant just withdrawn keeps its position."""
    own = (
        SharingGrant.objects.visible_to(request.user, role=Role.TENANT)
        .select_related("subject", *RELATED, "deletion_statement")
        .prefetch_related("narrowed_to")
    )
    cards = cards_of(own)
    done = request.GET.get("done")
    over = [card for card in cards if not card["is_open"] and card["grant"].number != done]
    context = {
        "waiting": SharingRequest.objects.visible_to(request.user, role=Role.TENANT)
        .filter(status="waiting")
        .select_related(*RELATED),
        "open": [card for card in cards if card["is_open"] or card["grant"].number == done],
        "over": Paginator(over, OVER_A_PAGE).get_page(request.GET.get("page")),
        "done": done,
    }
    return render(request, "privacy/sharing/sharing.html", context)


def cards_of(found):
    """Return the context of the card of each grant; the last access to each is read in one query."""
    found = list(found)
    looks = AccessRecord.objects.filter(grant__in=[grant.pk for grant in found], allowed=True).values_list("grant")
    last = dict(looks.order_by().annotate(latest=Max("at")))
    return [card_of(grant, last.get(grant.pk)) for grant in found]


def card_of(grant, last_look=None):
    state = grants.state(grant)
    return {
        "grant": grant,
        "state": state,
        "kind": state.chip,
        "is_open": state.is_open,
        "days": (grant.ends_on - timezone.localdate()).days,
        "last_look": last_look,
        "has_run_out": grant.ends_at <= timezone.now(),
        "is_unattested": grant.attest_on is not None and grant.attest_on < timezone.localdate(),
        "narrower": next(iter(grant.narrowed_to.all()), None),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def sharing_request(request, number):
    asked = fetch(request, SharingRequest, number, select_related=(*RELATED, "subject", "asked_for"))
    form = AnswerForm(request.POST or None, request=asked)
    declined = request.POST.get("answer") == "decline"
    if request.method == "POST" and (declined or form.is_valid()):
        if declined:
            verb, given, done = grants.refuse, {}, _("You did not give this permission. Nothing was shared.")
        else:
            verb, given = grants.answer, form.cleaned_data
            done = _("You gave this permission. You can withdraw it at any time.")
        if attempt_form(request, form, verb, done, over="answered", request=asked, **given):
            return redirect("sharing")
    return request_page(request, asked, form)


def request_page(request, asked, form):
    waiting = asked.status == SharingRequest.Status.WAITING
    context = {
        "asked": asked,
        "form": form,
        "waiting": waiting,
        "what": log.what(asked.fields),
        "obstacle": obstacle(asked) if waiting else "",
        "preview": preview(asked.subject_id, asked.fields) if waiting else [],
        "given": asked.grants.order_by("pk").first(),
    }
    return render(request, "privacy/sharing/sharing_request.html", context)


def obstacle(asked):
    """Return a message why this can no longer be given, or ""."""
    try:
        grants.check(asked.subject, asked.agreement, asked.purpose, asked.fields, asked.until)
    except Refused as refusal:
        return refusal.message
    return ""


def preview(subject_id, keys):
    """Return (label, values) of each field, as the vendor will see them."""
    return grants.Shown(None, keys, value_display.shown_values([subject_id], keys).get(subject_id, {})).lines


@open_without_consent
@require_safe
def grant(request, number):
    found = fetch(request, SharingGrant, number, select_related=(*RELATED, *STATED))
    looks = AccessRecord.objects.visible_to(request.user, role=Role.TENANT).filter(grant=found).with_names()
    context = {
        "grant": found,
        "card": card_of(found),
        "looks": log.lines(looks[:LOOKS_SHOWN], request.user.pk),
        "events": found.events.select_related("actor__holder"),
    }
    return render(request, "privacy/sharing/grant.html", context)


@open_without_consent
@require_http_methods(["GET", "HEAD", "POST"])
def grant_withdraw(request, number):
    """Show the consequences on GET, withdraw on POST; no reason is asked for."""
    found = fetch(request, SharingGrant, number)
    if request.method != "POST":
        return (
            render(request, "privacy/sharing/grant_withdraw.html", {"grant": found})
            if card_of(found)["is_open"]
            else redirect("grant", number)
        )
    try:
        found = grants.withdraw(grant=found, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("grant", number)
    messages.success(
        request,
        _("Withdrawn on %(moment)s. It took effect at once.") % {"moment": dates.datetime_wib(found.withdrawn_at)},
    )
    return redirect(f"{reverse('sharing')}?done={number}#{number}")


@require_http_methods(["GET", "HEAD", "POST"])
def grant_narrow(request, number):
    found = fetch(request, SharingGrant, number)
    form = NarrowForm(request.POST or None, grant=found)
    if request.method != "POST" and not found.may_be_narrowed:
        return redirect("grant", number)
    if request.method == "POST" and form.is_valid():
        try:
            narrower = grants.narrow(grant=found, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
            if refusal.code == "over":
                messages.info(request, refusal.message)
                return redirect("grant", number)
        else:
            messages.success(request, _("Narrowed. It took effect at once."))
            return redirect("grant", narrower.number)
    return render(
        request,
        "privacy/sharing/grant_narrow.html",
        {"grant": found, "form": form, "preview": preview(found.subject_id, found.fields)},
    )


def fetch(request, model, number, select_related=RELATED):
    """Return one of the person's own rows through `access.get_and_record`."""
    return access.get_and_record(
        model,
        by=request.user,
        role=Role.TENANT,
        why=AccessReason.OWN,
        fields=[],
        select_related=select_related,
        number=number,
    )
