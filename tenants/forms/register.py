"""The profile form for staff, to add and correct entries, however incomplete."""

from django import forms
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _

from privacy.rights import profile_updates
from tenants import register
from tenants.forms.profile import ProfileForm


class RegisterForm(ProfileForm):
    required_words = _("Enter the %(field)s.")
    identity_confirmed = forms.BooleanField(
        label=_("I have compared this number with the card."), required=False,
        help_text=_("Only needed when we do not know the district of a KTP number."),
    )  # fmt: skip
    phone_removed = forms.BooleanField(label=_("Remove the phone number that is there."), required=False)
    # Time of the entry's last change when this page was rendered
    seen_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.identity_number and "identity_number" in self.fields:
            self.fields["identity_number"].label = _("New identity number")
            self.fields["identity_number"].help_text = _("Leave empty to keep the number that is there.")
        self._mask_phone()
        for field in self.fields.values():
            if "autocomplete" in field.widget.attrs:
                field.widget.attrs["autocomplete"] = "off"
        self.initial["seen_at"] = self._present()

    def _mask_phone(self):
        """Show the number masked beside the input, which is for a new number."""
        if not (self.instance.pk and self.instance.phone):
            self.fields.pop("phone_removed", None)
        elif "phone" in self.fields:
            self.initial["phone"] = ""
            self.fields["phone"].label = _("New phone number")
            self.fields["phone"].help_text = _("Leave empty to keep the number that is there.")

    def clean(self):
        data = super().clean()
        self._keep_phone(data)
        if self.instance.pk and data.get("seen_at") != self._present():
            # Accept the next submission, as the page now shows the new state; typed values are kept
            self.data = self.data.copy()
            self.data[self.add_prefix("seen_at")] = self._present()
            self.add_error(None, profile_updates.CHANGED_MEANWHILE)
        return data

    def _keep_phone(self, data):
        """Keep the stored number if the input is empty, unless it is to be removed."""
        if data.get("phone") and data.get("phone_removed"):
            self.add_error("phone_removed", _("Enter a new number or remove the old one, not both."))
        elif "phone" in data and not data["phone"] and not data.get("phone_removed"):
            data["phone"] = self.instance.phone

    def _present(self):
        return self.instance.changed_at.isoformat() if self.instance.pk else ""


class OccupancyFormSet(BaseInlineFormSet):
    """Units of one management, checked here because the entry's management depends on them; a new entry needs one."""

    def clean(self):
        super().clean()
        if any(self.errors):
            return
        units = [form.cleaned_data["unit"] for form in self.forms if form.cleaned_data.get("unit")]
        now = [form.cleaned_data for form in self.forms if self._is_home(form.cleaned_data)]
        if len({home["unit"] for home in now}) < len(now):
            raise forms.ValidationError(_("This unit stands there twice. Keep one row of it."), code="twice")
        managements = {unit.building.management_id for unit in units}
        if self.instance.pk:
            managements.add(self.instance.management_id)
        elif not units:
            raise forms.ValidationError(_("Choose a unit: an entry needs a name and a unit."), code="no_unit")
        if len(managements) > 1:
            raise forms.ValidationError(
                _("Choose units of one building management, your own."), code="other_management"
            )
        if register.is_taken(self.instance, *managements):
            raise forms.ValidationError(
                _("Another entry of this register has this identity number. Open that entry instead."), code="taken"
            )

    @staticmethod
    def _is_home(row):
        return row.get("unit") and not row.get("moved_out_on") and not row.get("DELETE")
