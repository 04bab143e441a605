"""Importing a register from CSV or XLSX: read, preview, confirm. Rows are matched within one management, never by id.

reading: the file as a whole · rows: one row alone · doubles, register and plan: rows against each other and against
the register · display: the preview · apply: the writing · pending: the verbs.
"""

from tenants.imports.display import SHOWN, changed_rows, new_rows
from tenants.imports.pending import confirm, delete_expired, discard, keep, managements, preview, problems
from tenants.imports.reading import Table, read

__all__ = [
    "SHOWN",
    "Table",
    "changed_rows",
    "confirm",
    "delete_expired",
    "discard",
    "keep",
    "managements",
    "new_rows",
    "preview",
    "problems",
    "read",
]
