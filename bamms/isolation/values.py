"""Values that betray where they come from: each text, number and address of a side is found again wherever it is shown.

A canary is a word such as `qzb0012`, or a row's number, telephone number or UUID of as plain a make.
"""

import itertools
import json
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

# The letter of a side, and the digit that stands for it in numbers
DIGITS = {"a": 9, "b": 3, "n": 6, "c": 8}
CANARY = re.compile(
    r"qz(?P<word>[abnc]\d ?\d{3})"
    r"|(?<!\d)7(?P<number>[9368]0770\d{4})(?!\d)"
    r"|81(?P<phone>[9368])[\s\xa0-]?0770[\s\xa0-]?(?P<end>\d{4})(?!\d)"
    r"|7a7a7a7a-?7a7a-?4a7a-?8a7a-?(?P<uuid>[9368]\d{11})",
    re.IGNORECASE,
)
# What lies ahead by its meaning; other dates are yesterday's
AHEAD = ("until", "expires_at", "ends_at", "due_at", "review_on", "erase_on", "planned_on")
SHORTEST = 7  # letters of a word


class Canaries:
    """The canaries of one side, and what each of them is: "privacy.Claim.number"."""

    def __init__(self, letter):
        self.letter, self.digit = letter, DIGITS[letter]
        self.count = itertools.count(1)
        self.meaning = {}

    def _next(self, where):
        at = next(self.count)
        # One number is never two things: whatever shows it is told apart by its form alone
        for form in ("word", "number", "phone", "uuid"):
            self.meaning[f"{form} {self.letter}{at}"] = where
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
    """The canaries that a text shows, of whatever side, in one spelling: "word b12"."""
    found = set()
    letters = {str(digit): letter for letter, digit in DIGITS.items()}
    for match in CANARY.finditer(unquote(text)):
        if match["word"]:
            found.add(f"word {match['word'][0].lower()}{int(match['word'][1:].replace(' ', ''))}")
        elif match["number"]:
            found.add(f"number {letters[match['number'][0]]}{int(match['number'][5:])}")
        elif match["phone"]:
            found.add(f"phone {letters[match['phone']]}{int(match['end'])}")
        else:
            found.add(f"uuid {letters[match['uuid'][0]]}{int(match['uuid'][1:])}")
    return found


def fill(field, canaries, model):
    """A value for this field: a canary wherever one fits, else the plainest value that the column takes."""
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
    """What the field's own validators let through, tried from the fullest to the emptiest."""
    shared, special = list(declarations.shareable()), list(declarations.specific())
    for value in ([*shared[:1]], [*special[:1]], [], {}):
        try:
            field.run_validators(value)
        except ValidationError:
            continue
        if not (value == special[:1] and not field._validators):
            break
    return field.get_default() if field.has_default() and not field._validators else value


def _switch(field, canaries, where):
    return field.get_default() if field.has_default() else False


# The first that fits; a field that none fits gets its own default
MAKERS = (
    (BlindIndexField, lambda field, canaries, where: ""),
    (models.FileField, lambda field, canaries, where: ContentFile(canaries.word(where).encode(), "files/file.jpg")),
    (models.JSONField, _structure),
    (CountryField, lambda field, canaries, where: "ID"),
    (PhoneNumberField, lambda field, canaries, where: canaries.phone(where)),
    (models.EmailField, lambda field, canaries, where: f"{canaries.word(where)}@example.com"),
    (models.URLField, lambda field, canaries, where: f"https://example.com/{canaries.word(where)}"),
    (models.UUIDField, lambda field, canaries, where: canaries.uuid(where)),
    (models.BooleanField, _switch),
    (models.IntegerField, _number),
    (models.DateField, _moment),
    (models.CharField | models.TextField, _text),
)


def sent(data):
    """What was typed into an address or a form, as one text: it may come back without being a leak."""
    return json.dumps(data, default=str)
