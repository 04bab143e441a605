"""The plan of an import: each row is matched with the register of one management. Nothing is saved here.

A row matches the entry with its identity number, else the entry with its name and unit, unless both have different
numbers. An empty cell changes nothing. Ids are not used: a file cannot reach another register.
"""

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import encryption
from tenants import columns, identity
from tenants.imports.register import Register, fold
from tenants.imports.rows import Problem, Reader, Row, compare_with_card


class Line(NamedTuple):
    """One changed cell of the register."""

    name: str  # of the column
    old: Any
    new: Any


class Home(NamedTuple):
    """The unit of a row; it may be a new one."""

    building: Any
    number: str

    @property
    def key(self):
        return self.building.pk, fold(self.number)

    def __str__(self):
        return f"{self.building.name}, {self.number}"


@dataclass(slots=True)
class Match:
    row: Row
    home: Home
    entry: dict | None = None  # stored values of the matched entry; None: a new one
    lines: list[Line] = field(default_factory=list)
    occupancy: dict | None = None  # the entry's present occupancy of this unit
    by_number: bool = False

    @property
    def person(self):
        """Return {field: new value} of the person's changed fields."""
        return {line.name: line.new for line in self.lines if line.name in columns.OF_PERSON}

    @property
    def changed_home(self):
        return {line.name: line.new for line in self.lines if line.name not in columns.OF_PERSON}


class Notice(NamedTuple):
    """A remark to check before confirming; it does not prevent the import."""

    row: int
    text: str


