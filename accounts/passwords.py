"""Password validators (clause 5.4).

A password has a capital letter, a small letter, a digit and another character, 10 to 1024 characters, is not similar
to the user's name or email, not common, in no list of breached passwords, and contains no word of the site, such as
a name of a building or company. Each error says what to do.
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

# The names are those in portal.js, which ticks the parts off while the password is typed
PARTS = [
    ("upper", gettext_lazy("a capital letter"), str.isupper),
    ("lower", gettext_lazy("a small letter"), str.islower),
    ("digit", gettext_lazy("a digit"), str.isdecimal),
    ("other", gettext_lazy("another character, for example . - or ?"), lambda character: not character.isalnum()),
]
SHORTEST_WORD, LONGEST_COMPARED = 4, 1024
GUESSES_MIN = 8 * 10**9  # more than any listed word with a capital letter and an ending such as "@2026" takes
LONGEST_GUESSED = 24  # characters: zxcvbn takes up to a quarter of a second for these, and minutes for 1024
ONE_AT_A_TIME = Lock()  # zxcvbn stores the words it is given in a global dictionary
# Letters that digits and symbols stand for; "1", "!" and "|" are i or l
LOOKS_LIKE = [str.maketrans("034579@$€+1!|", "oeastgaset" + 3 * letter) for letter in "il"]
OUR_BREACHED = Path(__file__).with_name("breached_passwords.txt")
# Words of the portal, the trade and its roles; names of companies and buildings come from the register
CONTEXT = frozenset({"admin", "apartemen", "bamms", "gedung", "manajemen", "pengelola", "penghuni", "penyewa", "portal",
                     "superuser", "tenant", "vendor"})  # fmt: skip


class CompositionValidator:
    """Require each of PARTS; the error lists only the missing ones."""

    def validate(self, password, user=None):
        missing = [str(words) for _name, words, belongs in PARTS if not any(map(belongs, password))]
        if missing:
            raise ValidationError(
                _("Add to your password: %(missing)s."),
                code="password_composition",
                params={"missing": ", ".join(missing)},
            )

    def get_help_text(self):
        return _("Your password must have a capital letter, a small letter, a digit and another character.")


class LengthValidator(MinimumLengthValidator):
    """Minimum length, and a maximum that keeps hashing and comparing fast."""

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
    """Refuse passwords for which zxcvbn estimates fewer than GUESSES_MIN guesses.

    zxcvbn recognizes words in any case, with symbols for letters, reversed or repeated, dates, keyboard rows and
    endings such as "2026!". Words of the user, Indonesian words and Django's list are added to its own lists.
    """

    def __init__(self):
        super().__init__()
        add_frequency_lists({"indonesian": sorted(INDONESIAN), "django": sorted(self.passwords)})

    def validate(self, password, user=None):
        own_words = [user.email, *re.findall(r"\w+", f"{user.email} {user.name}")] if user else []
        with ONE_AT_A_TIME:
            guesses = zxcvbn(password[:LONGEST_GUESSED], own_words)["guesses"]
        if guesses < GUESSES_MIN:
            raise ValidationError(self.get_error_message(), code="password_too_common")

    def get_error_message(self):
        return _("Choose a password that is harder to guess: three or four words that do not belong together are good.")


class BreachedValidator:
    """Refuse passwords in lists of breached ones (OWASP ASVS 6.2.12). The lists are local files; no site is queried.

    Our list holds those 959 of the million most frequent passwords that CompositionValidator accepts.
    `BREACHED_PASSWORDS` may name a larger one, in the format of Pwned Passwords: SHA-1 in upper-case hexadecimal,
    one a line, sorted, with or without a count behind it.
    """

    def validate(self, password, user=None):
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        if any(_is_listed(path, digest) for path in (OUR_BREACHED, settings.BREACHED_PASSWORDS) if path):
            raise ValidationError(
                _("This password was found in a data breach, and strangers try those first. Choose another one."),
                code="password_breached",
            )

    def get_help_text(self):
        return _("Your password must not be one that was found in a data breach.")


def _is_listed(path, digest):
    """Return whether a line of the sorted file begins with `digest`, by binary search: 40 GB take about 35 reads."""
    with open(path, "rb") as file:
        low, high = 0, file.seek(0, SEEK_END)
        while low < high:
            middle = (low + high) // 2
            file.seek(middle)
            if middle:
                file.readline()  # the rest of a line that begins before `middle`
            line = file.readline()[: len(digest)]
            if line == digest:
                return True
            low, high = (middle + 1, high) if line and line < digest else (low, middle)
    return False


class ContextValidator:
    """Refuse passwords that contain a word of the site, with or without symbols for letters.

    `names` is the dotted path of a function that returns names connected with a user, from an app above this one.
    """

    def __init__(self, names):
        self.names = import_string(names)

    def validate(self, password, user=None):
        text = password.casefold()[:LONGEST_COMPARED]
        spellings = (text, *(text.translate(letters) for letters in LOOKS_LIKE))
        said = ["".join(filter(str.isalpha, spelling)) for spelling in spellings]
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


def _rules_html():
    validators = get_default_password_validators()
    shortest = next(each.min_length for each in validators if isinstance(each, MinimumLengthValidator))
    rows = [(name, 0, words) for name, words, _belongs in PARTS]
    rows.insert(0, ("length", shortest, _("%(count)s characters or more") % {"count": shortest}))
    return format_html(
        '<p>{}</p><ul class="rules">{}<li>{}</li></ul>',
        _("Your password needs:"),
        format_html_join("", '<li data-rule="{}" data-length="{}">{}</li>', rows),
        _("to be unlike common passwords, your name, your email and the names of your building and this portal"),
    )


rules_html = lazy(_rules_html, str)
