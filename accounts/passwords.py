"""Clause 5.4: a password has a capital letter, a small letter, a digit and another character."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PARTS = [
    (gettext_lazy("a capital letter"), str.isupper),
    (gettext_lazy("a small letter"), str.islower),
    (gettext_lazy("a digit"), str.isdecimal),
    (gettext_lazy("another character, for example . - or ?"), lambda character: not character.isalnum()),
]


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
