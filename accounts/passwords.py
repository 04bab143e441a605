"""Clause 5.4: a password has a capital letter, a small letter, a digit and another character."""

from django.contrib.auth.password_validation import MinimumLengthValidator, get_default_password_validators
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PARTS = [
    (gettext_lazy("a capital letter"), str.isupper),
    (gettext_lazy("a small letter"), str.islower),
    (gettext_lazy("a digit"), str.isdecimal),
    (gettext_lazy("another character, for example . - or ?"), lambda character: not character.isalnum()),
]
# What the page's script calls the parts, to tick them off while the password is typed
PART_NAMES = ["upper", "lower", "digit", "other"]


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


def _rules_html():
    validators = get_default_password_validators()
    shortest = next(each.min_length for each in validators if isinstance(each, MinimumLengthValidator))
    rows = [(name, 0, words) for name, (words, _belongs) in zip(PART_NAMES, PARTS, strict=True)]
    rows.insert(0, ("length", shortest, _("%(count)s characters or more") % {"count": shortest}))
    return format_html(
        '<p>{}</p><ul class="rules">{}<li>{}</li></ul>',
        _("Your password needs:"),
        format_html_join("", '<li data-rule="{}" data-length="{}">{}</li>', rows),
        _("to be unlike common passwords, your name and your email"),
    )


rules_html = lazy(_rules_html, str)
