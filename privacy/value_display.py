"""Declared values for display, with the link that acts on them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import EmailField, FileField
from django.urls import reverse
from django.utils.translation import gettext as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.templatetags import dates
from privacy import declarations


@dataclass(frozen=True)
class Value:
    """One value for display, with the link that acts on it: a call, an email, or the file's own page."""

    text: str
    href: str = ""
    kind: str = ""  # "phone", "email", "file" or ""


def shown_values(subject_ids, keys):
    """Return subject id → key → [Value], without empty ones. Permissions are not checked here: callers must."""
    return {
        subject_id: {
            key: [_value(row, key, value) for row, value in rows if value not in (None, "")]
            for key, rows in by_key.items()
        }
        for subject_id, by_key in declarations.values(subject_ids, keys).items()
    }


def _value(row, key, value):
    name = declarations.shareable()[key].name
    column = row._meta.get_field(name)
    if isinstance(column, FileField):
        return Value(_("Open the file"), reverse("file", args=[row._meta.label_lower, row.pk, name]), "file")
    if isinstance(column, PhoneNumberField):
        number = getattr(row, name)
        return Value(
            str(value) if isinstance(value, str) else number.as_international, f"tel:{number.as_e164}", "phone"
        )
    if isinstance(column, EmailField):
        return Value(value, f"mailto:{value}", "email")
    if isinstance(value, date):
        return Value(dates.day(value))
    return Value(str(getattr(value, "name", None) or value))
