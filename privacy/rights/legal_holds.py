"""Legal holds: while one is active, nothing of the record is erased; releasing the last one runs waiting erasures.

Source: clause 8 of the policy; articles 33, 43 and 44 of UU PDP.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import declarations, parties, reference_numbers, subjects, two_person
from privacy.errors import Refused
from privacy.models.subjects import Subject
from privacy.rights import erasures
from privacy.rights.models.legal_holds import LegalHold


@transaction.atomic
def place(*, entry, reason, law, review_on, by):
    """Place a hold, so that this entry is not erased until it is released. Raise Refused for the user's own entry."""
    if not type(entry).objects.visible_to(by, role=parties.admin_role(by)).filter(pk=entry.pk).exists():
        raise Refused(_("This record is not yours to hold."), code="not_yours")
    subject = Subject.objects.select_for_update().get(**{declarations.entry_path(): entry})
    subjects.refuse_erased(subject)
    controller = declarations.controller_of(subject)
    parties.check_head(by, controller)
    if subject.holder_id == by.pk:
        raise Refused(_("This is about you. Ask a colleague to do it."), code="concerned")
    if review_on <= timezone.localdate():
        raise Refused(_("Choose a day in the future for looking at it again."), code="past")
    return LegalHold.objects.create(
        number=reference_numbers.next_number("TP"),
        subject=subject,
        controller_id=controller,
        reason=reason,
        law=law,
        review_on=review_on,
        placed_by=subjects.get_or_create_for(by),
    )


@transaction.atomic
def release(*, hold, by):
    """Release a hold, under the two-person rule, and run the erasures that waited for it."""
    hold = LegalHold.objects.select_for_update().get(pk=hold.pk)
    if not LegalHold.objects.visible_to(by, role=parties.admin_role(by)).filter(pk=hold.pk).exists():
        raise Refused(_("This hold is not yours to release."), code="not_yours")
    if not hold.is_active:
        raise Refused(_("This hold is already released."), code="released")
    two_person.check_second(hold, by)
    hold.released_by, hold.released_at = subjects.get_or_create_for(by), timezone.now()
    hold.save(update_fields=["released_by", "released_at"])
    Subject.objects.select_for_update().get(pk=hold.subject_id)  # so that no other hold is placed meanwhile
    waiting = hold.subject.erasure_orders.waiting().first()
    if waiting and not erasures.is_held(hold.subject):
        erasures.carry_out(order=waiting)
    return hold
