"""Impact assessments: not changed once an agreement beyond draft refers to them (article 34 UU PDP)."""

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import parties, reference_numbers, subjects
from privacy.errors import Refused, validate
from privacy.files import uploads
from privacy.scope import Role
from privacy.sharing.models.agreements import SharingAgreement
from privacy.sharing.models.assessments import ImpactAssessment


@transaction.atomic
def save(*, assessment, by):
    """Number a new assessment, and store the SHA-256 of its report."""
    check_party(assessment.controller_id, by)
    before = None
    if assessment.pk is None:
        assessment.number, assessment.entered_by = reference_numbers.next_number("DP"), subjects.get_or_create_for(by)
    else:
        before = ImpactAssessment.objects.select_for_update().get(pk=assessment.pk)
        check_party(before.controller_id, by)
        if is_used(before):
            raise Refused(
                _("An agreement stands on this assessment, so it stays as it is. Enter a new one."), code="used"
            )
    if assessment.assessed_on and assessment.assessed_on > timezone.localdate():
        raise Refused(_("Choose the day of the assessment; it cannot be in the future."), code="future")
    assessment.file_hash = uploads.sha256(assessment.file) if assessment.file else ""
    validate(assessment)
    assessment.save()
    if before is not None and before.file and before.file.name != assessment.file.name:
        transaction.on_commit(lambda: default_storage.delete(before.file.name))
    return assessment


def is_used(assessment):
    """Return whether an agreement beyond draft refers to it."""
    named = SharingAgreement.objects.filter(assessment=assessment)
    return named.exclude(status=SharingAgreement.Status.DRAFT).exists()


def check_party(controller_id, by):
    """Raise Refused unless `by` heads this management, or is the operator or its data protection officer."""
    is_head = by.memberships.of_heads().filter(party=controller_id).exists()
    if not is_head and parties.admin_role(by) != Role.OPERATOR:
        raise Refused(
            _("Only the head of this building management or the data protection officer can do this."),
            code="not_party",
        )
