"""The register of one management, as an import needs it: five queries, whatever the number of rows.

Plain values instead of model instances: instances would parse the phone number of every row.
"""

from tenants import columns
from tenants.models import Building, Occupancy, Tenant, Unit

AT_ONCE = 10_000  # ids per query: SQLite allows at most 32,766 parameters


def fold(text):
    return " ".join(text.casefold().split())


def stored(ids, **of):
    """Return {id: stored values} of these entries, decrypted."""
    ids, found = sorted(ids), {}
    wanted = ("id", "subject__holder", "identity_index", *columns.OF_PERSON)
    for start in range(0, len(ids), AT_ONCE):
        some = Tenant.objects.filter(pk__in=ids[start : start + AT_ONCE], **of).order_by()
        found |= {entry["id"]: entry for entry in some.values(*wanted)}
    return found


class Register:
    def __init__(self, management):
        self.management = management
        self.entries = {}  # id → stored values of the entries loaded by `load`
        self.buildings = {fold(building.name): building for building in Building.objects.filter(management=management)}
        places = Unit.objects.filter(building__management=management).order_by("pk")
        self.units = {
            (building, fold(number)): pk for building, number, pk in places.values_list("building", "number", "pk")
        }
        numbered = Tenant.objects.filter(management=management).exclude(identity_index="").order_by()
        self.by_number = dict(numbered.values_list("identity_index", "pk"))
        self.homes = {}  # entry → its present occupancies
        self._by_name = {}  # (home, name) → [(entry, has a number)]
        self._read_homes()

    def named(self, home, name):
        return self._by_name.get((home, fold(name)), [])

    def load(self, ids):
        """Load the stored values of these entries, decrypted."""
        self.entries |= stored(ids, management=self.management)

    def _read_homes(self):
        rows = Occupancy.objects.current().filter(tenant__management=self.management).order_by("pk")
        for pk, entry, name, index, building, building_name, number, role, start, end in rows.values_list(
            "pk", "tenant", "tenant__name", "tenant__identity_index", "unit__building", "unit__building__name",
            "unit__number", "role", "moved_in_on", "moved_out_on",
        ):  # fmt: skip
            key = (building, fold(number))
            self.homes.setdefault(entry, []).append({
                "id": pk, "key": key, "label": f"{building_name}, {number}",
                "role": role, "moved_in_on": start, "moved_out_on": end,
            })  # fmt: skip
            self._by_name.setdefault((key, fold(name)), []).append((entry, bool(index)))
