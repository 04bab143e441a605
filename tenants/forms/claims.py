"""Forms for a claim, and for a question about it. They never query the register."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.invisible_text import ReadableField
from tenants import identity
from tenants.forms.dates import BirthDateField
from tenants.models import Building
from tenants.models.register import IdentityKind


class ClaimForm(forms.Form):
    building = forms.ModelChoiceField(
        Building.objects.none(),
        label=_("Building"),
        empty_label=_("Choose your building"),
        error_messages={"required": _("Choose your building.")},
    )
    unit_number = ReadableField(
        label=_("Unit number"),
        max_length=20,
        help_text=_("As on your bills, for example A-12-03."),
        error_messages={"required": _("Enter your unit number.")},
    )
    identity_kind = forms.ChoiceField(
        label=_("Identity kind"),
        choices=[(value, capfirst(label)) for value, label in IdentityKind.choices],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose your identity kind.")},
        help_text=_("The one that your building management has on file."),
    )
    identity_number = ReadableField(
        label=_("Identity number"),
        max_length=32,
        help_text=_("Spaces and dots do not matter."),
        error_messages={"required": _("Enter your identity number.")},
    )
    birth_date = BirthDateField(label=_("Date of birth"))
    message = ReadableField(
        label=_("Message to the building management"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": "500"}),
        help_text=_("If we find no record that fits, we send this to the management as a question."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["building"]
        field.queryset = Building.objects.select_related("management").order_by("name", "pk")
        field.label_from_instance = lambda building: f"{building.name} · {building.management.name}"
        for name in ("unit_number", "identity_number"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean(self):
        data = super().clean()
        if {"identity_kind", "identity_number", "birth_date"} <= set(data):
            try:
                checked = identity.check(data["identity_kind"], data["identity_number"], birth_date=data["birth_date"])
            except forms.ValidationError as error:
                self.add_error("identity_number", error)
            else:
                data["identity_number"] = checked.number
        return data


class MessageForm(forms.Form):
    message = ReadableField(
        label=_("Message to the building management"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": "500"}),
        error_messages={"required": _("Write your message.")},
    )
