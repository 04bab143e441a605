"""Lists of kinds of data, stored as keys of declared fields."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from privacy import declarations


def check_keys(keys, known):
    """Raise ValidationError unless this is a list of at least one key of `known`, each once."""
    if not isinstance(keys, list) or not keys:
        raise ValidationError(_("Choose at least one kind of data."))
    if not set(keys) <= set(known) or len(set(keys)) != len(keys):
        raise ValidationError(_("Choose each kind of data once, from the list."))


def check_field_keys(keys):
    """Raise ValidationError unless this is a list of at least one declared shareable field, each once."""
    check_keys(keys, declarations.shareable())


class FieldLabels:
    """Readable names of the `fields` of an agreement, a request, a permission or an access."""

    @property
    def field_labels(self):
        return declarations.labels(self.fields)
