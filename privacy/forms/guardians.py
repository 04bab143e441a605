"""The form with which staff record a parent or guardian."""

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy.files import uploads
from privacy.forms.fields import capitalized
from privacy.forms.staff_records import AboutTenant
from privacy.models.guardians import Guardian


class GuardianForm(AboutTenant):
    name = forms.CharField(label=_("Name of the parent or guardian"), max_length=150)
    relation = forms.ChoiceField(label=_("Relation"), choices=capitalized(Guardian.Relation), widget=forms.RadioSelect)
    document = uploads.DocumentUpload(label=_("Proof, scanned"), required=False, widget=forms.FileInput)
