"""Old beside new: the characters that differ are marked, so that one wrong digit among sixteen is seen."""

from django import template
from django.utils.formats import localize
from django.utils.html import format_html

register = template.Library()
MASK = "•"


@register.filter
def marked(new, old):
    """`new` with all that lies between its common beginning and end with `old` in a <mark>.

    All of it where they have so little in common that what is left unmarked would be chance.
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
    """How many characters the two have in common from the beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
