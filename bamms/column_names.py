"""A column that exists in both languages says in words which one it holds."""

from django.utils.translation import gettext_lazy as _

IN_LANGUAGE = {"ind": _("%(field)s, in Indonesian"), "en": _("%(field)s, in English")}


def column_name(verbose_name, language):
    """ "name, in Indonesian"; the package calls Indonesian "ind", as `id` would read like a key."""
    return IN_LANGUAGE[language] % {"field": verbose_name}
