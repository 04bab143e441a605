"""The overview page of privacy: one line and one link for each part."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from privacy.consent import consents
from privacy.models.access import AccessRecord
from privacy.oversight import breaches
from privacy.oversight.models.disclosures import DisclosureSubject
from privacy.rights.models.rights_requests import RightsRequest
from privacy.scope import Role
from privacy.sharing.models.grants import SharingGrant
from privacy.sharing.models.sharing_requests import SharingRequest


@require_safe
def hub(request):
    own = {"user": request.user, "role": Role.TENANT}
    grants = SharingGrant.objects.visible_to(**own).current(timezone.now())
    context = {
        "grants_count": grants.count(),
        "next_ending": grants.order_by("ends_at").first(),
        "waiting_count": SharingRequest.objects.visible_to(**own).filter(status=SharingRequest.Status.WAITING).count(),
        "last_look": AccessRecord.objects.visible_to(**own).exclude(hat=Role.TENANT).order_by("-at").first(),
        "answers": consents.latest(request.user),
        "notices": breaches.notices_to(request.user),
        "disclosed_count": DisclosureSubject.objects.visible_to(**own).count(),
        "asked_count": RightsRequest.objects.visible_to(**own).waiting().count(),
    }
    return render(request, "privacy/hub.html", context)
