"""Display of values in the admin: a status as icon and word, never by colour alone, a person on two lines."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.admin_display import empty_value, icon

ICONS = {
    "settled": "check-circle-fill",
    "waiting": "hourglass-split",
    "late": "exclamation-triangle",
    "info": "info-circle",
    "over": "dash-circle",
}


def column(label, path, show=None, *, ordering=None, boolean=False):
    """Return a method for `list_display` and `readonly_fields`: a row's attribute at `path`, formatted by `show`.

    A relation on the path may be empty.
    """

    @admin.display(description=label, ordering=ordering, boolean=boolean)
    def value(self, row):
        found = row
        for name in path.split("."):
            found = None if found is None else getattr(found, name)
        found = found() if callable(found) else found
        return found if show is None else show(found) or empty_value()

    return value


def file_link(file):
    """Return a link that opens a stored file; "" without a file."""
    if not file:
        return ""
    url = reverse("file", args=[file.instance._meta.label_lower, file.instance.pk, file.field.name])
    return format_html('<a href="{}">{}</a>', url, _("Open the file"))


def file_with_check_code(file):
    """Return a link to a file with its check code, which is in a column `…_hash` beside that of the file."""
    code = getattr(file.instance, f"{file.field.name}_hash")
    if not code:
        return _("no file yet")
    shown = format_html('{} <code class="code">{}</code>', _("Check code (SHA-256):"), code)
    return format_html("{}<br />{}", file_link(file), shown) if file else shown


def capitalized_list(labels):
    """Return names of kinds of data as one line."""
    return capfirst(", ".join(labels))


def chip_column(label, field, kinds, other="over"):
    """Return a column that shows a choice of the row as a chip; `kinds`: value → kind of chip, `other` for the rest."""

    @admin.display(description=label, ordering=field)
    def value(self, row):
        return chip(kinds.get(getattr(row, field), other), getattr(row, f"get_{field}_display")())

    return value


def chip(kind, word):
    """Return a chip like that of `partials/_status.html`; `kind` is a key of ICONS."""
    return format_html('<span class="chip chip-{}">{} {}</span>', kind, icon(ICONS[kind]), capfirst(word))


def person(text):
    """Format "Name · Building, unit" on two lines."""
    name, _dot, home = text.partition(" · ")
    if not home:
        return name or empty_value()
    place, comma, unit = home.rpartition(", ")
    held = format_html('<span class="number">{}</span>', unit)  # no line breaks at the dashes of a unit
    return format_html('{}<br /><span class="quiet">{}{}{}</span>', name, place, comma, held)
