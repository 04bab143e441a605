"""CSV and XLSX files: bytes to numbered rows, and rows to bytes, with protection from hostile files and formulas.

Reading is limited (unpacked size, rows including blank ones, columns). Written cells cannot act as formulas. tablib
writes only: its readers lose row numbers after a blank row, and have no limits.
"""

import csv
import io
import re
import zipfile
from datetime import date, datetime
from itertools import islice

import openpyxl
import tablib
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter
from tablib.formats._xlsx import XLSXFormat

from accounts.invisible_text import visible_part
from privacy.files import pdf_sanitizer, uploads
from privacy.files.csv_injection import escape_formula

CSV, XLSX = "csv", "xlsx"
CONTENT_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
UNPACKED = 8  # times UPLOAD_MAX_MB: limit of an unpacked XLSX file; 10,000 full rows take about 10 MB
PARTS = 500  # limit of files inside an XLSX file
WIDEST = 100  # limit of columns
BLANKS = 10  # times IMPORT_MAX_ROWS: limit of rows including blank ones
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # methods that spreadsheets use; others may need much memory
DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
ENCODING = re.compile(rb"""\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([^"']*)["']""")
UTF8, UTF8_MARK = {b"utf-8", b"utf8", b"us-ascii"}, b"\xef\xbb\xbf"
DELIMITERS = ",;\t"
DIGITS_KEPT = 10**15  # a spreadsheet keeps 15 digits of a number, and writes 0 for the rest
TEXT_FORMAT = "@"  # Excel's format for text, which keeps the cell as typed


def read(upload):
    """Return numbered rows without blank ones: [(1, [cells of the headings]), (2, [cells]), …].

    A cell is "" or text, a number, or a date. Raise ValidationError if the file cannot be read.
    """
    content = uploads.content_of(upload)
    if content.startswith(OLD_EXCEL):
        raise _wrong_kind()
    is_zip = content.startswith(ZIP)
    uploads.check_ending(upload, (".xlsx",) if is_zip else (".csv", ".txt"), _wrong_kind().message)
    try:
        return _numbered(_sheet(content) if is_zip else _lines(content))
    except ValidationError:
        raise
    except Exception as error:  # the readers raise any exception on hostile bytes
        raise pdf_sanitizer.broken() from error


def write(headings, rows, *, kind, text_columns=()):
    """Return the file's bytes. `text_columns`: indexes of columns whose cells a spreadsheet must keep as text."""
    data = tablib.Dataset(*([escape_formula(cell) for cell in row] for row in rows), headers=list(headings))
    if kind == CSV:
        return data.export("csv", quoting=csv.QUOTE_ALL).encode("utf-8-sig")
    return _book(data, text_columns)


class MemoryWriter(ExcelWriter):
    """Writes in memory: openpyxl first writes each sheet to a temporary file, unencrypted on disk."""

    def write_worksheet(self, ws):
        ws._drawing = SpreadsheetDrawing()
        written = io.BytesIO()
        writer = WorksheetWriter(ws, out=written)
        writer.write()
        ws._rels = writer._rels
        self._archive.writestr(ws.path[1:], written.getvalue())
        self.manifest.append(ws)


def has_lost_digits(cell):
    return isinstance(cell, int | float) and abs(cell) >= DIGITS_KEPT


def _book(data, text_columns):
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    XLSXFormat.dset_sheet(data, sheet)
    for place in range(data.width):
        sheet.column_dimensions[get_column_letter(place + 1)].width = 22
    for place in text_columns:
        sheet.column_dimensions[get_column_letter(place + 1)].number_format = TEXT_FORMAT
        for row in sheet.iter_rows(min_col=place + 1, max_col=place + 1):
            row[0].number_format = TEXT_FORMAT
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        MemoryWriter(book, archive).write_data()
    return written.getvalue()


def _numbered(rows):
    """Return (number, cells) of rows that are not blank. Raise ValidationError above the limits."""
    found, characters = [], 0
    for number, values in enumerate(rows, 1):
        cells = [_cell(value) for value in islice(values, WIDEST)]
        characters += sum(len(cell) for cell in cells if isinstance(cell, str))
        if characters > _most_unpacked():  # many cells of a workbook may share one long text
            raise _too_large()
        while cells and cells[-1] == "":
            cells.pop()
        if cells:
            found.append((number, cells))
        if len(found) > settings.IMPORT_MAX_ROWS + 1 or number > settings.IMPORT_MAX_ROWS * BLANKS:
            raise ValidationError(
                _("The file has more than %(max)s rows. Divide it, then upload the parts one by one."),
                code="too_many_rows",
                params={"max": number_format(settings.IMPORT_MAX_ROWS, force_grouping=True)},
            )
    return found


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, str):
        return visible_part(value.strip())
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int | float | date) else str(value)


def _lines(content):
    if b"\0" in content:
        raise _wrong_kind()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(
            _("This file is not a CSV file in UTF-8. Save it as XLSX or “CSV UTF-8”, then upload it again."),
            code="utf8",
        ) from None
    first = next((line for line in text.splitlines() if line.strip()), "")
    outside_quotes = re.sub(r'"[^"]*"', "", first)
    return csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=outside_quotes.count), strict=True)


def _sheet(content):
    """Return the rows of the first sheet, read as a stream, after checking the unpacked size."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sizes = [part.file_size for part in parts.infolist()]
        if "xl/workbook.xml" not in parts.namelist():
            raise _wrong_kind()
        if sum(sizes) > _most_unpacked() or len(sizes) > PARTS:
            raise _too_large()
        content = _unpacked(parts)
    book = openpyxl.load_workbook(content, read_only=True, data_only=True, keep_links=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # the dimensions stated in a file may be wrong
    return sheet.iter_rows(values_only=True, max_col=WIDEST)


def _most_unpacked():
    return UNPACKED * settings.UPLOAD_MAX_MB * uploads.MEGABYTE


def _too_large():
    return ValidationError(
        _("The file is too large once unpacked. Keep only the register in it, then upload it again."), code="unpacked"
    )


def _unpacked(parts):
    """Return the archive with all parts unpacked: openpyxl would unpack a part completely before checking its size."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as plain:
        for part in parts.infolist():
            with parts.open(part) as file:
                data = file.read(part.file_size + 1)  # a length limits how much is unpacked
            if part.compress_type not in PACKED or part.filename in plain.namelist() or not _is_plain(data):
                raise pdf_sanitizer.broken()
            plain.writestr(part.filename, data)
    return written


def _is_plain(part):
    """Return whether an XML part has no DTD, so no entities. It must be UTF-8, so that no other encoding hides one."""
    start = part[:1000].removeprefix(UTF8_MARK)
    said = ENCODING.match(start)
    wide = start[:2] in {b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"}
    return not wide and (not said or said[1].lower() in UTF8) and not any(mark in part for mark in DOCTYPES)


def _wrong_kind():
    return ValidationError(_("Choose a CSV or XLSX file."), code="kind")
