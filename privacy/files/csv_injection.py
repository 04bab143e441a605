"""Escaping of cells that a spreadsheet would run as a formula, for all kinds of files that are written here."""

import csv
import io
import re

# Characters that begin a formula, also after whitespace and in the full-width forms of East Asian keyboards
ACTS = re.compile(r"\s*[=@\t\r＝＠＋－]|[\t\r\n]")
SIGNED = re.compile(r"\s*[+\-]")
# One number, or a phone number, which the space after the country code keeps from being calculated
PLAIN_NUMBER = re.compile(r"\s*([+\-][0-9][0-9.,]*|\+[0-9]{1,3} [0-9 \-]+)")
UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def escape_formula(cell):
    """Return the cell, with an apostrophe before text that a spreadsheet would run as a formula."""
    if not isinstance(cell, str) or not cell:
        return cell
    cell = UNREADABLE.sub("", cell)
    acts = ACTS.match(cell) or (SIGNED.match(cell) and not PLAIN_NUMBER.fullmatch(cell))
    return f"'{cell}" if acts else cell


def csv_text(rows):
    """Return the rows as CSV: every cell escaped and quoted, with the mark by which Excel knows UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow(map(escape_formula, row))
    return "\N{BYTE ORDER MARK}" + text.getvalue()


def plain(text):
    """Undo `escape_formula`, for files that were written here."""
    return text[1:] if text.startswith("'") and escape_formula(text[1:]) == text else text
