"""Old and new values side by side, with the differing characters marked, so that one wrong digit is noticed."""

from django import template
from django.utils.formats import localize
from django.utils.html import format_html

register = template.Library()
MASK = "•"


@register.filter
def marked(new, old):
    """Return `new` with all between the beginning and the end that it shares with `old` in a <mark>.

    Mark all of it if less than a third is shared, since such a match is chance.
    """
    new, old = str(localize(new or "")), str(localize(old or ""))
    half_masked = (MASK in new) != (MASK in old)
    if not new or not old or new == old or half_masked:
        return new
    start = _alike(new, old)
    end = _alike(new[start:][::-1], old[start:][::-1])
    if (start + end) * 3 < len(new):
        start = end = 0
    stop = len(new) - end
    return format_html('{}<mark class="changed">{}</mark>{}', new[:start], new[start:stop], new[stop:])


def _alike(one, other):
    """Return the length of the common prefix."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
