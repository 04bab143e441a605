"""What an answer changes at once, in its own transaction. Everything else asks `allows` when it uses the data."""

from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from privacy.models import SharingEvent, SharingGrant
from privacy.models.consents import Decision

LONGER_SHARING = "longer_sharing"


def follow(events):
    """After a no to sharing for longer than one job: permissions of that kind end now, like withdrawn by the person."""
    said = {e.purpose_version.purpose.code: e.decision for e in events if e.purpose_version_id}
    if said.get(LONGER_SHARING, Decision.GIVEN) == Decision.GIVEN:
        return
    now, job = timezone.now(), timedelta(days=settings.GRANT_JOB_DAYS)
    held = SharingGrant.objects.select_for_update(of=("self",)).filter(
        subject__holder=events[0].subject.holder_id, subject__holder__isnull=False, withdrawn_at__isnull=True
    )
    for grant in held.filter(ends_at__gt=now).annotate(length=F("ends_at") - F("starts_at")):
        if grant.length > job:
            grant.withdrawn_at = now
            grant.save(update_fields=["withdrawn_at"])
            SharingEvent.objects.create(
                kind=SharingEvent.Kind.WITHDRAWN, subject_id=grant.subject_id, grant=grant, actor=events[0].subject
            )
