"""Export of the register: what a file contains, access records for each person, and protection from formulas.

One row for each unit that a person lives in now, or one without a unit. An import can read the file.
"""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from privacy import access, access_reasons
from privacy.errors import Refused
from privacy.models.access import Action
from privacy.scope import Role
from tenants import columns, identity, normalizers, spreadsheets
from tenants.models import Occupancy, Tenant

REASON = access_reasons.register("export", _("to export the register of tenants"))
HOME_PATHS = {"building": "unit__building__name", "unit": "unit__number", "role": "role", "moved_in_on": "moved_in_on"}


def visible(user):
    """Return the entries that this account may export: of its own companies, without restricted ones."""
    return Tenant.objects.visible_to(user, role=Role.STAFF).filter(subject__restricted_at__isnull=True)


def left_out(entries, user):
    """Return how many entries are excluded because the tenant restricted processing (article 11)."""
    restricted = Tenant.objects.visible_to(user, role=Role.STAFF).filter(subject__restricted_at__isnull=False)
    return restricted.filter(pk__in=entries.order_by().values("pk")).count()


@transaction.atomic
def export(*, entries, names, kind, reason, by):
    """Return the file's bytes, limited to entries that `by` may export; record access to each, with the reason."""
    if not reason.strip():
        raise Refused(_("Write the reason; the tenant reads it."), code="no_reason")
    chosen = [column for column in columns.COLUMNS if column.name in names]
    if not chosen:
        raise Refused(_("Choose at least one column."), code="no_columns")
    entries = visible(by).filter(pk__in=entries.order_by().values("pk"))
    rows = list(_rows(entries, [column.name for column in chosen]))
    if not rows:
        raise Refused(_("There is nothing to export."), code="nothing")
    keys = columns.field_keys(column.name for column in chosen)
    leaving = list(entries.only("pk").order_by())
    access.record_accesses(
        leaving, by=by, role=Role.STAFF, why=REASON, reference=reason, action=Action.EXPORTED, fields=keys
    )
    return spreadsheets.write([column.heading for column in chosen], rows, kind=kind)


def sample(kind):
    """Return a sample file: all headings, and one row that shows the format of values."""
    text_columns = [place for place, column in enumerate(columns.COLUMNS) if column.is_text]
    row = [_written(column.name, SAMPLE.get(column.name), SAMPLE) for column in columns.COLUMNS]
    headings = [column.heading for column in columns.COLUMNS]
    return spreadsheets.write(headings, [row], kind=kind, text_columns=text_columns)


def _rows(entries, names):
    person = [name for name in names if name in columns.OF_PERSON]
    wanted = {"id", "identity_kind", *person} if "identity_number" in person else {"id", *person}
    homes = _homes(entries) if set(names) & set(HOME_PATHS) else {}
    for entry in entries.order_by("name", "pk").values(*wanted):
        for home in homes.get(entry["id"], [{}]):
            row = entry | home
            yield [_written(name, row.get(name), row) for name in names]


def _homes(entries):
    found = {}
    now = Occupancy.objects.current().filter(tenant__in=entries.order_by().values("pk")).order_by("unit__number", "pk")
    for entry, *home in now.values_list("tenant", *HOME_PATHS.values()):
        found.setdefault(entry, []).append(dict(zip(HOME_PATHS, home, strict=True)))
    return found


def _written(name, value, row):
    """Return a value in the format of a register file, which an import can read."""
    if value in (None, ""):
        return ""
    if name == "identity_number":
        return identity.group(row["identity_kind"], value)  # spaces keep spreadsheets from converting it
    return normalizers.show_phone(value) if name == "phone" else columns.written(name, value)


# Fictitious person and building: an import by mistake fails at the building
SAMPLE = {
    "name": "Contoh Lestari",
    "building": "Menara Contoh",
    "unit": "A-12-03",
    "role": "owner",
    "moved_in_on": date(2024, 1, 31),
    "identity_kind": identity.KTP,
    "identity_number": "3172055504900099",
    "gender": identity.FEMALE,
    "birth_date": date(1990, 4, 15),
    "birth_place": "Jakarta",
    "nationality": "ID",
    "phone": "+6281234567890",
    "email": "nama@contoh.id",
    "address": "Jalan Contoh 1, Jakarta",
}
