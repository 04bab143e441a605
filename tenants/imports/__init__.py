"""Import of a register from CSV or XLSX: read, preview, confirm. Rows are matched within one management, never by id.

reading: the whole file · rows: one row alone · register and plan: rows compared with each other and with the register ·
display: the preview · apply: saving · pending: the verbs.
"""

from tenants.imports.display import SHOWN, changed_rows, new_rows
from tenants.imports.pending import confirm, delete_expired, discard, keep, managements, preview, problems
from tenants.imports.reading import Table, read
