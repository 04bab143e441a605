"""The form of a draft agreement; the verbs check what it may contain."""

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy.forms.fields import FieldsField, PdfUpload, grouped_choices
from privacy.models.parties import Party, PartyKind
from privacy.sharing.models.agreements import SharingAgreement


class AgreementForm(forms.ModelForm):
    """A draft agreement. The management is set by the server."""

    fields = FieldsField(label=_("kinds of data allowed"), empty=_("Choose at least one kind of data."))
    management_file = PdfUpload(label=_("agreement signed by the management"), required=False, widget=forms.FileInput)
    vendor_file = PdfUpload(label=_("agreement signed by the vendor"), required=False, widget=forms.FileInput)

    class Meta:
        model = SharingAgreement
        fields = [
            "vendor", "purposes", "fields", "assessment", "valid_from", "valid_until", "country", "safeguard",
            "management_signed_on", "management_file", "vendor_signed_on", "vendor_file",
        ]  # fmt: skip
        widgets = {"purposes": forms.CheckboxSelectMultiple}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["fields"].choices = grouped_choices()
        for name in ("valid_from", "valid_until", "management_signed_on", "vendor_signed_on"):
            if name in self.fields:  # absent on the page of an agreement that is not a draft
                self.fields[name].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def vendor_companies():
    """Return all vendors: the directory names no person, so that staff may choose from all of it."""
    return Party.objects.filter(kind=PartyKind.VENDOR)
