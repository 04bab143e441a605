"""How a status looks in an admin list: icon and word, never colour alone."""

from django.templatetags.static import static
from django.utils.html import format_html

ICONS = {
    "settled": "check-circle-fill",
    "waiting": "hourglass-split",
    "late": "exclamation-triangle",
    "info": "info-circle",
    "over": "dash-circle",
}


def chip(kind, word):
    """A chip like that of `partials/_status.html`; `kind` is a key of ICONS."""
    icon = format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("icons/sprite.svg"), ICONS[kind]
    )
    return format_html('<span class="chip chip-{}">{} {}</span>', kind, icon, word)
