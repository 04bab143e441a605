"""Only the person concerned gives, narrows and withdraws a grant; each act is recorded as an event."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from privacy import declarations, reference_numbers, restoration, subjects
from privacy.consent.consents.consequences import after_refusal
from privacy.consent.consents.queries import allows
from privacy.errors import Refused
from privacy.models.subjects import Subject
from privacy.sharing.models.agreements import SharingAgreement
from privacy.sharing.models.grants import SharingEvent, SharingGrant, end_of

LONGER_SHARING = "longer_sharing"  # code of the purpose


@transaction.atomic
def give(*, subject, agreement, purpose, fields, until, by, request=None, narrowed_from=None):
    """Give a grant from now until the end of day `until` in Jakarta. Raise Refused outside the limits of `check`."""
    restoration.refuse_restored()
    subject = _lock(subject.pk, by)
    if subject.holder_id != by.pk:
        raise Refused(_("Only the person concerned can share this data."), code="not_holder")
    agreement = SharingAgreement.objects.select_for_update().get(pk=agreement.pk)
    check(subject, agreement, purpose, fields, until)
    check_length(subject, until)
    grant = SharingGrant.objects.create(
        number=reference_numbers.next_number("IB"),
        subject=subject,
        agreement=agreement,
        purpose=purpose,
        fields=list(fields),
        starts_at=timezone.now(),
        ends_at=end_of(until),
        request=request,
        narrowed_from=narrowed_from,
    )
    event(SharingEvent.Kind.GIVEN, grant=grant, request=request, by=by)
    return grant


@transaction.atomic
def withdraw(*, grant, by):
    """Withdraw a grant at once. A second call changes nothing; raise Refused if its date has already ended it."""
    grant = _held(grant, by)
    if grant.withdrawn_at is None:
        if grant.ends_at <= timezone.now():
            raise Refused(_("This permission has already ended. There is nothing left to withdraw."), code="over")
        close(grant, SharingEvent.Kind.WITHDRAWN, actor=subjects.get_or_create_for(by))
    return grant


def close(grant, kind, *, actor):
    """Close a grant now, and record why."""
    grant.withdrawn_at = timezone.now()
    grant.save(update_fields=["withdrawn_at"])
    SharingEvent.objects.create(kind=kind, subject_id=grant.subject_id, grant=grant, actor=actor)


@transaction.atomic
def narrow(*, grant, fields, until, by):
    """Withdraw a grant and give a smaller one instead. Raise Refused if it is over, or the new one is not smaller."""
    _lock(grant.subject_id, by)
    grant = _held(grant, by)
    if not grant.may_be_narrowed:
        raise Refused(_("This permission is over. There is nothing left to narrow."), code="over")
    if not set(fields) <= set(grant.fields) or until > grant.ends_on:
        raise Refused(
            _("A narrower permission has fewer data or an earlier end. Untick something or choose an earlier date."),
            code="wider",
        )
    if set(fields) == set(grant.fields) and until == grant.ends_on:
        raise Refused(_("Nothing would change. Untick something or choose an earlier date."), code="same")
    narrower = give(
        subject=grant.subject,
        agreement=grant.agreement,
        purpose=grant.purpose,
        fields=fields,
        until=until,
        by=by,
        request=grant.request,
        narrowed_from=grant,
    )
    withdraw(grant=grant, by=by)
    event(SharingEvent.Kind.NARROWED, grant=narrower, by=by)
    return narrower


def latest_until(agreement):
    """Return the last day that a grant under this agreement may have."""
    return min(agreement.valid_until, timezone.localdate() + timedelta(days=settings.GRANT_MAX_DAYS - 1))


def check(subject, agreement, purpose, fields, until):
    """Raise Refused if a grant may not have these contents; used both for asking and for giving."""
    subjects.check_guardian(subject)
    if declarations.controller_of(subject) != agreement.management_id:
        raise Refused(
            _("This agreement belongs to another management. Choose one of the management that keeps this record."),
            code="controller",
        )
    if not agreement.is_active:
        raise Refused(_("This agreement is not in force. Nothing was shared."), code="agreement")
    if not purpose.is_active or not agreement.purposes.filter(pk=purpose.pk).exists():
        raise Refused(_("The agreement does not allow this purpose. Choose another one."), code="purpose")
    if not fields:
        raise Refused(_("Choose the data you share, or choose Do not give."), code="no_fields")
    if not set(fields) <= set(agreement.fields):
        raise Refused(_("The agreement does not allow some of this data. Choose less."), code="fields")
    if not agreement.is_assessed(fields):
        raise Refused(
            _(
                "Some of this is specific personal data, and no valid impact assessment covers it. "
                "Leave it out, or ask the building management."
            ),
            code="assessment",
        )
    if until < timezone.localdate():
        raise Refused(_("Choose an end date that is not in the past."), code="past")
    if until > agreement.valid_until:
        raise Refused(
            _("Choose an end date no later than %(date)s, when the agreement ends.")
            % {"date": formats.date_format(agreement.valid_until)},
            code="beyond_agreement",
        )
    if until > latest_until(agreement):
        raise Refused(_("Choose an end date at most one year from now."), code="too_long")


def check_length(subject, until):
    """Raise Refused if a grant is longer than one job without the optional consent `longer_sharing`."""
    if until > last_day_of_job() and not allows(subject, LONGER_SHARING):
        raise Refused(
            _("Choose an end date no later than %(date)s, or allow longer sharing among your choices first.")
            % {"date": formats.date_format(last_day_of_job())},
            code="longer",
        )


def offered_until(request):
    """Return the initial end date of the answer form: as asked, but within one job unless longer sharing is allowed."""
    return request.until if allows(request.subject, LONGER_SHARING) else min(request.until, last_day_of_job())


def last_day_of_job():
    return timezone.localdate() + timedelta(days=settings.GRANT_JOB_DAYS - 1)


def event(kind, *, by, request=None, grant=None):
    """Record an event of a request or a grant."""
    SharingEvent.objects.create(
        kind=kind,
        subject=(grant or request).subject,
        request=request,
        grant=grant,
        actor=subjects.get_or_create_for(by),
    )


def _lock(subject_pk, by):
    """Lock the record, then the account, so that no consent about longer sharing changes meanwhile.

    An erasure locks in the same order. `no_key`, because evidence may add foreign keys to these rows meanwhile.
    """
    subject = Subject.objects.select_for_update(no_key=True).get(pk=subject_pk)
    Subject.objects.select_for_update(no_key=True).get(pk=subjects.get_or_create_for(by).pk)
    return subject


def _held(grant, by):
    grant = (
        SharingGrant.objects.select_for_update(of=("self",))
        .select_related("subject", "agreement", "purpose", "request")
        .get(pk=grant.pk)
    )
    if grant.subject.holder_id != by.pk:
        raise Refused(_("Only the person concerned can change this permission."), code="not_holder")
    return grant


@after_refusal(LONGER_SHARING)
def end_longer(subject):
    """End now the account's grants that are longer than one job, recorded as withdrawn by the person."""
    job = timedelta(days=settings.GRANT_JOB_DAYS)
    held = SharingGrant.objects.select_for_update(of=("self",)).filter(
        subject__holder=subject.holder_id, subject__holder__isnull=False, withdrawn_at__isnull=True
    )
    for grant in held.filter(ends_at__gt=timezone.now()).annotate(length=F("ends_at") - F("starts_at")):
        if grant.length > job:
            close(grant, SharingEvent.Kind.WITHDRAWN, actor=subject)
