"""The tenant's start page: what needs an answer, who looked, and the way to the rest."""

from django.shortcuts import render
from django.utils import timezone

from privacy import access_log
from privacy.models import AccessRecord, ProfileUpdateRequest, SharingGrant, SharingRequest
from privacy.scope import Role
from tenants.models import Bulletin, Claim, Tenant
from tenants.views.claims import open_claims


def tenant_home(request):
    entries = Tenant.objects.visible_to(request.user, role=Role.TENANT).select_related("management")
    own = {"user": request.user, "role": Role.TENANT}
    looks = (
        AccessRecord.objects.visible_to(**own)
        .exclude(hat=Role.TENANT)
        .select_related("actor__holder", "party", "grant__purpose")
    )
    context = {
        "entries": entries.prefetch_related("occupancies__unit__building"),
        "claims": open_claims(request.user),
        "refused": Claim.objects.visible_to(**own)
        .filter(status__in=[Claim.Status.REFUSED, Claim.Status.CLOSED])
        .exclude(settled_at=None)
        .first(),
        "to_answer": SharingRequest.objects.visible_to(**own)
        .filter(status=SharingRequest.Status.WAITING)
        .select_related("agreement__vendor", "purpose"),
        "updates": ProfileUpdateRequest.objects.visible_to(**own).waiting(),
        "bulletins": Bulletin.objects.visible_to(**own).select_related("management")[:2],
        "grants": SharingGrant.objects.visible_to(**own).current(timezone.now()).count(),
        "looks": access_log.lines(looks[:2], request.user.pk),
    }
    return render(request, "tenants/home.html", context)
