"""The form of a draft agreement; the verbs check what it may contain."""

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy.forms.fields import FieldsField, PdfUpload, grouped_choices


class AgreementForm(forms.ModelForm):
    """The admin class says which columns it has."""

    fields = FieldsField(
        label=_("kinds of data allowed"), choices=grouped_choices, empty=_("Choose at least one kind of data.")
    )
    management_file = PdfUpload(label=_("agreement signed by the management"), required=False, widget=forms.FileInput)
    vendor_file = PdfUpload(label=_("agreement signed by the vendor"), required=False, widget=forms.FileInput)

    class Meta:
        widgets = {"purposes": forms.CheckboxSelectMultiple}
