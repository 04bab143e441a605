"""Reads an uploaded file into a table with known columns; errors of the file as a whole are raised here."""

import json
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenants import columns, spreadsheets
from tenants.columns import Column

NAMES_SHOWN, NAME_LENGTH = 6, 40  # limits for headings in error messages, since files may contain anything


@dataclass
class Table:
    headings: list[str]  # as in the file, for error messages
    rows: list[tuple[int, list]]  # (number in the file, cells); a cell is "", text, a number or a date

    @property
    def columns(self) -> list[Column | None]:
        return [columns.named(heading) for heading in self.headings]

    def packed(self):
        """Return the table as JSON, to be encrypted. Dates are the only cells that JSON cannot represent."""
        return json.dumps([self.headings, self.rows], default=lambda day: [day.isoformat()], ensure_ascii=False)

    @classmethod
    def unpacked(cls, text):
        headings, rows = json.loads(text)
        for _number, cells in rows:
            for place, cell in enumerate(cells):
                if isinstance(cell, list):
                    cells[place] = date.fromisoformat(cell[0])
        return cls(headings, rows)


def read(upload):
    """Return the table of the file. Raise ValidationError if it is none."""
    rows = spreadsheets.read(upload)
    if len(rows) < 2:
        raise ValidationError(_("The file has no rows below its headings. Choose another file."), code="empty")
    headings = [str(cell) for cell in rows[0][1]]
    _check(headings)
    return Table(headings, rows[1:])


def _check(headings):
    pairs = [(heading, columns.named(heading)) for heading in headings if heading]
    if unknown := [heading for heading, column in pairs if not column]:
        raise ValidationError(
            _("These columns are not known: %(names)s. Rename or remove them, then upload the file again."),
            code="unknown_columns",
            params={"names": _listed(unknown)},
        )
    known = [column for _heading, column in pairs]
    if twice := [heading for heading, column in pairs if known.count(column) > 1]:
        raise ValidationError(
            _("These columns say the same thing: %(names)s. Keep one of them, then upload the file again."),
            code="duplicate_columns",
            params={"names": _listed(twice)},
        )
    if missing := [columns.BY_NAME[name].heading for name in columns.REQUIRED if columns.BY_NAME[name] not in known]:
        raise ValidationError(
            _("These columns are missing: %(names)s. Add them, then upload the file again."),
            code="missing_columns",
            params={"names": _listed(missing)},
        )


def _listed(names):
    shown = [f"“{name[:NAME_LENGTH]}”" for name in names[:NAMES_SHOWN]]
    return ", ".join([*shown, "…"] if len(names) > NAMES_SHOWN else shown)
