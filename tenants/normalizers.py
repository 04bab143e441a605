"""Normalisation of each kind of value, the same for forms and imports.

Each `clean_…` takes the value of a form or spreadsheet cell and returns the stored form, an empty one for an empty
value. It raises ValidationError with a message that says what to write. No queries: imports call it for every row.
"""

import re
from datetime import date, datetime

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, PhoneNumberFormat

from accounts.invisible_text import visible_part
from privacy import countries
from tenants.identity import FEMALE, MALE, MASK

PHONE_NOISE = re.compile(r"[\s.()/\-\u00ad\u2010-\u2015\u200b-\u200f\u202a-\u202e\u2060\u2212\ufeff]+")
PHONE_FORM = re.compile(r"\+?[0-9]{5,20}")
# Fast path for most rows: an Indonesian mobile number, as in the metadata of phonenumbers (a test compares them)
PLAIN_MOBILE = re.compile(r"(?:\+?62)?0?(8[1-35-9][0-9]{7,10})")
DATE_FORMS = (
    re.compile(r"(?P<day>[0-9]{1,2})(?P<sign>[-/ ])(?P<month>[0-9]{1,2})(?P=sign)(?P<year>[0-9]{4})"),
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"),
)
OLDEST_YEAR = 1900
# P is perempuan, never pria: identity cards and registers use L and P
GENDERS = dict.fromkeys(("p", "pr", "perempuan", "wanita", "f", "female", "woman"), FEMALE)
GENDERS |= dict.fromkeys(("l", "lk", "lakilaki", "pria", "lelaki", "m", "male", "man"), MALE)
NOT_LETTERS = re.compile(r"[\W\d_]+")
EMAIL_MAX_LENGTH = 254  # RFC 5321
is_email = EmailValidator()


def clean_phone(text):
    """Return E.164, "+6281234567890". A number without country code is Indonesian."""
    text = PHONE_NOISE.sub("", _text(text))
    if not text:
        return ""
    if plain := PLAIN_MOBILE.fullmatch(text):
        return f"+62{plain[1]}"
    if text.startswith("00"):
        text = f"+{text[2:]}"
    elif text.startswith("62"):
        text = f"+{text}"
    try:
        number = phonenumbers.parse(text, "ID") if PHONE_FORM.fullmatch(text) else None
    except NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise ValidationError(_("Write the number with its country code, for example +62 812-3456-7890."), code="phone")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def show_phone(phone):
    """Return "+62 812-3456-7890"; text that is no number unchanged."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(str(phone or "")), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return str(phone or "")


def mask_phone(phone):
    """Return "+62 812-••••-••90": country, a first group of at most three digits, and the last two digits."""
    shown = show_phone(phone)
    country, _space, rest = shown.partition(" ")
    if not country.startswith("+"):
        return MASK * len(shown)
    start = re.match(r"[0-9]*", rest).end()
    if start > 3 or start > len(rest) - 2:
        start = 0
    return f"{country} {rest[:start]}{re.sub(r'[0-9]', MASK, rest[start:-2])}{rest[-2:]}"


def clean_nationality(text):
    """Return ISO 3166-1 alpha-2, from a code, a name in English or Indonesian, or WNI."""
    text = _text(text)
    code = countries.find(text)
    if text and not code:
        raise ValidationError(
            _("Write the country by its name or code, for example Indonesia or ID."), code="nationality"
        )
    return code


def clean_gender(text):
    """Return "female" or "male" from words and letters of both languages; L is male and P is female."""
    text = _text(text)
    gender = GENDERS.get(NOT_LETTERS.sub("", text).casefold(), "")
    if text and not gender:
        raise ValidationError(_("Write L for male or P for female."), code="gender")
    return gender


def clean_date(text, *, before_today=True):
    """Return the date of 22-11-2026, 22/11/2026, 22 11 2026, 2026-11-22 or a date cell; the day is before the month.

    `before_today`: dates of birth. None when empty.
    """
    if isinstance(text, datetime):
        day = text.date()
    elif isinstance(text, date):
        day = text
    elif not (text := _text(text)):
        return None
    else:
        day = _read_date(text)
    if day is None or day.year < OLDEST_YEAR:
        raise ValidationError(_("Write a real date, for example 05 04 1990."), code="date")
    if before_today and day >= timezone.localdate():
        raise ValidationError(_("The date must be before today."), code="future")
    return day


def clean_email(text):
    """Return the address in lower case, as claims compare it, limited to the characters that an account may have."""
    text = _text(text).lower()
    if not text:
        return ""
    try:
        is_email(text)
    except ValidationError:
        text = ""
    if not text or not text.isascii() or len(text) > EMAIL_MAX_LENGTH:
        raise ValidationError(_("Write the email address like this: nama@contoh.id."), code="email")
    return text


def _read_date(text):
    for form in DATE_FORMS:
        if match := form.fullmatch(text):
            try:
                return date(int(match["year"]), int(match["month"]), int(match["day"]))
            except ValueError:
                return None
    return None


def _text(value):
    """Return a cell as text; spreadsheets store 812345678 as a number, some as 812345678.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else visible_part(str(value).strip())
