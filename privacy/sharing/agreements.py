"""A management and a vendor sign an agreement before any data is shared (clause 2.5; articles 51, 56 UU PDP)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import integrity, parties, reference_numbers, two_person
from privacy.errors import Refused, validate
from privacy.files import uploads
from privacy.sharing.models.agreements import SharingAgreement

Status = SharingAgreement.Status
FILES = ("management_file", "vendor_file")
# New status → statuses from which it can be reached
STEPS = {
    Status.ACTIVE: (Status.DRAFT, Status.SUSPENDED),
    Status.SUSPENDED: (Status.ACTIVE,),
    Status.ENDED: (Status.ACTIVE, Status.SUSPENDED, Status.DRAFT),
}


@transaction.atomic
def save(*, agreement, by):
    """Save a draft: number a new one, and store the SHA-256 of each signed file. Raise Refused if it is no draft."""
    _check_party(agreement, by)
    before = None
    if agreement.pk is None:
        agreement.number = reference_numbers.next_number("PB")
    else:
        before = SharingAgreement.objects.select_for_update().get(pk=agreement.pk)
        if before.status != Status.DRAFT:
            raise Refused(_("Only a draft can be edited. End this agreement and draft a new one."), code="not_draft")
    for name in FILES:
        file = getattr(agreement, name)
        setattr(agreement, f"{name}_hash", uploads.sha256(file) if file else "")
    validate(agreement)
    agreement.save()
    if before is not None:
        uploads.delete_replaced(before, agreement, FILES)
    return agreement


def open_permissions(agreement):
    """Return the grants under the agreement that are neither withdrawn nor past their end, whatever its status."""
    return agreement.grants.filter(withdrawn_at__isnull=True, ends_at__gt=timezone.now())


def fingerprint(agreement):
    """Return a SHA-256 that changes with any field or purpose of the agreement."""
    values = [str(field.value_from_object(agreement)) for field in agreement._meta.concrete_fields]
    return integrity.sha256_of([*values, *sorted(agreement.purposes.values_list("pk", flat=True))])


@transaction.atomic
def activate(*, agreement, by, seen_fingerprint=None):
    """Activate a signed agreement, so that grants can be given under it. Raise Refused if anything is missing.

    `seen_fingerprint` is the `fingerprint` of the version that the user read.
    """
    agreement = _locked(agreement, Status.ACTIVE, by)
    two_person.check_unchanged(
        seen_fingerprint,
        fingerprint(agreement),
        _("This agreement changed while you were reading. It was not activated. Read it again, then decide."),
    )
    signed = (
        agreement.management_signed_on,
        agreement.vendor_signed_on,
        agreement.management_file_hash,
        agreement.vendor_file_hash,
    )
    if not all(signed):
        raise Refused(
            _("Add both signatures, each with its date and file, then activate the agreement."), code="unsigned"
        )
    if agreement.valid_until < timezone.localdate():
        raise Refused(_("This agreement is already past its end date. Draft a new one."), code="past")
    if not agreement.purposes.exists():
        raise Refused(_("Choose at least one purpose, then activate the agreement."), code="purpose")
    _check_assessed(agreement)
    return _move(agreement, Status.ACTIVE)


@transaction.atomic
def assess(*, agreement, assessment, by):
    """Replace the impact assessment of a signed agreement, as its assessment expires."""
    _check_party(agreement, by)
    agreement = SharingAgreement.objects.select_for_update().get(pk=agreement.pk)
    if agreement.status == Status.ENDED:
        raise Refused(_("This agreement has ended. Draft a new one."), code="step")
    agreement.assessment = assessment
    _check_assessed(agreement)
    agreement.save(update_fields=["assessment"])
    return agreement


@transaction.atomic
def suspend(*, agreement, by):
    """Suspend the agreement: its grants are closed until it is activated again."""
    return _move(_locked(agreement, Status.SUSPENDED, by), Status.SUSPENDED)


@transaction.atomic
def end(*, agreement, by):
    """End the agreement: its grants are closed permanently."""
    return _move(_locked(agreement, Status.ENDED, by), Status.ENDED)


def _check_assessed(agreement):
    if not agreement.is_assessed():
        raise Refused(
            _(
                "This agreement allows specific personal data. "
                "Choose an impact assessment of this management that is valid today and covers all of it."
            ),
            code="assessment",
        )


def _check_party(agreement, by):
    sentence = _("Only the head of the building management of this agreement can do this.")
    parties.check_head(by, agreement.management_id, sentence)


def _locked(agreement, target, by):
    _check_party(agreement, by)
    agreement = SharingAgreement.objects.select_for_update().get(pk=agreement.pk)
    if agreement.status not in STEPS[target]:
        raise Refused(
            _("This is not possible while the agreement is: %(status)s.") % {"status": agreement.get_status_display()},
            code="step",
        )
    return agreement


def _move(agreement, status):
    agreement.status, agreement.status_at = status, timezone.now()
    agreement.save(update_fields=["status", "status_at"])
    return agreement
