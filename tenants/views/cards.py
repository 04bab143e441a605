"""This app's cards on the start pages of tenants and vendors. A card that returns None is not shown."""

from datetime import timedelta

from django.utils import timezone

from privacy.models import ProfileUpdateRequest, SharingRequest
from privacy.scope import Role
from privacy.sharing import grants
from tenants.models import Bulletin, Claim, Tenant
from tenants.views.claims import open_claims
from tenants.views.vendor_portal import agreements_of, visible

NOT_GIVEN = (Claim.Status.REFUSED, Claim.Status.CLOSED)
ENDING_SOON = timedelta(days=7)


def own(model, request):
    return model.objects.visible_to(request.user, role=Role.TENANT)


# Tenant's start page


def updates_in_review(request):
    found = list(own(ProfileUpdateRequest, request).waiting())
    return {"updates": found} if found else None


def claims_in_review(request):
    found = list(open_claims(request.user))
    return {"claims": found} if found else None


def announcements(request):
    bulletins = list(own(Bulletin, request).select_related("management")[:2])
    return {"bulletins": bulletins} if bulletins else None


def records(request):
    """Return the person's entries; without any, how to claim one, or why a claim was refused."""
    entries = own(Tenant, request).select_related("management").prefetch_related("occupancies__unit__building")
    if entries:
        return {"entries": entries}
    claims = list(own(Claim, request))
    if any(claim.is_open for claim in claims):
        return None
    refused = (claim for claim in claims if claim.status in NOT_GIVEN and claim.settled_at)
    return {"refused": next(refused, None)}


# Vendor's start page: numbers, purposes and dates only


def open_permissions(request):
    return {"count": grants.shown_to(request.user).count()}


def permissions_ending(request):
    ending = grants.shown_to(request.user).filter(ends_at__lte=timezone.now() + ENDING_SOON)
    return {"ending": ending.order_by("ends_at", "pk")[:10]}


def latest_answers(request):
    answered = visible(request, SharingRequest).filter(status__in=["given", "declined"])
    return {"answered": answered.select_related("purpose", "agreement__management").order_by("-settled_at", "-pk")[:5]}


def agreements(request):
    return {"agreements": agreements_of(request)}