@dataclass
class Plan:
    new: list[Match] = field(default_factory=list)
    changed: list[Match] = field(default_factory=list)
    same: int = 0
    problems: list[Problem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    found_by_number: set[int] = field(default_factory=set)  # entries matched by number whose name or unit differs
    new_units: dict[tuple, Home] = field(default_factory=dict)
    units: dict[tuple, int] = field(default_factory=dict)  # (building, folded number) → unit
    headings: dict[str, str] = field(default_factory=dict)  # column name → heading in the file

    @property
    def wrong(self):
        """Return the number of rows with problems."""
        return len({problem.row for problem in self.problems})

    @property
    def work(self):
        return len(self.new) + len(self.changed)

    @property
    def fingerprint(self):
        """Return a keyed hash that changes with everything in the register that matters to this file."""
        changes = [(match.row.number, match.entry["id"], match.lines) for match in self.changed]
        units = [str(home) for home in self.new_units.values()]
        seen = [[match.row.number for match in self.new], changes, self.same, units]
        return encryption.blind_index(json.dumps(seen, default=str), context="tenants.imports")


def make(table, management, *, by):
    """Return the plan. `by` is the user who imports: rows about their own entry are refused."""
    return _Planner(table, management, by).plan()


class _Planner:
    def __init__(self, table, management, by):
        self.by = by
        self.reader = Reader(table)
        self.register = Register(management)
        self.made = Plan(headings=self.reader.headings, units=self.register.units)
        self.first_rows = {}  # what makes two rows alike → number of the first row with it

    def plan(self):
        rows = self.reader.rows()
        matches = [match for row in rows if (match := self.match(row))]
        matches = [match for match in matches if not match.row.problems and self.is_alone(match)]
        self.register.load({match.entry for match in matches if match.entry})
        for match in matches:
            match.entry = self.register.entries.get(match.entry)
            self.compare(match)
        self.made.problems = [problem for row in rows for problem in row.problems]
        work = sorted((match.row for match in (*self.made.new, *self.made.changed)), key=lambda row: row.number)
        self.made.notices = [Notice(row.number, text) for row in work for text in row.warnings]
        return self.made

    def match(self, row):
        """Return the row with its unit and the id of its entry, or None if building or cells are wrong."""
        building = self.building(row)
        if row.problems:
            return None
        home = Home(building, row.values["unit"])
        known = self.register.by_number
        entry = next((known[index] for index in row.indexes if index in known), None)
        return Match(row, home, entry or self.namesake(row, home), by_number=entry is not None)

    def namesake(self, row, home):
        """Return the id of the only entry of this name and unit that can match the row, or None."""
        found = self.register.named(home.key, row.values["name"])
        possible = [entry for entry, has_number in found if not (row.index and has_number)]
        if len(possible) > 1:
            wrong = _("Several entries of the register have this name in this unit.")
            self.reader.refuse(row, "name", wrong, _("Add the identity number, or change the entry itself."))
        elif found and not possible:
            notice = _("The register has this name in this unit with another number: a new entry is made.")
            row.warnings.append(notice)
        return possible[0] if possible else None

    def building(self, row):
        name = row.values.get("building")
        known = self.register.buildings
        if name is None and len(known) == 1:
            return next(iter(known.values()))
        if name is None:
            wrong = _("The row does not say which building.") if known else _("Your register has no building yet.")
        elif fold(name) in known:
            return known[fold(name)]
        else:
            wrong = _("Your register has no building of this name.")
        names = ", ".join(building.name for building in known.values())
        remedy = _("Write one of these: %(names)s.") % {"names": names} if names else _("Add the building first.")
        return self.reader.refuse(row, "building", wrong, remedy)

    def is_alone(self, match):
        """Refuse a second row about the same person: such rows may contradict each other."""
        row = match.row
        first = self.first_like(match)
        if first is not None:
            wrong = _("Rows %(first)s and %(second)s are about the same person.")
            wrong %= {"first": first, "second": row.number}
            self.reader.refuse(row, "name", wrong, _("Keep one of them; another unit is added on the entry itself."))
        return first is None

    def first_like(self, match):
        """Return the number of the first row about the same person, or None; remember this row.

        The same name in the same unit may be the same person, unless both rows have a number or both have an entry:
        different identity numbers, or different register entries, are different people, whatever their names.
        """
        entry, index, name = match.entry, match.row.index, (match.home.key, fold(match.row.values["name"]))
        same = [(kind, key) for kind, key in (("entry", entry), ("number", index)) if key]
        may_be_same = [(name, has_number, known) for has_number in {False, not index} for known in {False, not entry}]
        first = min((self.first_rows[key] for key in (*same, *may_be_same) if key in self.first_rows), default=None)
        for key in (*same, (name, bool(index), bool(entry))):
            self.first_rows.setdefault(key, match.row.number)
        return first

    def compare(self, match):
        row = match.row
        if match.entry:
            self.compare_person(match)
            self.compare_home(match)
            self.check_number(match)
            if match.lines and match.entry["subject__holder"] == self.by.pk:
                wrong, remedy = _("This is your own record."), _("Remove the row; ask for the change on “My data”.")
                self.reader.refuse(row, "name", wrong, remedy)
        if row.problems:
            return
        if match.lines or not match.entry:
            (self.made.changed if match.entry else self.made.new).append(match)
        else:
            self.made.same += 1
        if match.occupancy is None and match.home.key not in self.register.units:
            self.made.new_units.setdefault(match.home.key, match.home)

    def compare_person(self, match):
        values, entry = match.row.values, match.entry
        for name in columns.OF_PERSON:
            if name in values and name != "identity_number" and values[name] != entry[name]:
                match.lines.append(Line(name, entry[name], values[name]))
        if match.row.index and entry["identity_index"] not in match.row.indexes:
            match.lines.append(Line("identity_number", "", values["identity_number"]))
        self.check_identity(match)

    def check_number(self, match):
        """Refuse another person's number without showing a name, and note it for an access record (clause 3.4)."""
        is_namesake = fold(match.row.values["name"]) == fold(match.entry["name"])
        if not match.by_number or (is_namesake and match.occupancy):
            return
        self.made.found_by_number.add(match.entry["id"])
        if not is_namesake and not match.occupancy:
            wrong = _("Another entry has this identity number.")
            self.reader.refuse(match.row, "identity_number", wrong, _("Find that entry by its number and change it."))

    def check_identity(self, match):
        """Check that changed values and identity number fit, including values that the register already has."""
        changes, entry = match.person, match.entry
        if "identity_kind" in changes and "identity_number" not in match.row.values and entry["identity_index"]:
            wrong = _("The register has a number of another kind.")
            self.reader.refuse(match.row, "identity_kind", wrong, _("Write the number that belongs to this kind too."))
            return
        both = entry | changes
        if not both["identity_number"] or changes.keys().isdisjoint(("identity_number", "birth_date", "gender")):
            return
        try:
            identity.check(
                both["identity_kind"], both["identity_number"], birth_date=both["birth_date"], gender=both["gender"]
            )
        except ValidationError as error:
            # A number that was already wrong is not an error of this row
            if error.code in changes or "identity_number" in changes:
                name = error.code if error.code in changes else "identity_number"
                self.reader.refuse(match.row, name, error.messages[0], compare_with_card())

    def compare_home(self, match):
        homes = self.register.homes.get(match.entry["id"], [])
        match.occupancy = next((home for home in homes if home["key"] == match.home.key), None)
        if match.occupancy is None:
            match.lines.append(Line("unit", "; ".join(home["label"] for home in homes), str(match.home)))
            return
        for name in ("role", "moved_in_on"):
            if name in match.row.values and match.row.values[name] != match.occupancy[name]:
                match.lines.append(Line(name, match.occupancy[name], match.row.values[name]))
        start, end = match.row.values.get("moved_in_on"), match.occupancy["moved_out_on"]
        if start and end and start > end:
            wrong = _("The register says that this person moves out before.")
            self.reader.refuse(match.row, "moved_in_on", wrong, _("Correct the date, or change the entry itself."))
