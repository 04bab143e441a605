"""Impact assessments: not changed once an agreement beyond draft refers to them (article 34 UU PDP)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import parties, reference_numbers, subjects
from privacy.errors import Refused, validate
from privacy.files import uploads
from privacy.sharing.models.agreements import SharingAgreement
from privacy.sharing.models.assessments import ImpactAssessment


@transaction.atomic
def save(*, assessment, by):
    """Number a new assessment, and store the SHA-256 of its report."""
    parties.check_head(by, assessment.controller_id)
    before = None
    if assessment.pk is None:
        assessment.number, assessment.entered_by = reference_numbers.next_number("DP"), subjects.get_or_create_for(by)
    else:
        before = ImpactAssessment.objects.select_for_update().get(pk=assessment.pk)
        parties.check_head(by, before.controller_id)
        if is_used(before):
            raise Refused(
                _("An agreement stands on this assessment, so it stays as it is. Enter a new one."), code="used"
            )
    if assessment.assessed_on and assessment.assessed_on > timezone.localdate():
        raise Refused(_("Choose the day of the assessment; it cannot be in the future."), code="future")
    assessment.file_hash = uploads.sha256(assessment.file) if assessment.file else ""
    validate(assessment)
    assessment.save()
    if before is not None:
        uploads.delete_replaced(before, assessment, ["file"])
    return assessment


def is_used(assessment):
    """Return whether an agreement beyond draft refers to it."""
    named = SharingAgreement.objects.filter(assessment=assessment)
    return named.exclude(status=SharingAgreement.Status.DRAFT).exists()
