"""Autocomplete widgets of the admin."""

from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple

from privacy import reference_numbers


class PrivateTyping:
    """Sends what is typed, part of somebody's name, in the body and never in an address (OWASP ASVS 14.2.1)."""

    def build_attrs(self, base_attrs, extra_attrs=None):
        return super().build_attrs(base_attrs, extra_attrs) | {"data-ajax--type": "POST", "data-ajax--cache": "false"}

    def optgroups(self, name, value, attr=None):
        """Ignore values that cannot be a primary key: they were typed into the address."""
        return super().optgroups(name, [row for row in value if reference_numbers.is_reference_number(row)], attr)


class Autocomplete(PrivateTyping, AutocompleteSelect):
    pass


class AutocompleteMany(PrivateTyping, AutocompleteSelectMultiple):
    pass
