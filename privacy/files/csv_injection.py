"""A written cell never acts as a formula, in whatever file a spreadsheet opens: one guard for all of them."""

import re

# What makes a spreadsheet calculate, also behind blanks and in the wide forms of East Asian keyboards
ACTS = re.compile(r"\s*[=@\t\r＝＠＋－]|[\t\r\n]")
SIGNED = re.compile(r"\s*[+\-]")
# One number, or a phone number whose blank after the country keeps it from being reckoned
PLAIN_NUMBER = re.compile(r"\s*([+\-][0-9][0-9.,]*|\+[0-9]{1,3} [0-9 \-]+)")
UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def escape_formula(cell):
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before what would act."""
    if not isinstance(cell, str) or not cell:
        return cell
    cell = UNREADABLE.sub("", cell)
    acts = ACTS.match(cell) or (SIGNED.match(cell) and not PLAIN_NUMBER.fullmatch(cell))
    return f"'{cell}" if acts else cell


def plain(text):
    """Undo `harmless`: a file that we wrote is read as what it was written from."""
    return text[1:] if text.startswith("'") and escape_formula(text[1:]) == text else text
