"""Parts that several forms share: kinds of data, one day, a PDF, ready sentences, people of the register."""

from django import forms
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from privacy import declarations
from privacy.files import uploads


def grouped_choices(fields=None):
    """Return the choices of `fields`, key → field (default: all that are shareable), grouped by category."""
    groups = {}
    for key, item in (declarations.shareable() if fields is None else fields).items():
        groups.setdefault(item.category, []).append((key, capfirst(item.label)))
    return [(declarations.CATEGORIES[category], choices) for category, choices in groups.items()]


def choices_of(keys):
    return [(key, capfirst(item.label)) for key, item in declarations.shareable().items() if key in keys]


def capitalized(choices, without=""):
    """Return the members of an enumeration as choices with capitalised labels, without the member `without`."""
    return [(choice.value, capfirst(choice.label)) for choice in choices if choice != without]


def choice_errors(sentence):
    """Return the error messages of a field to choose from: the same for an empty choice and for an unknown one."""
    return {"required": sentence, "invalid_choice": sentence}


def offer_entries(field, widget, *, user, role):
    """Let `field` choose from the user's entries of the register, by name, with an autocomplete widget."""
    field.widget = widget
    field.queryset = declarations.tenant_record().model.objects.visible_to(user, role=role)
    field.label_from_instance = lambda entry: entry.name


def ready_choices(sentences):
    """Return the choices of a field with ready sentences, beside which there is a field for own words."""
    return [("", _("Choose a sentence, or write your own")), *sentences]


def own_words(*, rows, longest):
    return forms.CharField(
        label=_("In your own words"),
        help_text=_("The tenant reads this."),
        widget=forms.Textarea({"rows": rows}),
        max_length=longest,
        required=False,
    )


def ready_and_own(ready, own, language):
    """Return a ready sentence, in the language of its reader, followed by the writer's own words."""
    with translation.override(language or translation.get_language()):
        return f"{ready} {own}".strip()


class DayInput(forms.DateInput):
    """The browser's own input of a date."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A native date field; `show` sets the last day it offers and the one it starts with."""

    def __init__(self, **kwargs):
        super().__init__(widget=DayInput, **kwargs)
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
