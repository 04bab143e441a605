"""Claiming an entry, and accepting an invitation. Responses are the same whatever the register contains."""

from allauth.account.adapter import get_adapter
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import throttling
from privacy.attempts import attempt
from privacy.errors import Refused
from privacy.portals import PageFor, url_name_of
from privacy.scope import Role
from tenants import claims, invitations
from tenants.forms.claims import ClaimForm, MessageForm
from tenants.models import Claim


@require_http_methods(["GET", "HEAD", "POST"])
def claim(request):
    form = ClaimForm(request.POST or None)
    if form.is_valid():
        try:
            counted = throttling.consume("claim", who=request.user.pk, address=get_adapter().get_client_ip(request))
        except throttling.RateLimited as limited:
            form.add_error(None, limited.sentence)
            answer = render(request, "tenants/claim.html", {"form": form}, status=429)
            answer["Retry-After"] = limited.seconds
            return answer
        try:
            claims.claim(**form.cleaned_data, by=request.user)
        except Refused:  # submitted twice
            counted.give_back()
        return redirect("claim_sent")
    return render(request, "tenants/claim.html", {"form": form})


def open_claims(user):
    return (
        Claim.objects.visible_to(user, role=Role.TENANT)
        .filter(status__in=Claim.OPEN)
        .select_related("building", "management")
    )


def claim_sent(request):
    """Show the same text for every claim: the deadline, and a form for a question."""
    claims = open_claims(request.user)
    return render(request, "tenants/claim_sent.html", {"claims": claims, "form": MessageForm()})


@require_POST
def claim_message(request, number):
    claim = get_object_or_404(Claim.objects.visible_to(request.user, role=Role.TENANT), number=number)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return render(request, "tenants/claim_sent.html", {"claims": [claim], "form": form})
    done = _("Your message goes to the building management with your claim.")
    attempt(request, claims.add_message, done, claim=claim, **form.cleaned_data)
    return redirect("claim_sent")


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, token):
    if request.method == "POST":
        done = _("This record now belongs to your account.")
        accepted = attempt(request, invitations.accept, done, token=token)
        return redirect(url_name_of(PageFor.TENANT_START) if accepted else "claim")
    return render(request, "tenants/invitation.html")
