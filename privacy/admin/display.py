"""How values look in the admin: a status as icon and word, never colour alone, a person on two lines."""

from django.utils.html import format_html
from django.utils.text import capfirst

from accounts.admin_display import empty_value, icon

ICONS = {
    "settled": "check-circle-fill",
    "waiting": "hourglass-split",
    "late": "exclamation-triangle",
    "info": "info-circle",
    "over": "dash-circle",
}


def chip(kind, word):
    """A chip like that of `partials/_status.html`; `kind` is a key of ICONS."""
    return format_html('<span class="chip chip-{}">{} {}</span>', kind, icon(ICONS[kind]), capfirst(word))


def person(text):
    """ "Name · Building, unit" on two lines."""
    name, _dot, home = text.partition(" · ")
    if not home:
        return name or empty_value()
    place, comma, unit = home.rpartition(", ")
    held = format_html('<span class="number">{}</span>', unit)  # no line breaks at the dashes of a unit
    return format_html('{}<br /><span class="quiet">{}{}{}</span>', name, place, comma, held)
