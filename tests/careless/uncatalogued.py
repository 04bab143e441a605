"""Says a sentence that nobody has translated."""

from django.utils.translation import gettext as _


def say():
    return _("Nobody has translated this sentence of the code.")
