"""Permissions to share: asked by staff or a vendor, given only by the person, decided at read time (clauses 2.5, 3.7).

`can_read` is the one place that says whether a vendor may see a field now. It denies by default and always
gives a reason code; pages, lists, search and exports all ask it.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from accounts import mail
from privacy import access, declarations, numbers, parties, subjects
from privacy.errors import Refused
from privacy.models import SharingAgreement, SharingEvent, SharingGrant, SharingRequest, Subject
from privacy.models.access import Why
from privacy.scope import Hat


class Reason(models.TextChoices):
    """Why a look is allowed or refused, in words for the vendor and the tenant."""

    ALLOWED = "allowed", _("Allowed")
    NO_GRANT = "no_grant", _("No permission for this data")
    NOT_MEMBER = "not_member", _("Not given to your company")
    WITHDRAWN = "withdrawn", _("Permission withdrawn")
    NOT_STARTED = "not_started", _("Permission has not begun")
    ENDED = "ended", _("Permission ended")
    AGREEMENT_SUSPENDED = "agreement_suspended", _("Agreement suspended")
    AGREEMENT_ENDED = "agreement_ended", _("Agreement not in force")
    PURPOSE_CLOSED = "purpose_closed", _("Purpose no longer in use")
    NOT_IN_GRANT = "not_in_grant", _("Not part of this permission")
    NOT_IN_AGREEMENT = "not_in_agreement", _("Not part of the agreement")


@dataclass(frozen=True)
class Answer:
    reason: Reason
    grant: SharingGrant | None = None

    @property
    def allowed(self):
        return self.reason is Reason.ALLOWED

    def __bool__(self):
        return self.allowed


def decide(grant, key, *, vendors, now):
    """The truth table, without a query: may these vendors read this field through this permission at this moment?

    Needs `grant.agreement` and `grant.purpose` loaded. The first condition that fails names the reason.
    """
    agreement, today = grant.agreement, timezone.localdate(now)
    status = SharingAgreement.Status
    conditions = (
        (agreement.vendor_id in vendors, Reason.NOT_MEMBER),
        (grant.withdrawn_at is None, Reason.WITHDRAWN),
        (grant.starts_at <= now, Reason.NOT_STARTED),
        (now < grant.ends_at, Reason.ENDED),
        (agreement.status != status.SUSPENDED, Reason.AGREEMENT_SUSPENDED),
        (agreement.status == status.ACTIVE, Reason.AGREEMENT_ENDED),
        (agreement.valid_from <= today <= agreement.valid_until, Reason.AGREEMENT_ENDED),
        (grant.purpose.is_active, Reason.PURPOSE_CLOSED),
        (key in grant.fields and key in declarations.shareable(), Reason.NOT_IN_GRANT),
        (key in agreement.fields, Reason.NOT_IN_AGREEMENT),
    )
    return next((reason for holds, reason in conditions if not holds), Reason.ALLOWED)


def can_read(user, subject, key, *, now=None):
    """May this account, as a vendor's, read this field of this subject now? An `Answer`, falsy when not."""
    vendors, now = _vendors(user), now or timezone.now()
    grants = SharingGrant.objects.filter(subject=subject, agreement__vendor__in=vendors).select_related("agreement", "purpose")
    refused = Answer(Reason.NO_GRANT)
    for grant in grants.order_by("given_at", "pk"):
        refused = Answer(decide(grant, key, vendors=vendors, now=now), grant)
        if refused.allowed:
            return refused
    return refused


def readable(grant, user, *, now=None):
    """The keys of `grant` that the user may read now, and the reason when there are none."""
    return _readable(grant, _vendors(user), now or timezone.now())


def _vendors(user):
    return set(user.memberships.of_vendors().values_list("party", flat=True)) if user.is_active else set()


def _readable(grant, vendors, now):
    answers = {key: decide(grant, key, vendors=vendors, now=now) for key in grant.fields}
    keys = [key for key, reason in answers.items() if reason is Reason.ALLOWED]
    return keys, Reason.ALLOWED if keys else next(iter(answers.values()), Reason.NO_GRANT)


@dataclass(frozen=True)
class Shown:
    """One permission as its vendor sees it: what may be read, and nothing of what may not."""

    grant: SharingGrant
    keys: list
    values: dict  # key → [(row, value)]
    reason: Reason

    @property
    def allowed(self):
        return self.reason is Reason.ALLOWED


