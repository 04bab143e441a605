"""Adding and correcting register entries, by staff (clauses 2.1, 5.6; article 30).

The management follows from the unit and from `by`, never from a form. The person is notified of every correction.
"""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import mail
from accounts.redirects import front_page
from privacy import access
from privacy.errors import Refused
from privacy.files import uploads
from privacy.models import Subject
from privacy.models.access import AccessReason, Action
from privacy.rights import profile_updates
from privacy.scope import Role
from tenants.models import Tenant, Unit


def is_taken(entry, management_id):
    """Return whether another entry of this management has the same identity number."""
    same = Tenant.objects.filter(management=management_id).with_identity(entry.identity_kind, entry.identity_number)
    return same.exclude(pk=entry.pk).exists()


@transaction.atomic
def enter(*, entry, occupancies, by):
    """Save a cleaned, new entry with its units, under a new subject without a holder."""
    if not occupancies:
        raise Refused(_("Choose a unit: an entry needs a name and a unit."), code="no_unit")
    entry.management = _management_of(occupancies, by)
    _check_not_taken(entry)
    entry.subject = Subject.objects.create()
    entry.save()
    _house(entry, occupancies)
    filled = profile_updates.changed(Tenant(), entry)
    access.record_access(entry, by=by, role=Role.STAFF, why=AccessReason.RECORD, action=Action.CHANGED, fields=filled)
    return entry


@transaction.atomic
def correct(*, entry, occupancies=(), by):
    """Save the staff's changes to an entry and its occupancies; record them and notify the person."""
    original = Tenant.objects.select_for_update(of=("self",)).select_related("subject").get(pk=entry.pk)
    if original.subject.holder_id == by.pk:
        raise Refused(_("You cannot change your own record here. Ask for the change on “My data”."), code="own")
    if not Tenant.objects.visible_to(by, role=Role.STAFF).filter(pk=entry.pk).exists():
        raise Refused(_("Only staff of the management that keeps this record can change it."), code="not_staff")
    if occupancies and _management_of(occupancies, by).pk != original.management_id:
        raise Refused(_("Choose a unit of the building management that keeps this record."), code="other_management")
    names = profile_updates.changed(original, entry)
    if names:
        entry.management_id, entry.subject_id = original.management_id, original.subject_id
        _check_not_taken(entry)
        entry.save(update_fields=[*names, "identity_index", "changed_at"])
        uploads.delete_replaced(original, entry, [name for name in names if profile_updates.is_file(name)])
        _tell_replaced_mailbox(original, names)
    _house(entry, occupancies)
    profile_updates.corrected(record=entry, names=names, by=by, beside=occupancies)
    return names


def _management_of(occupancies, by):
    """Return the management of these units. Raise Refused unless it is one, and `by` works for it."""
    wanted = {occupancy.unit_id for occupancy in occupancies}
    units = Unit.objects.visible_to(by, role=Role.STAFF).filter(pk__in=wanted).select_related("building__management")
    managements = {unit.building.management for unit in units}
    if len(units) != len(wanted) or len(managements) != 1:
        raise Refused(_("Choose units of one building management, your own."), code="other_management")
    return managements.pop()


def _check_not_taken(entry):
    if is_taken(entry, entry.management_id):
        raise Refused(
            _("Another entry of this register has this identity number. Open that entry instead."), code="taken"
        )


def _house(entry, occupancies):
    for occupancy in occupancies:
        occupancy.tenant = entry
        occupancy.save()


def _tell_replaced_mailbox(original, names):
    """Notify the old address: without a holder, the email of an entry decides who can claim it."""
    if "email" in names and original.email and not original.is_claimed:
        mail.email_address(
            email=original.email,
            language="",
            template="entry_email_changed",
            path=front_page(),
        )
