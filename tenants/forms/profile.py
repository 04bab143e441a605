"""The form of a person's data: tenants ask for changes with it, staff correct the register with it.

It validates and cleans; it saves nothing. It has only the fields it is given, so that no other field can be
changed.
"""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.admin_display import label_empty_choices
from accounts.invisible_text import ReadableField
from privacy import declarations
from privacy.files.uploads import ImageUpload
from tenants import identity, normalizers
from tenants.forms.dates import BirthDateField
from tenants.models import Tenant
from tenants.models.register import TOLD_BY_NUMBER

FIELDS = list(declarations.of(Tenant).updatable)
FILES = ("identity_scan", "photo")
CONFIRM = "identity_confirmed"


class CleanedField(forms.CharField):
    """Text stored in a normalised form: `cleaner` returns the stored value, `shown` the initial text."""

    def __init__(self, *, cleaner, shown=str, **kwargs):
        super().__init__(**kwargs)
        self.cleaner, self.shown = cleaner, shown

    def to_python(self, value):
        return self.cleaner(super().to_python(value))

    def prepare_value(self, value):
        return self.shown(value) if value else value


def box(autocomplete, **attrs):
    return forms.TextInput({"autocomplete": autocomplete, **attrs})


class ProfileForm(forms.ModelForm):
    identity_number = forms.CharField(
        label=_("Identity number"), max_length=40, required=False, widget=box("off"),
        help_text=_("Spaces, dots and dashes do not matter."),
    )  # fmt: skip
    identity_confirmed = forms.BooleanField(label=_("I have compared this number with the card."), required=False)
    phone = CleanedField(
        cleaner=normalizers.clean_phone, shown=normalizers.show_phone, label=_("Phone number"), max_length=40,
        required=False, widget=box("tel", type="tel"),
        help_text=_("With its country code, for example +62 812-3456-7890."),
    )  # fmt: skip
    email = CleanedField(
        cleaner=normalizers.clean_email,
        label=_("Email"),
        max_length=254,
        required=False,
        widget=box("email", type="email"),
    )
    birth_date = BirthDateField(label=_("Date of birth"), required=False)
    identity_scan = ImageUpload(label=_("Identity scan"), required=False, widget=forms.FileInput)
    photo = ImageUpload(label=_("Photo"), required=False, widget=forms.FileInput)

    class Meta:
        model = Tenant
        fields = FIELDS
        field_classes = dict.fromkeys(("name", "address", "birth_place", "other"), ReadableField)
        widgets = {
            "name": box("name"),
            "address": forms.Textarea({"rows": 3, "autocomplete": "street-address"}),
            "other": forms.Textarea({"rows": 3}),
            "birth_place": box("off"),
        }

    field_order = ["name", "identity_kind", "identity_number", CONFIRM]
    required_words = _("Enter your %(field)s.")
    asks_to_confirm = False  # the number is well formed, but its district code is unknown

    def __init__(self, *args, names=None, **kwargs):
        """`names`: required fields; the form has no others. None: all fields, none of them required."""
        super().__init__(*args, **kwargs)
        if names is not None:
            names = [*names, CONFIRM] if "identity_number" in names else names
            self.fields = {name: field for name, field in self.fields.items() if name in names}
            for name in set(self.fields) & set(FIELDS) - {"other"}:
                self.fields[name].required = True
        for name in set(self.fields) & set(FIELDS) - set(FILES):
            label_empty_choices(self.fields[name])
            label = Tenant._meta.get_field(name).verbose_name
            self.fields[name].error_messages["required"] = self.required_words % {"field": label}
        # Never rendered: the number is masked beside the input, and revealed only on request
        self.initial["identity_number"] = ""
        # A chosen scan must be uploaded: Django would accept the stored file instead
        for name in FILES:
            self.initial.pop(name, None)

    def clean(self):
        data = super().clean()
        if not set(TOLD_BY_NUMBER) & set(self.errors):
            self._check_identity(data)
        if "identity_number" in self.fields and not data.get("identity_number"):
            data["identity_number"] = self.instance.identity_number
        return data

    def _check_identity(self, data):
        typed, kept = data.get("identity_number", ""), self.instance
        facts = {name: data.get(name, getattr(kept, name)) for name in TOLD_BY_NUMBER}
        facts["identity_number"] = typed or kept.identity_number
        if not facts["identity_number"] or all(facts[name] == getattr(kept, name) for name in TOLD_BY_NUMBER):
            return
        try:
            checked = identity.check(
                facts["identity_kind"], facts["identity_number"], birth_date=facts["birth_date"], gender=facts["gender"]
            )
        except forms.ValidationError as error:
            self._blame(error, typed=bool(typed))
            return
        if typed:
            data["identity_number"] = checked.number
            self.asks_to_confirm = bool(checked.warnings)
            if checked.warnings and not data.get(CONFIRM):
                self.add_error("identity_number", checked.warnings[0])

    def _blame(self, error, *, typed):
        """Add the error to the field that was filled in; ignore a number that was already wrong in the register."""
        if error.code == "kind" and "identity_kind" in self.fields:
            self.add_error("identity_kind", error)
        elif typed:
            self.add_error("identity_number", error)
        elif error.code in self.fields:
            self.add_error(error.code, error)
        elif self.fields.get("identity_kind") and self.cleaned_data["identity_kind"] != self.instance.identity_kind:
            self.add_error("identity_kind", error)

    @property
    def boxes(self):
        """Return the fields to show."""
        return [field for field in self if field.name != CONFIRM or self.asks_to_confirm]
