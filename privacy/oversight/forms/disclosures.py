"""Forms about a disclosure. The verbs check what may be disclosed and who may approve it."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import declarations, parties, reference_numbers
from privacy.files import uploads
from privacy.forms.fields import DayInput, FieldsField, capitalized, choice_errors, grouped_choices, offer_entries
from privacy.forms.refusing import RefusingForm
from privacy.models.parties import Party
from privacy.oversight.disclosures import LONGEST_DELAY
from privacy.oversight.models.disclosures import Disclosure, Ground
from privacy.scope import Role


class DisclosureForm(RefusingForm):
    FIELD_OF_CODE = {
        "nobody": "people",
        "too_many": "people",
        "not_here": "people",
        "concerned": "people",
        "no_document": "document",
        "past": "tell_on",
        "too_long": "tell_on",
        "no_day": "tell_on",
        "no_delay_reason": "delay_reason",
        "no_reason": "reason",
    }


class PeopleField(forms.ModelMultipleChoiceField):
    def clean(self, value):
        if not all(map(reference_numbers.is_reference_number, value or ())):
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().clean(value)


def day_widget():
    """Return a date input from tomorrow to the longest delay."""
    today = timezone.localdate()
    days = {"min": today + timedelta(days=1), "max": today + timedelta(days=LONGEST_DELAY)}
    return DayInput({name: day.isoformat() for name, day in days.items()})


class AskForm(DisclosureForm, forms.ModelForm):
    """A request for a disclosure. `management` is shown only to users who work for several."""

    people = PeopleField(None, label=_("Tenants"), help_text=_("Type a name or a unit; choose each person concerned."))
    fields = FieldsField(
        label=_("Data to disclose"),
        empty=_("Choose at least one kind of data."),
        help_text=_("Only what the institution asks for, and what the ground covers."),
    )
    document = uploads.DocumentUpload(label=_("Document of the request"), required=False, widget=forms.FileInput)

    class Meta:
        model = Disclosure
        fields = [
            "controller", "ground", "instrument", "institution", "contact", "document", "people", "fields", "tell_on",
            "delay_reason",
        ]  # fmt: skip

    def __init__(self, *args, user, people_widget, **kwargs):
        super().__init__(*args, **kwargs)
        managements = [party.pk for party in parties.companies(user, Role.STAFF)]
        self.fields["controller"].queryset = Party.objects.filter(pk__in=managements)
        self.fields["controller"].empty_label = _("Choose the building management")
        if len(managements) == 1:
            del self.fields["controller"]
            self.instance.controller_id = managements[0]
        offer_entries(self.fields["people"], people_widget, user=user, role=Role.STAFF)
        self.fields["fields"].choices = grouped_choices(declarations.disclosable())
        self.fields["ground"].choices = [("", _("Choose the ground")), *capitalized(Ground)]
        self.fields["tell_on"].widget = day_widget()
        sentences = {
            "ground": _("Choose the ground."),
            "instrument": _("Write the legal instrument or the reason in one line."),
            "institution": _("Write which institution asks for the data."),
            "people": _("Choose at least one tenant."),
        }
        for name, sentence in sentences.items():
            self.fields[name].error_messages |= choice_errors(sentence)

    def subjects(self):
        return [entry.subject for entry in self.cleaned_data["people"].select_related("subject")]

    def _post_clean(self):
        """Set the values without validating the instance: the verb does, so that no error appears twice."""
        for name in set(self.Meta.fields) & set(self.cleaned_data) - {"people"}:
            setattr(self.instance, name, self.cleaned_data[name] or (None if name == "tell_on" else ""))


class DelayForm(DisclosureForm):
    """From which day the people concerned are notified."""

    tell_on = forms.DateField(
        label=_("Tell the tenant only from"), help_text=_("Empty: as soon as the data is exported."), required=False
    )
    delay_reason = forms.CharField(
        label=_("Why the tenant is told later"),
        help_text=_("The tenants concerned read this, on that day."),
        max_length=Disclosure._meta.get_field("delay_reason").max_length,
        widget=forms.Textarea({"rows": 2}),
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["tell_on"].widget = day_widget()


class RefuseForm(DisclosureForm):
    reason = forms.CharField(
        label=_("Reason for refusing"),
        help_text=_("The person who asked reads this. Name nobody here."),
        max_length=Disclosure._meta.get_field("refusal").max_length,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": _("Write why this is refused; the person who asked reads it.")},
    )
