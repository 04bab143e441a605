"""Base of the forms with which staff record a consent on paper, or a parent or guardian, for a tenant."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from privacy import declarations
from privacy.forms.refusing import RefusingForm


def capitalized(choices):
    """Return choices whose labels begin with a capital."""
    return lambda: [(value, capfirst(label)) for value, label in choices.choices]


class AboutTenant(RefusingForm):
    """Begins with the tenant, chosen from the rows in the user's scope."""

    FIELD_OF_CODE = {"unclaimed": "tenant"}

    tenant = forms.ModelChoiceField(None, label=_("Tenant"))

    def __init__(self, *args, user, role, tenant_widget, **kwargs):
        super().__init__(*args, **kwargs)
        tenant = self.fields["tenant"]
        tenant.widget = tenant_widget
        tenant.queryset = declarations.tenant_record().model.objects.visible_to(user, role=role)
        tenant.label_from_instance = lambda entry: entry.name
        tenant_widget.choices = tenant.choices
        tenant.error_messages |= {"required": _("Choose the tenant."), "invalid_choice": _("Choose the tenant.")}
