"""What staff record for a tenant who came by: a consent on paper, a parent or guardian."""

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from privacy import declarations, policies, purposes, uploads
from privacy.forms.sharing import SharingForm
from privacy.models import Guardian
from privacy.models.consents import Decision


def said(choices):
    """Choices that begin with a capital."""
    return lambda: [(value, capfirst(label)) for value, label in choices.choices]


class AboutTenant(SharingForm):
    """Begins with the tenant, chosen from the own register."""

    tenant = forms.ModelChoiceField(None, label=_("Tenant"))

    def __init__(self, *args, user, hat, tenant_widget, **kwargs):
        super().__init__(*args, **kwargs)
        tenant = self.fields["tenant"]
        tenant.widget = tenant_widget
        tenant.queryset = declarations.register().model.objects.visible_to(user, as_=hat)
        tenant.label_from_instance = lambda entry: entry.name
        tenant_widget.choices = tenant.choices
        tenant.error_messages |= {"required": _("Choose the tenant."), "invalid_choice": _("Choose the tenant.")}


class PaperForm(AboutTenant):
    decision = forms.ChoiceField(label=_("Answer on the form"), choices=said(Decision), widget=forms.RadioSelect)
    documents = forms.MultipleChoiceField(
        label=_("Documents named on the form"), required=False, widget=forms.CheckboxSelectMultiple
    )
    purpose_codes = forms.MultipleChoiceField(
        label=_("Optional purposes named on the form"), required=False, widget=forms.CheckboxSelectMultiple
    )
    language = forms.ChoiceField(label=_("Language of the form"), choices=settings.LANGUAGES)
    signed_on = forms.DateField(label=_("Signed on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    form = uploads.DocumentUpload(label=_("Scanned form"), widget=forms.FileInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["documents"].choices = [(v.document.kind, str(v)) for v in policies.in_force()]
        self.fields["purpose_codes"].choices = [(v.purpose.code, v.name) for v in purposes.asked()]
        self.fields["signed_on"].widget.attrs["max"] = timezone.localdate().isoformat()


class HoldForm(AboutTenant):
    reason = forms.CharField(
        label=_("Why the data is still needed"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000
    )
    law = forms.CharField(label=_("Legal reference"), max_length=200, help_text=_("For example a case number."))
    review_on = forms.DateField(
        label=_("To be looked at again on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class GuardianForm(AboutTenant):
    name = forms.CharField(label=_("Name of the parent or guardian"), max_length=150)
    relation = forms.ChoiceField(label=_("Relation"), choices=said(Guardian.Relation), widget=forms.RadioSelect)
    document = uploads.DocumentUpload(label=_("Proof, scanned"), required=False, widget=forms.FileInput)
