"""Base of the forms with which staff record something for a tenant: a consent on paper, a guardian, a hold."""

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy.forms.fields import choice_errors, offer_entries
from privacy.forms.refusing import RefusingForm


class AboutTenant(RefusingForm):
    """Begins with the tenant, chosen from the rows in the user's scope."""

    FIELD_OF_CODE = {"unclaimed": "tenant"}

    tenant = forms.ModelChoiceField(None, label=_("Tenant"), error_messages=choice_errors(_("Choose the tenant.")))

    def __init__(self, *args, user, role, tenant_widget, **kwargs):
        super().__init__(*args, **kwargs)
        offer_entries(self.fields["tenant"], tenant_widget, user=user, role=role)
