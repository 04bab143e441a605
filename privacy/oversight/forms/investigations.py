"""Forms for opening and deciding a case. The verbs check who may, and what a case may contain."""

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy.forms.fields import DayField, FieldsField, grouped_choices, offer_entries
from privacy.forms.refusing import RefusingForm
from privacy.oversight import investigations
from privacy.oversight.models.investigations import InvestigationCase, readable_keys

LONGEST = InvestigationCase._meta.get_field("reason").max_length


class OpenForm(RefusingForm):
    FIELD_OF_CODE = {
        "people": "people",
        "own": "people",
        "not_head": "people",
        "no_fields": "fields",
        "no_reason": "reason",
        "past": "until",
        "too_long": "until",
    }

    people = forms.ModelMultipleChoiceField(
        None, label=_("Tenants"), help_text=_("Only those whom you need to look into, of one building management.")
    )
    fields = FieldsField(label=_("Kinds of data"), empty=_("Choose at least one kind of data."))
    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST, widget=forms.Textarea({"rows": 3}),
        help_text=_("What you noticed, and what you hope to find. The second approver reads it."),
        error_messages={"required": _("Write why you need to look into this; the second approver reads it.")},
    )  # fmt: skip
    until = DayField(label=_("Until"), help_text=_("That day included. A case lasts at most 30 days."))

    def __init__(self, *args, user, role, people_widget, **kwargs):
        super().__init__(*args, **kwargs)
        offer_entries(self.fields["people"], people_widget, user=user, role=role)
        self.fields["people"].error_messages |= {"required": _("Choose at least one tenant.")}
        self.fields["fields"].choices = grouped_choices(readable_keys())
        self.fields["until"].show(last=investigations.latest_until())

    def asked(self):
        """Return the arguments of `investigations.open_`."""
        data = self.cleaned_data
        return data | {"people": [entry.subject for entry in data["people"].select_related("subject")]}


class DecideForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[("approve", _("Approve: exactly these kinds of data of these people")), ("refuse", _("Refuse"))],
        error_messages={"required": _("Choose whether to approve or to refuse.")},
    )
    reason = forms.CharField(
        label=_("Reason, when you refuse"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Who opened the case reads it."),
    )

    def clean(self):
        data = super().clean()
        if data.get("decision") == "refuse" and not data.get("reason", "").strip():
            self.add_error("reason", _("Write the reason; who opened the case reads it."))
        return data
