"""Reasons for access to personal data: short codes, shown in the reader's language. Upper apps register their own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_LENGTH = 12
_labels = {}
_numbered = {}


def register(code, label, *, numbered=""):
    """Register and return a code; ValueError if in use or too long. `numbered`: words that contain `%(number)s`."""
    if code in _labels or len(code) > MAX_LENGTH:
        raise ValueError(f"The reason {code!r} is registered already, or longer than {MAX_LENGTH} characters.")
    _labels[code] = label
    if numbered:
        _numbered[code] = numbered
    return code


def label(code):
    """Return the words of a reason, or the code itself if it is no longer registered."""
    return _labels.get(code, code)


def numbered(code, number):
    """Return the words of a reason with the number of the request, or "" if the reason has none."""
    return str(_numbered[code]) % {"number": number} if code in _numbered else ""


class AccessReason(models.TextChoices):
    """The reasons of this app."""

    OWN = "own", _("own look")
    RECORD = "record", _("to look after the register of tenants")
    CORRECTION = "correction", _("to correct the register of tenants")
    UPDATE = "update", _("to decide a change request")
    RIGHTS = "rights", _("to answer a rights request")
    SHARING = "sharing", _("to look after a sharing permission")
    GRANT = "grant", _("for the purpose of the permission")
    CASE = "case", _("to investigate suspicious activity")
    DISCLOSURE = "disclosure", _("for a disclosure")
    OVERSIGHT = "oversight", _("to supervise the protection of personal data")


NUMBERED = {
    AccessReason.UPDATE: _("to decide request %(number)s"),
    AccessReason.CASE: _("to investigate case %(number)s"),
    AccessReason.RIGHTS: _("to answer request %(number)s"),
    AccessReason.SHARING: _("to look after %(number)s, which is about sharing"),
    AccessReason.DISCLOSURE: _("for disclosure %(number)s"),
}
for reason in AccessReason:
    register(reason.value, reason.label, numbered=NUMBERED.get(reason, ""))
