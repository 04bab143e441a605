"""The form with which staff record a consent on paper."""

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy.consent import legal_documents, purposes
from privacy.consent.models.consents import Decision
from privacy.files import uploads
from privacy.forms.fields import DayInput, capitalized
from privacy.forms.staff_records import AboutTenant


class PaperForm(AboutTenant):
    decision = forms.ChoiceField(label=_("Answer on the form"), choices=capitalized(Decision), widget=forms.RadioSelect)
    documents = forms.MultipleChoiceField(
        label=_("Documents named on the form"), required=False, widget=forms.CheckboxSelectMultiple
    )
    purpose_codes = forms.MultipleChoiceField(
        label=_("Optional purposes named on the form"), required=False, widget=forms.CheckboxSelectMultiple
    )
    language = forms.ChoiceField(label=_("Language of the form"), choices=settings.LANGUAGES)
    signed_on = forms.DateField(label=_("Signed on"), widget=DayInput)
    form = uploads.DocumentUpload(label=_("Scanned form"), widget=forms.FileInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["documents"].choices = [(v.document.kind, str(v)) for v in legal_documents.in_force()]
        self.fields["purpose_codes"].choices = [(v.purpose.code, v.name) for v in purposes.asked()]
        self.fields["signed_on"].widget.attrs["max"] = timezone.localdate().isoformat()
