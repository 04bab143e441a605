"""The reason for revealing masked data: a ready sentence, own words or both. Tenants read it in their access log."""

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy.forms.fields import FieldsField, own_words, ready_and_own, ready_choices
from privacy.models.access import AccessRecord

READY = {
    "card": _("Comparing with the original card."),
    "call": _("Calling the tenant about the unit."),
    "change": _("Checking a change that the tenant asked for."),
    "register": _("Correcting the register of tenants."),
}
LONGEST = AccessRecord._meta.get_field("reference").max_length


class RevealForm(forms.Form):
    """`hidden`: name → label of what may be revealed; `language`: the tenant's, for a ready reason."""

    fields_shown = FieldsField(label=_("Show in full"), empty=_("Choose what you need to see."))
    ready = forms.ChoiceField(label=_("Reason"), choices=ready_choices(READY.items()), required=False)
    reason = own_words(rows=2, longest=LONGEST)

    def __init__(self, *args, hidden, language, **kwargs):
        super().__init__(*args, **kwargs)
        self.hidden, self.language = hidden, language
        self.fields["fields_shown"].choices = list(hidden.items())
        if len(hidden) == 1:
            del self.fields["fields_shown"]

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        reason = ready_and_own(READY.get(data["ready"], ""), data["reason"], self.language)
        if not reason:
            self.add_error("ready", _("Write the reason; the tenant reads it."))
        elif len(reason) > LONGEST:
            self.add_error("reason", _("Write a shorter reason: one or two sentences."))
        return data | {"names": data.get("fields_shown") or list(self.hidden), "reference": reason}
