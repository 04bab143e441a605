"""The staff's decision on a profile update: approve or reject each field, with a reason that the tenant reads."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from privacy.forms.fields import own_words, ready_and_own, ready_choices
from privacy.forms.refusing import RefusingForm
from privacy.rights.models.profile_updates import ProfileUpdateLine

Decision = ProfileUpdateLine.Decision
READY = {
    "not_shown": _("The document does not show the new value."),
    "unreadable": _("The document cannot be read."),
    "already_right": _("The data in the register is right."),
    "original": _("Please come with the original."),
}
LONGEST = ProfileUpdateLine._meta.get_field("reason").max_length


class DecisionForm(RefusingForm):
    """Three fields per line: decision (none preselected), predefined reason, own reason.

    Once valid, `cleaned_data` holds the arguments of `profile_updates.decide`.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, lines, language="", **kwargs):
        """`language`: the tenant's, in which a predefined reason is stored."""
        super().__init__(*args, **kwargs)
        self.lines, self.language = lines, language
        for line in lines:
            self.fields |= {
                f"decision_{line.pk}": forms.ChoiceField(
                    label=_("Decision"),
                    choices=[(Decision.APPROVED, _("Approve")), (Decision.REJECTED, _("Reject"))],
                    widget=forms.RadioSelect,
                    error_messages={"required": format_lazy(_("Approve or reject: {field}."), field=line.label)},
                ),
                f"ready_{line.pk}": forms.ChoiceField(
                    label=_("Reason for rejecting"), choices=ready_choices(READY.items()), required=False
                ),
                f"reason_{line.pk}": own_words(rows=2, longest=LONGEST),
            }

    def clean(self):
        data = super().clean()
        for line in self.lines:
            reason = self._reason(line)
            if data.get(f"decision_{line.pk}") != Decision.REJECTED or f"reason_{line.pk}" in self.errors:
                continue
            if not reason:
                self.add_error(f"ready_{line.pk}", _("Write the reason for each rejection; the tenant reads it."))
            elif len(reason) > LONGEST:
                self.add_error(f"reason_{line.pk}", _("Write a shorter reason: one or two sentences."))
        return data if self.errors else {"decisions": self._decisions(), "seen_fingerprint": data["seen"]}

    def rows(self):
        """Return each line with its three bound fields."""
        return [(line, *(self[f"{name}_{line.pk}"] for name in ("decision", "ready", "reason"))) for line in self.lines]

    def _decisions(self):
        return {
            line.pk: (decision, self._reason(line) if decision == Decision.REJECTED else "")
            for line in self.lines
            for decision in [self.cleaned_data[f"decision_{line.pk}"]]
        }

    def _reason(self, line):
        ready = READY.get(self.cleaned_data.get(f"ready_{line.pk}"), "")
        return ready_and_own(ready, self.cleaned_data.get(f"reason_{line.pk}", ""), self.language)
