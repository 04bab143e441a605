"""Forms for an impact assessment, and for choosing one for an agreement."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.templatetags import dates
from privacy import declarations
from privacy.forms.fields import FieldsField, PdfUpload
from privacy.sharing.models.assessments import ImpactAssessment


class AssessmentForm(forms.ModelForm):
    fields = FieldsField(label=_("specific data covered"), empty=_("Choose at least one kind of data."))
    file = PdfUpload(label=_("report"), required=False, widget=forms.FileInput)

    class Meta:
        model = ImpactAssessment
        fields = [
            "controller", "title", "fields", "summary", "reference", "assessed_by", "assessed_on", "valid_until",
            "file",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "fields" in self.fields:  # absent on the page of an assessment that an agreement uses
            items = declarations.specific().items()
            self.fields["fields"].choices = [
                (key, f"{capfirst(item.label)} ({declarations.SPECIFIC[item.specific]})") for key, item in items
            ]
        for name in ("assessed_on", "valid_until"):
            if name in self.fields:
                self.fields[name].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class AssessmentChoiceForm(forms.Form):
    assessment = forms.ModelChoiceField(
        None, label=_("Impact assessment"), empty_label=_("Choose the impact assessment")
    )

    def __init__(self, *args, found, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["assessment"]
        field.queryset = found
        field.label_from_instance = label
        field.error_messages |= dict.fromkeys(("required", "invalid_choice"), _("Choose the impact assessment."))


def label(assessment):
    return _("%(number)s · %(title)s, valid until %(date)s") % {
        "number": assessment.number,
        "title": assessment.title,
        "date": dates.day(assessment.valid_until),
    }
