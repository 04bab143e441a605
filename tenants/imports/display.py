"""The preview of a plan: values as text, masked as in the register, limited to `SHOWN` rows of each kind."""

from django.utils.translation import gettext as _

from accounts.templatetags.dates import short_day
from privacy import declarations
from privacy.rights import profile_updates
from tenants import columns, identity, normalizers
from tenants.models import Tenant

SHOWN = 200  # rows of each kind per page


def shown(name, value, *, kind=""):
    """Return one value as text. `kind` is that of the identity number, which is always masked, like the phone."""
    if value in (None, ""):
        return ""
    if name == "identity_number":
        return identity.mask(kind, value)
    if name == "phone":
        return normalizers.mask_phone(value)
    return short_day(value) if columns.BY_NAME[name].is_date else columns.written(name, value)


def new_rows(plan):
    """Return row number and cells of the first new rows, in the order of `plan.headings`."""
    return [
        {
            "number": match.row.number,
            "cells": [
                shown(name, match.row.values.get(name), kind=match.row.values.get("identity_kind", ""))
                for name in plan.headings
            ],
        }
        for match in plan.new[:SHOWN]
    ]


def changed_rows(plan):
    """Return the first changed rows, each with its changed cells: column name, old value, new value."""
    return [
        {
            "number": match.row.number, "name": match.entry["name"], "home": str(match.home),
            "cells": [_cell(line, match.row.values.get("identity_kind", "")) for line in match.lines],
        }
        for match in plan.changed[:SHOWN]
    ]  # fmt: skip


def _cell(line, kind):
    old, new = shown(line.name, line.old), shown(line.name, line.new, kind=kind)
    if line.name == "unit" and old:
        new = _("%(old)s; also %(new)s") % {"old": old, "new": new}
    masked = line.name in declarations.of(Tenant).masked
    note = profile_updates.hidden_difference(str(line.old or ""), str(line.new or "")) if masked else ""
    return {"label": columns.BY_NAME[line.name].heading, "old": old, "new": new, "note": note}
