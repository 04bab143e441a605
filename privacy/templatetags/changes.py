"""Old beside new: the characters that differ are marked, so that one wrong digit among sixteen is seen."""

from os.path import commonprefix

from django import template
from django.utils.formats import localize
from django.utils.html import format_html

register = template.Library()


@register.filter
def marked(new, old):
    """`new` with all that lies between its common beginning and end with `old` in a <mark>."""
    new, old = str(localize(new or "")), str(localize(old or ""))
    if not new or not old or new == old:
        return new
    start = len(commonprefix([new, old]))
    end = len(commonprefix([new[start:][::-1], old[start:][::-1]]))
    stop = len(new) - end
    return format_html('{}<mark class="changed">{}</mark>{}', new[:start], new[start:stop], new[stop:])