def open_shared(grant, *, by):
    """A vendor opens one permission. The look is recorded, whether it was allowed or refused."""
    keys, reason = readable(grant, by)
    access.look(
        grant, by=by, as_=Hat.VENDOR, why=Why.GRANT, reference=grant.number, grant=grant,
        fields=keys or grant.fields, allowed=bool(keys), reason="" if keys else reason.value,
    )
    return Shown(grant, keys, declarations.values([grant.subject_id], keys).get(grant.subject_id, {}), reason)


def list_shared(grants, *, by):
    """A vendor's page of permissions: the values that may be read, with one record a person, in a few queries."""
    vendors, now = _vendors(by), timezone.now()
    decided = [(grant, *_readable(grant, vendors, now)) for grant in grants]
    open_to = [(grant, keys) for grant, keys, _reason in decided if keys]
    wanted = list(dict.fromkeys(key for _grant, keys in open_to for key in keys))
    values = declarations.values([grant.subject_id for grant, _keys in open_to], wanted)
    access.listed(open_to, by=by)
    return [
        Shown(grant, keys, {key: rows for key, rows in values.get(grant.subject_id, {}).items() if key in keys}, reason)
        for grant, keys, reason in decided
    ]


@transaction.atomic
def ask(*, subject, agreement, purpose, fields, until, reason, by, as_):
    """Staff or the vendor ask the person to share. Only the person can answer (see `give` and `refuse`)."""
    agreement = SharingAgreement.objects.visible_to(by, as_=as_).filter(pk=agreement.pk).first()
    if agreement is None or as_ not in (Hat.STAFF, Hat.VENDOR):
        raise Refused(_("Only the two companies of an agreement can ask for a permission under it."), code="not_party")
    subject = Subject.objects.select_for_update().get(pk=subject.pk)
    _check(subject, agreement, purpose, fields, until)
    if subject.holder_id is None:
        raise Refused(_("Nobody has claimed this record yet, so nobody can answer. Invite the tenant first."), code="unclaimed")
    if as_ == Hat.VENDOR and not SharingGrant.objects.filter(subject=subject, agreement__vendor=agreement.vendor_id).exists():
        raise Refused(_("Ask the building management to request this: this tenant has never shared data with you."), code="stranger")
    if SharingRequest.objects.filter(subject=subject, agreement=agreement, purpose=purpose, status="waiting").exists():
        raise Refused(_("We already have this. You need not send it again."), code="twice")
    request = SharingRequest.objects.create(
        number=numbers.take("PI"), subject=subject, agreement=agreement, purpose=purpose, fields=fields, until=until, reason=reason,
        asked_by=subjects.own(by), asked_for=parties.party_of(by, as_, agreement.management_id),
    )
    _event(SharingEvent.Kind.ASKED, request=request, by=by)
    mail.tell(user=subject.holder, template="sharing_requested", url_name="sharing_request", url_args=[request.number])
    return request


@transaction.atomic
def cancel(*, request, by, as_):
    """The side that asked takes its request back."""
    request = SharingRequest.objects.select_for_update().get(pk=request.pk)
    asked_for = parties.party_of(by, as_, request.asked_for_id)
    if asked_for is None or asked_for.pk != request.asked_for_id:
        raise Refused(_("Only the company that asked can cancel this request."), code="not_party")
    _settle(request, SharingRequest.Status.CANCELLED)
    _event(SharingEvent.Kind.CANCELLED, request=request, by=by)


@transaction.atomic
def refuse(*, request, by):
    """The person does not share. No reason is asked."""
    request = _answerable(request, by)
    _settle(request, SharingRequest.Status.DECLINED)
    _event(SharingEvent.Kind.DECLINED, request=request, by=by)


@transaction.atomic
def answer(*, request, fields, until, by):
    """The person shares what was asked for, or less of it, and not for longer."""
    request = _answerable(request, by)
    if not set(fields) <= set(request.fields):
        raise Refused(_("Choose only from the data that was asked for."), code="not_asked")
    if until > request.until:
        raise Refused(_("Choose an end date no later than %(date)s.") % {"date": formats.date_format(request.until)}, code="too_long")
    grant = give(subject=request.subject, agreement=request.agreement, purpose=request.purpose, fields=fields, until=until, by=by, request=request)
    _settle(request, SharingRequest.Status.GIVEN)
    return grant


