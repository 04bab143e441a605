"""Boxes of the admin in which rows are found by typing."""

from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple

from privacy import reference_numbers


class Typed:
    """What is typed is part of somebody's name: it goes in the body and stands in no address (OWASP ASVS 14.2.1)."""

    def build_attrs(self, base_attrs, extra_attrs=None):
        return super().build_attrs(base_attrs, extra_attrs) | {"data-ajax--type": "POST", "data-ajax--cache": "false"}

    def optgroups(self, name, value, attr=None):
        """What is no row's number was typed into an address; nobody chose it here."""
        return super().optgroups(name, [row for row in value if reference_numbers.is_reference_number(row)], attr)


class Autocomplete(Typed, AutocompleteSelect):
    pass


class AutocompleteMany(Typed, AutocompleteSelectMultiple):
    pass
