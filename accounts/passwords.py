"""Clause 5.4: what a password must have, and what it must not be made of.

It has a capital letter, a small letter, a digit and another character, 10 to 1024 characters, and is not like the
person's name or email, not common, in no list of breached ones, and without words that belong to this place. Each
refusal says what to do.
"""

import hashlib
import re
from os import SEEK_END
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
    get_default_password_validators,
)
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from zxcvbn import zxcvbn
from zxcvbn.matching import add_frequency_lists

from accounts.common_words import INDONESIAN

PARTS = [
    (gettext_lazy("a capital letter"), str.isupper),
    (gettext_lazy("a small letter"), str.islower),
    (gettext_lazy("a digit"), str.isdecimal),
    (gettext_lazy("another character, for example . - or ?"), lambda character: not character.isalnum()),
]
# What the page's script calls the parts, to tick them off while the password is typed
PART_NAMES = ["upper", "lower", "digit", "other"]
SHORTEST_WORD, LONGEST_COMPARED = 4, 1024
GUESSES_MIN = 10**10  # what ten characters without any pattern take
LONGEST_GUESSED = 24  # characters: zxcvbn takes a quarter of a second for the worst of them, and minutes for 1024
ONE_AT_A_TIME = Lock()  # zxcvbn keeps the words it is given in one dictionary of the whole process
LOOKS_LIKE = str.maketrans("034579@$€+", "oeastgaset")
OUR_BREACHED = Path(__file__).with_name("breached_passwords.txt")
# The portal's and the trade's own words, and the roles in it; names of companies and buildings come from the register
CONTEXT = frozenset({"admin", "apartemen", "bamms", "gedung", "manajemen", "pengelola", "penghuni", "penyewa", "portal",
                     "superuser", "tenant", "vendor"})  # fmt: skip


class CompositionValidator:
    """Stands in AUTH_PASSWORD_VALIDATORS; the message lists only what is missing."""

    def validate(self, password, user=None):
        missing = [str(name) for name, belongs in PARTS if not any(map(belongs, password))]
        if missing:
            raise ValidationError(
                _("Add to your password: %(missing)s."),
                code="password_composition",
                params={"missing": ", ".join(missing)},
            )

    def get_help_text(self):
        return _("Your password must have a capital letter, a small letter, a digit and another character.")


class LengthValidator(MinimumLengthValidator):
    """The upper bound is far above what anybody types: it keeps hashing and comparing quick."""

    def __init__(self, min_length=10, max_length=1024):
        super().__init__(min_length)
        self.max_length = max_length

    def validate(self, password, user=None):
        super().validate(password, user)
        if len(password) > self.max_length:
            raise ValidationError(
                _("Use %(count)s characters at most."), code="password_too_long", params={"count": self.max_length}
            )

    def get_error_message(self):
        return _("Use %(count)s characters or more.") % {"count": self.min_length}


class SimilarityValidator(UserAttributeSimilarityValidator):
    def get_error_message(self):
        return _("Choose a password that is less like your %(verbose_name)s.")


class CommonValidator(CommonPasswordValidator):
    """Refuses what a program guesses in fewer than GUESSES_MIN tries, as zxcvbn counts them.

    It knows words in any case, with signs for letters, turned round, repeated, with dates, rows of keys and endings
    such as "2026!". To its own lists come the person's words, Indonesian ones and those of Django's list.
    """

    def __init__(self):
        super().__init__()
        add_frequency_lists({"indonesian": sorted(INDONESIAN), "django": sorted(self.passwords)})

    def validate(self, password, user=None):
        if self.is_common(password, [user.email, *re.findall(r"\w+", f"{user.email} {user.name}")] if user else []):
            raise ValidationError(self.get_error_message(), code="password_too_common")

    def is_common(self, password, own_words=()):
        with ONE_AT_A_TIME:
            return zxcvbn(password[:LONGEST_GUESSED], own_words)["guesses"] < GUESSES_MIN

    def get_error_message(self):
        return _("Choose a password that is harder to guess: three or four words that do not belong together are good.")


class BreachedValidator:
    """Refuses what stands in lists of passwords that came out in breaches (OWASP ASVS 6.2.12); no other site is asked.

    Ours holds the 959 of the million most frequent that have our composition. `BREACHED_PASSWORDS` may name a larger
    one in the same form, which is that of Pwned Passwords: SHA-1 in capitals, one a line in their order, with or
    without a count behind it.
    """

    def validate(self, password, user=None):
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        if any(_stands_in(path, digest) for path in (OUR_BREACHED, settings.BREACHED_PASSWORDS) if path):
            raise ValidationError(
                _("This password was found in a data breach, and strangers try those first. Choose another one."),
                code="password_breached",
            )

    def get_help_text(self):
        return _("Your password must not be one that was found in a data breach.")


def _stands_in(path, digest):
    """Whether a line begins so; halves the file, so that 40 GB take no longer than a few reads."""
    with open(path, "rb") as file:
        low, high = 0, file.seek(0, SEEK_END)
        while low < high:
            middle = (low + high) // 2
            file.seek(middle)
            if middle:
                file.readline()  # whose beginning lies before
            line = file.readline()[: len(digest)]
            if line == digest:
                return True
            low, high = (middle + 1, high) if line and line < digest else (low, middle)
    return False


class ContextValidator:
    """Refuses words that everybody here would try first, whatever stands around them.

    `names`: path of a function that gives the names around a person, which this floor does not know.
    """

    def __init__(self, names):
        self.names = import_string(names)

    def validate(self, password, user=None):
        text = password.casefold()[:LONGEST_COMPARED]
        said = [_letters(form) for form in (text, *_decoded(text))]
        for word in sorted(self.words(user)):
            if any(word in form for form in said):
                raise ValidationError(
                    _("Leave “%(word)s” out of your password: it is easy to guess here."),
                    code="password_context",
                    params={"word": word},
                )

    def words(self, user):
        host = urlsplit(settings.SITE_URL).hostname or ""
        found = re.findall(r"[^\W\d_]+", " ".join([host, *self.names(user)]).casefold())
        return CONTEXT | {word for word in found if len(word) >= SHORTEST_WORD}

    def get_help_text(self):
        return _("Your password must not contain the names of this portal, of your building or of its companies.")


def _letters(text):
    return "".join(filter(str.isalpha, text))


def _decoded(text):
    """Signs and digits read as the letters they are used for."""
    return [text.translate(LOOKS_LIKE | {ord(sign): letter for sign in "1!|"}) for letter in "il"]


def _rules_html():
    validators = get_default_password_validators()
    shortest = next(each.min_length for each in validators if isinstance(each, MinimumLengthValidator))
    rows = [(name, 0, words) for name, (words, _belongs) in zip(PART_NAMES, PARTS, strict=True)]
    rows.insert(0, ("length", shortest, _("%(count)s characters or more") % {"count": shortest}))
    return format_html(
        '<p>{}</p><ul class="rules">{}<li>{}</li></ul>',
        _("Your password needs:"),
        format_html_join("", '<li data-rule="{}" data-length="{}">{}</li>', rows),
        _("to be unlike common passwords, your name, your email and the names of your building and this portal"),
    )


rules_html = lazy(_rules_html, str)
