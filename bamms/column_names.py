"""The verbose name of a translated column says which language it holds."""

from django.utils.translation import gettext_lazy as _

IN_LANGUAGE = {"ind": _("%(field)s, in Indonesian"), "en": _("%(field)s, in English")}


def column_name(verbose_name, language):
    """Return "name, in Indonesian"; modeltranslation's code is "ind", because `_id` is the suffix of foreign keys."""
    return IN_LANGUAGE[language] % {"field": verbose_name}
