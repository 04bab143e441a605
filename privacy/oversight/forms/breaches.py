"""Forms about a breach: what is known, whom it concerns, and the reference of a notice."""

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy import declarations
from privacy.forms.fields import FieldsField, grouped_choices, offer_entries
from privacy.forms.refusing import RefusingForm
from privacy.oversight import breaches
from privacy.oversight.models.breaches import BreachNotice


class BreachForm(forms.ModelForm):
    """The admin class says which columns it has."""

    kinds = FieldsField(label=_("kinds of data"), choices=grouped_choices, empty="", required=False)


class PeopleForm(RefusingForm):
    """The people concerned: some, or the whole register of the controller."""

    everyone = forms.BooleanField(label=_("Everyone in the register"), required=False)
    people = forms.ModelMultipleChoiceField(
        None, label=_("People"), required=False, help_text=_("Write a part of the name, then choose.")
    )

    def __init__(self, *args, breach, user, role, widget, **kwargs):
        super().__init__(*args, **kwargs)
        people = self.fields["people"]
        offer_entries(people, widget, user=user, role=role)
        people.queryset = people.queryset.filter(pk__in=breaches.entries(breach).values("pk"))
        sentence = _("Choose only people from the register of this data controller.")
        people.error_messages |= {"invalid_choice": sentence, "invalid_pk_value": sentence}

    def subject_ids(self):
        data = self.cleaned_data
        chosen = self.fields["people"].queryset if data.get("everyone") else data.get("people")
        return list(chosen.values_list(declarations.tenant_record().subject, flat=True))


class PaperForm(RefusingForm):
    FIELD_OF_CODE = {"reference": "reference", "channel": "channel"}

    reference = forms.CharField(
        label=_("Reference"),
        max_length=120,
        help_text=_("The number of the letter, or where its copy is kept."),
        error_messages={"required": _("Write the reference: the number of the letter, or where its copy is kept.")},
    )


class AuthorityForm(PaperForm):
    channel = forms.ChoiceField(
        label=_("How it was sent"), choices=BreachNotice.Channel, widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the notice was sent.")},
    )  # fmt: skip
    field_order = ("channel", "reference")


class ClosingForm(RefusingForm):
    FIELD_OF_CODE = {"untold": "note"}

    note = forms.CharField(
        label=_("Why it is closed"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text=_("Needed only when somebody was not told. Name nobody here."),
    )
