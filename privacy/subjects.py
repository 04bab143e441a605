"""Subjects (pseudonyms) of accounts and of register entries. An erased or held subject gets no other holder."""

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import declarations
from privacy.errors import Refused
from privacy.models.guardians import Capacity, Guardian
from privacy.models.subjects import Subject
from privacy.scope import Role


def get_or_create_for(user):
    """Return the account's own subject, created at first use: `accounts`, a lower app, cannot create it."""
    return Subject.objects.get_or_create(holder=user, own=True)[0]


def refuse_erased(locked):
    """Raise Refused if the data was erased. Call it once the row is locked: an erasure may have come first."""
    if locked.erased_at:
        raise Refused(_("This person's data has been erased. Nothing can be added to it."), code="erased")


def lock_for_staff(entry, by, own_record):
    """Return the locked subject of a register entry, about which staff record something.

    Raise Refused unless `by` is staff of its management, with the sentence `own_record` if it is their own, and if the
    data was erased.
    """
    if not type(entry).objects.visible_to(by, role=Role.STAFF).filter(pk=entry.pk).exists():
        raise Refused(_("Only staff of the management that keeps this record can do this."), code="not_staff")
    subject = Subject.objects.select_for_update().get(**{declarations.entry_path(): entry})
    if subject.holder_id == by.pk:
        raise Refused(own_record, code="own")
    refuse_erased(subject)
    return subject


@transaction.atomic
def hand_over(*, subject, to, by):
    """Make account `to` the holder of an unclaimed register entry. Claims and invitations record who decided."""
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
    """Return since when processing of data that this account holds is restricted (article 11), or None."""
    held = Subject.objects.filter(holder=user, erased_at__isnull=True)
    return held.aggregate(since=Min("restricted_at"))["since"]


def is_minor(subject):
    """Return whether the person of this register entry is under AGE_OF_MAJORITY (article 25)."""
    d = declarations.tenant_record()
    return d.model._base_manager.filter(**{d.subject: subject, f"{d.person.birth_date}__gt": youngest_adult()}).exists()


def youngest_adult(today=None):
    """Return the date of birth of somebody who comes of age today."""
    today = today or timezone.localdate()
    year = today.year - settings.AGE_OF_MAJORITY
    try:
        return today.replace(year=year)
    except ValueError:  # 29 February
        return today.replace(year=year, day=28)


def capacity(user):
    """Return the capacity in which this account answers: for itself, or as guardian of the children it holds.

    Return "" if it holds the record of a child for whom no guardian is recorded: such an answer would be void.
    """
    d = declarations.tenant_record()
    children = d.model._base_manager.filter(**{f"{d.holder}": user, f"{d.person.birth_date}__gt": youngest_adult()})
    guarded = list(children.values_list(f"{d.subject}__guardian", flat=True))
    if not guarded:
        return Capacity.SELF
    return Capacity.GUARDIAN if all(guarded) else ""


def check_guardian(subject):
    """Raise Refused for a child without a recorded guardian, who cannot agree alone (article 25)."""
    if is_minor(subject) and not Guardian.objects.filter(subject=subject).exists():
        raise Refused(
            _("This is the record of a child. A parent or guardian must be recorded first: ask the management."),
            code="guardian",
        )
