"""Forms for an impact assessment, and for choosing one for an agreement."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.templatetags import dates
from privacy import declarations
from privacy.forms.fields import FieldsField, PdfUpload, choice_errors


def specific_choices():
    return [
        (key, f"{capfirst(item.label)} ({declarations.SPECIFIC[item.specific]})")
        for key, item in declarations.specific().items()
    ]


class AssessmentForm(forms.ModelForm):
    """The admin class says which columns it has."""

    fields = FieldsField(
        label=_("specific data covered"), choices=specific_choices, empty=_("Choose at least one kind of data.")
    )
    file = PdfUpload(label=_("report"), required=False, widget=forms.FileInput)


class AssessmentChoiceForm(forms.Form):
    assessment = forms.ModelChoiceField(
        None,
        label=_("Impact assessment"),
        empty_label=_("Choose the impact assessment"),
        error_messages=choice_errors(_("Choose the impact assessment.")),
    )

    def __init__(self, *args, found, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assessment"].queryset = found
        self.fields["assessment"].label_from_instance = label


def label(assessment):
    return _("%(number)s · %(title)s, valid until %(date)s") % {
        "number": assessment.number,
        "title": assessment.title,
        "date": dates.day(assessment.valid_until),
    }
