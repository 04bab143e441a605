"""Text that consists only of invisible characters counts as empty."""

import re

from django import forms

# Space, controls, soft hyphen, zero-width and direction marks, Hangul and Braille fillers, variation selectors, tags
INVISIBLE = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]*"
)


def is_blank(text):
    """Return whether all characters of the text are invisible."""
    return INVISIBLE.fullmatch(text) is not None


def visible_part(text):
    """Return the text, or "" if it is blank."""
    return "" if is_blank(text) else text


class ReadableField(forms.CharField):
    """A text field that treats a value of invisible characters as missing."""

    def to_python(self, value):
        return visible_part(super().to_python(value))