@transaction.atomic
def give(*, subject, agreement, purpose, fields, until, by, request=None, narrowed_from=None):
    """Give a permission from now until the end of the day `until` (Asia/Jakarta), within the agreement, a year at most."""
    subject = Subject.objects.select_for_update().get(pk=subject.pk)
    if subject.holder_id != by.pk:
        raise Refused(_("Only the person concerned can share this data."), code="not_holder")
    agreement = SharingAgreement.objects.select_for_update().get(pk=agreement.pk)
    _check(subject, agreement, purpose, fields, until)
    grant = SharingGrant.objects.create(
        number=numbers.take("IB"), subject=subject, agreement=agreement, purpose=purpose, fields=list(fields),
        starts_at=timezone.now(), ends_at=end_of(until), request=request, narrowed_from=narrowed_from,
    )
    _event(SharingEvent.Kind.GIVEN, grant=grant, request=request, by=by)
    return grant


@transaction.atomic
def withdraw(*, grant, by):
    """Take a permission back, at once. Twice is once."""
    grant = _held(grant, by)
    if grant.withdrawn_at is None:
        grant.withdrawn_at = timezone.now()
        grant.save(update_fields=["withdrawn_at"])
        _event(SharingEvent.Kind.WITHDRAWN, grant=grant, by=by)
    return grant


@transaction.atomic
def narrow(*, grant, fields, until, by):
    """Withdraw a permission and give a smaller one in its place."""
    grant = _held(grant, by)
    if not grant.is_current:
        raise Refused(_("This permission is over. There is nothing left to narrow."), code="over")
    if not set(fields) <= set(grant.fields) or until > grant.ends_on:
        raise Refused(_("A narrower permission has fewer data or an earlier end. Untick something or choose an earlier date."), code="wider")
    if set(fields) == set(grant.fields) and until == grant.ends_on:
        raise Refused(_("Nothing would change. Untick something or choose an earlier date."), code="same")
    narrower = give(
        subject=grant.subject, agreement=grant.agreement, purpose=grant.purpose, fields=fields, until=until, by=by,
        request=grant.request, narrowed_from=grant,
    )
    withdraw(grant=grant, by=by)
    _event(SharingEvent.Kind.NARROWED, grant=narrower, by=by)
    return narrower


def end_of(day):
    """The first moment after `day` in Asia/Jakarta: "until" includes that day."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def latest_until(agreement):
    """The last day a permission under this agreement may name."""
    return min(agreement.valid_until, timezone.localdate() + timedelta(days=settings.GRANT_MAX_DAYS - 1))


def _check(subject, agreement, purpose, fields, until):
    """Every rule about what a permission may contain; the same for asking and for giving."""
    if declarations.controller_of(subject) != agreement.management_id:
        raise Refused(_("This agreement belongs to another building management. Choose one of the management that keeps this record."), code="controller")
    if not agreement.is_active:
        raise Refused(_("This agreement is not in force. Nothing was shared."), code="agreement")
    if not purpose.is_active or not agreement.purposes.filter(pk=purpose.pk).exists():
        raise Refused(_("The agreement does not allow this purpose. Choose another one."), code="purpose")
    if not fields:
        raise Refused(_("Choose the data you share, or choose Do not give."), code="no_fields")
    if not set(fields) <= set(agreement.fields):
        raise Refused(_("The agreement does not allow some of this data. Choose less."), code="fields")
    if until < timezone.localdate():
        raise Refused(_("Choose an end date that is not in the past."), code="past")
    if until > agreement.valid_until:
        raise Refused(
            _("Choose an end date no later than %(date)s, when the agreement ends.") % {"date": formats.date_format(agreement.valid_until)},
            code="beyond_agreement",
        )
    if until > latest_until(agreement):
        raise Refused(_("Choose an end date at most one year from now."), code="too_long")


def _answerable(request, by):
    request = SharingRequest.objects.select_for_update().select_related("subject", "agreement", "purpose").get(pk=request.pk)
    if request.subject.holder_id != by.pk:
        raise Refused(_("Only the person concerned can answer this request."), code="not_holder")
    if request.status != SharingRequest.Status.WAITING:
        raise Refused(_("This request is already answered. You need not answer it again."), code="answered")
    return request


def _held(grant, by):
    grant = SharingGrant.objects.select_for_update(of=("self",)).select_related("subject", "agreement", "purpose", "request").get(pk=grant.pk)
    if grant.subject.holder_id != by.pk:
        raise Refused(_("Only the person concerned can change this permission."), code="not_holder")
    return grant


def _settle(request, status):
    if request.status != SharingRequest.Status.WAITING:
        raise Refused(_("This request is already answered. You need not answer it again."), code="answered")
    request.status, request.answered_at = status, timezone.now()
    request.save(update_fields=["status", "answered_at"])


def _event(kind, *, by, request=None, grant=None):
    SharingEvent.objects.create(kind=kind, subject=(grant or request).subject, request=request, grant=grant, actor=subjects.own(by))
