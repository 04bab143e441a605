"""Register files for the tests of import and export."""

import io

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile


def csv_file(*rows, delimiter=",", encoding="utf-8"):
    """Rows of texts that need no quotation marks."""
    text = "\r\n".join(delimiter.join(row) for row in rows)
    return SimpleUploadedFile("register.csv", text.encode(encoding))


def xlsx_file(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return SimpleUploadedFile("register.xlsx", written.getvalue())
