"""A parent or guardian, as staff record one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy import uploads
from privacy.forms.recorded import AboutTenant, said
from privacy.models import Guardian


class GuardianForm(AboutTenant):
    name = forms.CharField(label=_("Name of the parent or guardian"), max_length=150)
    relation = forms.ChoiceField(label=_("Relation"), choices=said(Guardian.Relation), widget=forms.RadioSelect)
    document = uploads.DocumentUpload(label=_("Proof, scanned"), required=False, widget=forms.FileInput)
