"""Form fields that several forms share: kinds of data, one day, a PDF."""

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from privacy import declarations
from privacy.files import uploads


def grouped_choices():
    """Return every shareable field, grouped by category."""
    groups = {}
    for key, item in declarations.shareable().items():
        groups.setdefault(item.category, []).append((key, capfirst(item.label)))
    return [(declarations.CATEGORIES[category], choices) for category, choices in groups.items()]


def choices_of(keys):
    return [(key, capfirst(item.label)) for key, item in declarations.shareable().items() if key in keys]


class DayField(forms.DateField):
    """A native date field; `show` sets the last day it offers and the one it starts with."""

    def __init__(self, **kwargs):
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)
        self.error_messages |= {
            "required": _("Choose a date."),
            "invalid": _("Write a real date, for example 31-12-2026."),
        }

    def show(self, *, last, initial=None):
        self.widget.attrs |= {"min": timezone.localdate().isoformat(), "max": last.isoformat()}
        self.initial = initial


class FieldsField(forms.MultipleChoiceField):
    """Fields to choose from, as one checkbox each."""

    def __init__(self, *, empty, **kwargs):
        super().__init__(widget=forms.CheckboxSelectMultiple, **kwargs)
        self.error_messages |= {"required": empty, "invalid_choice": _("Choose each kind of data once, from the list.")}


class PdfUpload(uploads.ImageUpload):
    """A PDF without active content."""

    clean_upload = staticmethod(uploads.clean_pdf)
    accept = "application/pdf"
    kinds = _("Choose a PDF file.")
    limit = _("PDF, at most %(max)s MB.")
