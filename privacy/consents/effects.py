"""What an answer changes at once, in its own transaction. Everything else asks `allows` when it uses the data."""

from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from privacy import declarations
from privacy.models import SharingEvent, SharingGrant, Subject
from privacy.models.consents import Decision

LONGER_SHARING = "longer_sharing"


def follow(events):
    """After a no: longer permissions end, and rows that rest on the purpose (see `declarations`) are erased."""
    said = {e.purpose_version.purpose.code: e.decision for e in events if e.purpose_version_id}
    refused = {code for code, decision in said.items() if decision != Decision.GIVEN}
    if LONGER_SHARING in refused:
        _end_longer_sharing(events[0].subject)
    for d in declarations.all_declared():
        if d.purpose in refused:
            _erase_rows(d, events[0].subject)


def _end_longer_sharing(subject):
    """Permissions for longer than one job end now, like withdrawn by the person."""
    now, job = timezone.now(), timedelta(days=settings.GRANT_JOB_DAYS)
    held = SharingGrant.objects.select_for_update(of=("self",)).filter(
        subject__holder=subject.holder_id, subject__holder__isnull=False, withdrawn_at__isnull=True
    )
    for grant in held.filter(ends_at__gt=now).annotate(length=F("ends_at") - F("starts_at")):
        if grant.length > job:
            grant.withdrawn_at = now
            grant.save(update_fields=["withdrawn_at"])
            SharingEvent.objects.create(
                kind=SharingEvent.Kind.WITHDRAWN, subject_id=grant.subject_id, grant=grant, actor=subject
            )


def _erase_rows(declaration, subject):
    """The lock, which an answer on paper does not hold yet, makes whoever is just adding such a row come first."""
    Subject.objects.select_for_update().get(pk=subject.pk)
    rows = declaration.model._default_manager.filter(**{declaration.subject: subject})
    if declaration.ends:
        getattr(rows, declaration.ends)(timezone.now())
    if declaration.dropped:
        rows.delete()
    else:
        rows.update(**declaration.personal)
