"""Pseudonyms: an account's own, and those of register entries. An erased or held subject is never re-held."""

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import declarations
from privacy.errors import Refused
from privacy.models.guardians import Capacity, Guardian
from privacy.models.subjects import Subject


def get_or_create_for(user):
    """The account's own subject, made when first needed (accounts may not call this floor)."""
    return Subject.objects.get_or_create(holder=user, own=True)[0]


def refuse_erased(locked):
    """For acts that write about somebody: asked once the row is locked, because an erasure may have been faster."""
    if locked.erased_at:
        raise Refused(_("This person's data has been erased. Nothing can be added to it."), code="erased")


@transaction.atomic
def hand_over(*, subject, to, by):
    """Let account `to` act for an unclaimed register entry. Claims and invitations record who decided."""
    locked = Subject.objects.select_for_update().get(pk=subject.pk)
    if locked.holder_id is not None:
        raise Refused(
            _("This record already belongs to an account. Ask the tenant to sign in with it."), code="claimed"
        )
    if locked.own or locked.erased_at or not to.is_active:
        raise Refused(_("This record cannot be claimed. Ask the data protection officer."), code="not_claimable")
    check_guardian(locked)
    locked.holder = to
    locked.save(update_fields=["holder"])


def restricted_since(user):
    """Since when the processing of anything that this account holds is restricted (article 11), or None."""
    held = Subject.objects.filter(holder=user, erased_at__isnull=True)
    return held.aggregate(since=Min("restricted_at"))["since"]


def is_minor(subject):
    """Is the person of this register entry a child at present? (Article 25; the age is a setting.)"""
    d = declarations.tenant_record()
    return d.model._base_manager.filter(**{d.subject: subject, f"{d.person.birth_date}__gt": youngest_adult()}).exists()


def youngest_adult(today=None):
    """The date of birth of somebody who comes of age today."""
    today = today or timezone.localdate()
    year = today.year - settings.AGE_OF_MAJORITY
    try:
        return today.replace(year=year)
    except ValueError:  # 29 February
        return today.replace(year=year, day=28)


def capacity(user):
    """In which role this account answers: for itself, as the guardian of a child whose record it holds, or not at all.

    "" when it holds the record of a child for whom no guardian is recorded: such an answer would be void.
    """
    d = declarations.tenant_record()
    children = d.model._base_manager.filter(**{f"{d.holder}": user, f"{d.person.birth_date}__gt": youngest_adult()})
    guarded = list(children.values_list(f"{d.subject}__guardian", flat=True))
    if not guarded:
        return Capacity.SELF
    return Capacity.GUARDIAN if all(guarded) else ""


def check_guardian(subject):
    """Refuse what a child cannot agree to alone (article 25)."""
    if is_minor(subject) and not Guardian.objects.filter(subject=subject).exists():
        raise Refused(
            _("This is the record of a child. A parent or guardian must be recorded first: ask the management."),
            code="guardian",
        )
