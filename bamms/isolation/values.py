"""Canaries: unique values whose side and field are known wherever a response shows them.

A canary is a word such as `qzb0012`, or a number, telephone number or UUID of a similar pattern.
"""

import itertools
import re
from datetime import timedelta
from urllib.parse import unquote
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from privacy import declarations
from privacy.fields import BlindIndexField

# The letter of a side, and its digit in numbers
DIGITS = {"a": 9, "b": 3, "n": 6, "c": 8}
# In each of the four forms: the side, then the count
CANARY = re.compile(
    r"qz([abnc])(\d ?\d{3})"
    r"|(?<!\d)7([9368])0770(\d{4})(?!\d)"
    r"|81([9368])[\s\xa0-]?0770[\s\xa0-]?(\d{4})(?!\d)"
    r"|7a7a7a7a-?7a7a-?4a7a-?8a7a-?([9368])(\d{11})",
    re.IGNORECASE,
)
# Ends of names of fields that are filled with a future date; all others get yesterday
AHEAD = ("until", "expires_at", "ends_at", "due_at", "review_on", "erase_on", "planned_on")
SHORTEST = 7  # characters of a word


class Canaries:
    """The canaries of one side; `meaning` maps each to its field, such as "tenants.Claim.number"."""

    def __init__(self, letter):
        self.letter, self.digit = letter, DIGITS[letter]
        self.count = itertools.count(1)
        self.meaning = {}

    def _next(self, where):
        at = next(self.count)
        self.meaning[f"{self.letter}{at}"] = where
        return at

    def word(self, where):
        return f"qz{self.letter}{self._next(where):04d}"

    def number(self, where):
        return int(f"7{self.digit}0770{self._next(where):04d}")

    def phone(self, where):
        return f"+6281{self.digit}0770{self._next(where):04d}"

    def uuid(self, where):
        return UUID(f"7a7a7a7a-7a7a-4a7a-8a7a-{self.digit}{self._next(where):011d}")


def canaries_in(text):
    """Return the canaries of all sides in a text, normalized: "b12" is the twelfth of side b, in whatever form."""
    letters = {str(digit): letter for letter, digit in DIGITS.items()}
    found = set()
    for match in CANARY.finditer(unquote(text)):
        side, count = (part for part in match.groups() if part is not None)
        found.add(f"{letters.get(side, side.lower())}{int(count.replace(' ', ''))}")
    return found


def fill(field, canaries, model):
    """Return a value for this field: a canary if possible, else the simplest value that is valid."""
    where = f"{model._meta.label}.{field.name}"
    for kind, make in MAKERS:
        if isinstance(field, kind):
            return make(field, canaries, where)
    return field.get_default()


def _text(field, canaries, where):
    room = field.max_length or 254
    if field.choices:
        return field.get_default() or field.flatchoices[0][0]
    return canaries.word(where) if room >= SHORTEST else "id"[:room]


def _number(field, canaries, where):
    return field.get_default() if field.has_default() or field.null else canaries.number(where) % 10_000_000


def _moment(field, canaries, where):
    if field.has_default() or field.null or field.auto_now or field.auto_now_add:
        return field.get_default()
    moment = timezone.now() + timedelta(days=30 if field.name.endswith(AHEAD) else -1)
    return moment if isinstance(field, models.DateTimeField) else timezone.localdate(moment)


def _structure(field, canaries, where):
    """Return the first of several JSON values that the field's validators accept; an empty list is accepted by all."""
    if field.has_default() and not field._validators:
        return field.get_default()
    for value in (list(declarations.shareable())[:1], list(declarations.specific())[:1]):
        try:
            field.run_validators(value)
        except ValidationError:
            continue
        return value
    return []


# The first class that matches is used; other fields get their default
MAKERS = (
    (BlindIndexField, lambda field, canaries, where: ""),
    (models.FileField, lambda field, canaries, where: ContentFile(canaries.word(where).encode(), "files/file.jpg")),
    (models.JSONField, _structure),
    (CountryField, lambda field, canaries, where: "ID"),
    (PhoneNumberField, lambda field, canaries, where: canaries.phone(where)),
    (models.EmailField, lambda field, canaries, where: f"{canaries.word(where)}@example.com"),
    (models.URLField, lambda field, canaries, where: f"https://example.com/{canaries.word(where)}"),
    (models.UUIDField, lambda field, canaries, where: canaries.uuid(where)),
    (models.BooleanField, lambda field, canaries, where: field.get_default() or False),
    (models.IntegerField, _number),
    (models.DateField, _moment),
    (models.CharField | models.TextField, _text),
)
