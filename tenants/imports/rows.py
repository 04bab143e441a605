"""Cleans one row of a file: cells become values of the register, or error messages. Nothing here runs a query."""

import re
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from privacy.files.csv_injection import UNREADABLE, plain
from tenants import columns, identity, spreadsheets
from tenants.models import Tenant
from tenants.models.register import identity_text

# Text that spreadsheets write when a formula fails
SPREADSHEET_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")
EMPTY = {"", "-", "--", "–", "—"}  # how registers write "nothing"
IDENTITY_INDEX = Tenant._meta.get_field("identity_index")


@dataclass(slots=True)
class Problem:
    """An error in one cell, and how to correct it. Contains no personal value."""

    row: int
    column: str  # as named in the file
    wrong: str
    remedy: str

    def __str__(self):
        return _("Row %(row)s, column “%(column)s”: %(wrong)s %(remedy)s Nothing has been saved.") % {
            "row": self.row, "column": self.column, "wrong": self.wrong, "remedy": self.remedy,
        }  # fmt: skip


@dataclass(slots=True)
class Row:
    number: int
    values: dict = field(default_factory=dict)  # column name → value; empty cells are absent and change nothing
    index: str = ""  # blind index of the identity number, or ""
    indexes: list[str] = field(default_factory=list)  # blind indexes under all keys in use
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Reader:
    """Cleans the rows of one table, and knows its headings."""

    def __init__(self, table):
        self.table = table
        self.places = [(place, column) for place, column in enumerate(table.columns) if column]
        self.headings = {column.name: table.headings[place] for place, column in self.places}
        self.kind_in_heading = columns.implies_ktp(self.headings.get("identity_number", ""))
        self.known = {}  # (column, cell) → value, for columns with few distinct values

    def rows(self):
        return [self.row(number, cells) for number, cells in self.table.rows]

    def row(self, number, cells):
        row = Row(number)
        if len(cells) > len(self.table.headings) or self._stands_alone(cells):
            wrong = _("There is a value without a heading above it.")
            self.refuse(row, "", wrong, _("Add the heading, or remove the value."))
        for place, column in self.places:
            cell = cells[place] if place < len(cells) else ""
            if cell not in EMPTY:
                self._read(row, column, cell)
            elif column.name in columns.REQUIRED:
                self.refuse(row, column.name, _("The cell is empty."), _("Fill it in."))
        self._check_identity(row)
        return row

    def refuse(self, row, name, wrong, remedy):
        label = columns.BY_NAME[name].heading if name else _("without a heading")
        row.problems.append(Problem(row.number, self.headings.get(name) or label, wrong, remedy))

    def _stands_alone(self, cells):
        return len(self.places) < len(self.table.headings) and any(
            cell != "" and self.table.headings[place] == "" for place, cell in enumerate(cells)
        )

    def _read(self, row, column, cell):
        try:
            if column.repeats:
                if (column.name, cell) not in self.known:
                    self.known[column.name, cell] = _value(column, cell)
                row.values[column.name] = self.known[column.name, cell]
            elif (value := _value(column, cell)) not in ("", None):
                row.values[column.name] = value
        except _Wrong as found:
            self.refuse(row, column.name, *found.args)
        except ValidationError as error:
            wrong, remedy = str(column.wrong), error.messages[0]
            if error.code == "future":  # this message says what is wrong; the others say what to do
                wrong, remedy = remedy, _("Correct it, then upload the file again.")
            self.refuse(row, column.name, wrong, remedy)

    def _check_identity(self, row):
        """Check that a number has a kind and fits the other cells of the row. `plan` compares it with the register."""
        values = row.values
        if "identity_number" not in values:
            return
        if "identity_kind" not in values and self.kind_in_heading:
            values["identity_kind"] = identity.KTP
        if "identity_kind" not in values:
            if not row.problems:
                self.refuse(row, "identity_kind", _("The number has no kind."), _("Write KTP, SIM or passport."))
            return
        try:
            number, warnings = identity.check(
                values["identity_kind"],
                values["identity_number"],
                birth_date=values.get("birth_date"),
                gender=values.get("gender", ""),
            )
        except ValidationError as error:
            self.refuse(row, "identity_number", error.messages[0], compare_with_card())
            return
        values["identity_number"] = number
        row.warnings.extend(warnings)
        row.indexes = IDENTITY_INDEX.indexes(identity_text(values["identity_kind"], number))
        row.index = row.indexes[0]


class _Wrong(Exception):
    """What is wrong and what to do, as two sentences."""


def compare_with_card():
    return _("Compare it with the card, then upload the file again.")


def _value(column, cell):
    if isinstance(cell, str):
        cell = _readable(column, cell)
    elif isinstance(cell, date) and not column.is_date:
        raise _Wrong(_("The spreadsheet has turned this into a date."), _as_text())
    elif spreadsheets.has_lost_digits(cell):
        raise _Wrong(_("The spreadsheet has turned this into a number, and the last digits are lost."), _as_text())
    return column.clean(cell) if column.clean else str(cell)


def _readable(column, text):
    if text in SPREADSHEET_ERRORS:
        raise _Wrong(_("The cell holds an error of the spreadsheet."), _("Write the value itself."))
    text = plain(text)
    if UNREADABLE.search(text) or not _is_unicode(text):
        raise _Wrong(_("The cell holds characters that cannot be read."), _("Write it again."))
    if column.name == "identity_number" and SCIENTIFIC.fullmatch(text):
        raise _Wrong(_("The spreadsheet has turned this into a number, and the last digits are lost."), _as_text())
    if column.max_length:
        text = " ".join(text.split())
        if len(text) > column.max_length:
            wrong = _("The text has %(n)s characters; the limit is %(max)s.")
            raise _Wrong(wrong % {"n": len(text), "max": column.max_length}, _("Shorten it."))
    return text


def _is_unicode(text):
    """Return whether text has no lone surrogate: spreadsheets can contain them, databases cannot store them."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _as_text():
    return _("Format the column as text, then write it again.")
