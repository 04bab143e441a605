"""Cards of this app on the tenant's start page: what waits for an answer, and who has looked. None shows nothing."""

from django.utils import timezone

from privacy import access_log, declarations
from privacy.models.access import AccessRecord
from privacy.scope import Role
from privacy.sharing.models.grants import SharingGrant
from privacy.sharing.models.sharing_requests import SharingRequest

LATEST_LOOKS = 2


def own(model, request):
    return model.objects.visible_to(request.user, role=Role.TENANT)


def requests_to_share(request):
    waiting = own(SharingRequest, request).filter(status=SharingRequest.Status.WAITING)
    found = list(waiting.select_related("agreement__vendor", "purpose"))
    return {"to_answer": found} if found else None


def who_has_looked(request):
    """Return the latest accesses, for people with a register entry: others have no data that could be accessed."""
    if not own(declarations.tenant_record().model, request).exists():
        return None
    looks = own(AccessRecord, request).exclude(hat=Role.TENANT).with_names()
    return {
        "looks": access_log.lines(looks[:LATEST_LOOKS], request.user.pk),
        "grants": own(SharingGrant, request).current(timezone.now()).count(),
    }
