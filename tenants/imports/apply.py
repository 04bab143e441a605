"""Saves a plan in bulk, inside the caller's transaction, and emails the people who have an account."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import mail
from accounts.models import User
from privacy import access, access_reasons
from privacy.models import Subject
from privacy.models.access import Action
from privacy.scope import Role
from tenants import columns
from tenants.models import Occupancy, Tenant, Unit

REASON = access_reasons.register("import", _("to import the register of tenants"))


def carry_out(plan, *, management, by):
    units = plan.units | _add_units(plan.new_units)
    entries = _add_people(plan.new, management)
    stays = [(match, match.entry["id"]) for match in plan.changed if match.occupancy is None]
    stays += [(match, entry.pk) for match, entry in zip(plan.new, entries, strict=True)]
    Occupancy.objects.bulk_create(_occupancy(match, entry, units[match.home.key]) for match, entry in stays)
    _change_people([match for match in plan.changed if match.person])
    _change_homes([match for match in plan.changed if match.occupancy and match.changed_home])
    _record(plan, entries, by)
    _tell(plan.changed)


def _add_units(homes):
    made = Unit.objects.bulk_create(Unit(building_id=home.building.pk, number=home.number) for home in homes.values())
    return dict(zip(homes, [unit.pk for unit in made], strict=True))


def _add_people(matches, management):
    subjects = Subject.objects.bulk_create(Subject() for _match in matches)
    person = columns.OF_PERSON
    return Tenant.objects.bulk_create(
        Tenant(
            management_id=management.pk,
            subject_id=subject.pk,
            **{name: value for name, value in match.row.values.items() if name in person},
        )
        for match, subject in zip(matches, subjects, strict=True)
    )


def _occupancy(match, entry, unit):
    known = {name: match.row.values[name] for name in ("role", "moved_in_on") if name in match.row.values}
    return Occupancy(tenant_id=entry, unit_id=unit, **known)


def _change_people(matches):
    """Update only columns that change in some row. bulk_update does not call pre_save, so indexes are set here."""
    names = {name for match in matches for name in match.person}
    if not names:
        return
    if "identity_number" in names:
        names |= {"identity_kind", "identity_index"}
    now, changed = timezone.now(), []
    for match in matches:
        values = match.entry | match.person
        changed.append(Tenant(pk=match.entry["id"], changed_at=now, **{name: values[name] for name in names}))
    if "identity_number" in names:
        _index(changed)
    Tenant.objects.bulk_update(changed, [*sorted(names), "changed_at"])


def _index(entries):
    column = Tenant._meta.get_field("identity_index")
    column.bring_over(entry.identity_text() for entry in entries)
    for entry in entries:
        entry.identity_index = column.index(entry.identity_text())


def _change_homes(matches):
    changed = []
    for match in matches:
        values = match.occupancy | match.changed_home
        changed.append(Occupancy(pk=values["id"], role=values["role"], moved_in_on=values["moved_in_on"]))
    if changed:
        Occupancy.objects.bulk_update(changed, ["role", "moved_in_on"])


def _record(plan, entries, by):
    """Record in the access log which fields were added or changed, and by whom."""
    fields = {match.entry["id"]: columns.field_keys(line.name for line in match.lines) for match in plan.changed}
    fields |= {entry.pk: columns.field_keys(match.row.values) for match, entry in zip(plan.new, entries, strict=True)}
    rows = [*entries, *(Tenant(pk=match.entry["id"]) for match in plan.changed)]
    access.record_accesses(rows, by=by, role=Role.STAFF, why=REASON, action=Action.CHANGED, fields=fields)


def _tell(matches):
    """Email everyone whose entry has an account."""
    holders = {match.entry["subject__holder"] for match in matches} - {None}
    for user in User.objects.filter(pk__in=holders).order_by("pk"):
        mail.email_user(user=user, template="data_corrected", url_name="access_log")
