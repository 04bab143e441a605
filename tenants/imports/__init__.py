"""Importing a register from CSV or XLSX: read, preview, confirm. Rows are matched within one management, never by id.

reading: the file as a whole · rows: one row alone · register and plan: rows against the register · apply: the writing
· pending: the verbs.
"""

from tenants.imports.pending import SHOWN, confirm, discard, forget_old, keep, managements, preview, problems
from tenants.imports.reading import Table, read

__all__ = ["SHOWN", "Table", "confirm", "discard", "forget_old", "keep", "managements", "preview", "problems", "read"]
