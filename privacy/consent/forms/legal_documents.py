"""The form of a draft in both languages, side by side. `legal_documents.publish` checks whether it may be published."""

from datetime import datetime, time

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy.forms.fields import DayInput


def _text(language, rows):
    return forms.Textarea(attrs={"lang": language, "rows": rows})


class DraftForm(forms.ModelForm):
    """The admin class says which columns it has."""

    in_force_on = forms.DateField(
        label=_("in force from"),
        required=False,
        widget=DayInput,
        help_text=_("Empty: from the moment of publishing. Choose a later day to announce the version first."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        labels = {
            "summary_ind": _("summary of changes, in Indonesian"),
            "summary_en": _("summary of changes, in English"),
            "body_ind": _("text, in Indonesian"),
            "body_en": _("text, in English"),
        }
        widgets = {
            "summary_ind": _text("id", 5),
            "summary_en": _text("en", 5),
            "body_ind": _text("id", 30),
            "body_en": _text("en", 30),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.in_force_from:
            self.initial["in_force_on"] = timezone.localdate(self.instance.in_force_from)
        if self.instance.pk:
            self.initial["seen"] = self.instance.drafted_at.isoformat()

    def clean(self):
        data = super().clean()
        day = data.get("in_force_on")
        if day and day < timezone.localdate() and "in_force_on" in self.changed_data:
            self.add_error("in_force_on", _("Choose today or a later day."))
            return data
        here = timezone.get_default_timezone()
        self.instance.in_force_from = datetime.combine(day, time.min, tzinfo=here) if day else None
        if self.instance.pk and data.get("seen") != self.instance.drafted_at.isoformat():
            # Keep the input: saving again then overwrites the other change knowingly
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = self.instance.drafted_at.isoformat()
            raise forms.ValidationError(
                _(
                    "This record changed while you were working. Nothing was saved. "
                    "Compare the new values and decide again."
                )
            )
        return data
