"""Staff or a vendor ask for a grant; only the person answers, once, and gives no more than was asked."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from privacy import cases, notifications, parties, reference_numbers, restoration, subjects
from privacy.errors import Refused
from privacy.models.subjects import Subject
from privacy.scope import Role
from privacy.sharing.grants.lifecycle import check, event, give
from privacy.sharing.models.agreements import SharingAgreement
from privacy.sharing.models.grants import SharingEvent, SharingGrant
from privacy.sharing.models.sharing_requests import SharingRequest

Status = SharingRequest.Status


@transaction.atomic
def ask(*, subject, agreement, purpose, fields, until, reason, by, role):
    """Ask the person to share, as staff or vendor. Only the person can answer (see `answer` and `refuse`)."""
    restoration.refuse_restored()
    agreement = SharingAgreement.objects.visible_to(by, role=role).filter(pk=agreement.pk).first()
    if agreement is None or role not in (Role.STAFF, Role.VENDOR):
        raise Refused(_("Only the two companies of an agreement can ask for a permission under it."), code="not_party")
    subject = Subject.objects.select_for_update().get(pk=subject.pk)
    check(subject, agreement, purpose, fields, until)
    if subject.holder_id is None:
        raise Refused(
            _("Nobody has claimed this record yet, so nobody can answer. Invite the tenant first."), code="unclaimed"
        )
    if SharingRequest.objects.filter(
        subject=subject, agreement=agreement, purpose=purpose, status=Status.WAITING
    ).exists():
        raise Refused(_("We already have this. You need not send it again."), code="twice")
    if role == Role.VENDOR:
        _check_vendor(subject, agreement, purpose)
    request = SharingRequest.objects.create(
        number=reference_numbers.next_number("PI"),
        subject=subject,
        agreement=agreement,
        purpose=purpose,
        fields=list(fields),
        until=until,
        reason=reason,
        asked_by=subjects.get_or_create_for(by),
        asked_for_id=agreement.vendor_id if role == Role.VENDOR else agreement.management_id,
    )
    event(SharingEvent.Kind.ASKED, request=request, by=by)
    notifications.notify_subject(
        subject=subject, template="sharing_requested", url_name="sharing_request", url_args=[request.number]
    )
    return request


def ask_again_from(subject, agreement, purpose):
    """Return the first day on which a vendor may repeat a request that was refused; None if it may ask now.

    A grant that was withdrawn and a request that the vendor cancelled count as well: otherwise asking and cancelling
    in turn would send the person any number of emails.
    """
    declined = Q(status=Status.DECLINED) | Q(status=Status.CANCELLED, asked_for=agreement.vendor_id)
    same = {"subject": subject, "agreement": agreement, "purpose": purpose}
    asked = SharingRequest.objects.filter(declined, **same).aggregate(last=Max("settled_at"))["last"]
    withdrawn = SharingGrant.objects.filter(**same).aggregate(last=Max("withdrawn_at"))["last"]
    last = max(filter(None, (asked, withdrawn)), default=None)
    day = timezone.localdate(last) + timedelta(days=settings.ASK_AGAIN_DAYS) if last else None
    return day if day and day > timezone.localdate() else None


def _check_vendor(subject, agreement, purpose):
    """Raise Refused if this person never shared with the vendor, or the vendor asked for the same recently."""
    if not SharingGrant.objects.filter(subject=subject, agreement__vendor=agreement.vendor_id).exists():
        raise Refused(
            _("Ask the building management to request this: this tenant has never shared data with you."),
            code="stranger",
        )
    if day := ask_again_from(subject, agreement, purpose):
        raise Refused(
            _("You asked for the same not long ago, or the tenant took it back. You can ask again from %(date)s.")
            % {"date": formats.date_format(day)},
            code="soon",
        )


@transaction.atomic
def cancel(*, request, by, role):
    """Cancel a request, as the company that asked."""
    request = cases.lock_waiting(request)
    if request.asked_for_id not in {company.pk for company in parties.companies(by, role)}:
        raise Refused(_("Only the company that asked can cancel this request."), code="not_party")
    cases.settle(request, Status.CANCELLED, by)
    event(SharingEvent.Kind.CANCELLED, request=request, by=by)


@transaction.atomic
def refuse(*, request, by):
    """Decline the request, as the person concerned. No reason is asked for."""
    request = cases.lock_own(request, by)
    cases.settle(request, Status.DECLINED, by)
    event(SharingEvent.Kind.DECLINED, request=request, by=by)


@transaction.atomic
def answer(*, request, fields, until, by):
    """Give a grant for what was asked for or less, not for longer."""
    request = cases.lock_own(request, by)
    if not set(fields) <= set(request.fields):
        raise Refused(_("Choose only from the data that was asked for."), code="not_asked")
    if until > request.until:
        raise Refused(
            _("Choose an end date no later than %(date)s.") % {"date": formats.date_format(request.until)},
            code="too_long",
        )
    grant = give(
        subject=request.subject,
        agreement=request.agreement,
        purpose=request.purpose,
        fields=fields,
        until=until,
        by=by,
        request=request,
    )
    cases.settle(request, Status.GIVEN, by)
    return grant
