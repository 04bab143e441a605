"""Why somebody looked at personal data: short codes that access records store, so that people read the reason in their
own language. An app above this one registers its reasons beside the verb they belong to.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_LENGTH = 12
_labels = {}
_numbered = {}


def register(code, label, *, numbered=""):
    """Make a reason known, and return its code. `numbered`: the words when the record names a request, `%(number)s`."""
    if code in _labels or len(code) > MAX_LENGTH:
        raise ValueError(f"The reason {code!r} is registered already, or longer than {MAX_LENGTH} characters.")
    _labels[code] = label
    if numbered:
        _numbered[code] = numbered
    return code


def label(code):
    """The words of a reason; a code that is no longer registered shows itself."""
    return _labels.get(code, code)


def numbered(code, number):
    """The words of a reason that name the request, or "" when the reason has none."""
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
