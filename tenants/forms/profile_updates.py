"""Forms to ask for a change: choose fields, enter new values (in `profile`), then add files and a note."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from privacy import declarations
from privacy.files.uploads import DocumentUpload
from tenants.forms.profile import ProfileForm
from tenants.models import Tenant

# The kind of identity belongs to its number: one checkbox for both
WITH_NUMBER = "identity_kind"


class ChooseForm(forms.Form):
    change = forms.MultipleChoiceField(
        label=_("Which data should change?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick the data that should change."),
            "invalid_choice": _(
                "Some of this cannot be asked for now, because a request for it is open. Choose again."
            ),
        },
    )

    def __init__(self, *args, waiting=(), **kwargs):
        """`waiting`: fields of an open request, which cannot be asked for again."""
        super().__init__(*args, **kwargs)
        self.fields["change"].choices = [
            (name, capfirst(Tenant._meta.get_field(name).verbose_name))
            for name in declarations.of(Tenant).updatable
            if name != WITH_NUMBER and name not in waiting
        ]

    @property
    def names(self):
        chosen = self.cleaned_data["change"]
        return [WITH_NUMBER, *chosen] if "identity_number" in chosen else chosen


class SendForm(ProfileForm):
    """The last step: a new scan or photo, if chosen, and what accompanies the request."""

    evidence = DocumentUpload(label=_("Supporting document"), required=False, widget=forms.FileInput)
    note = forms.CharField(
        label=_("Note to the staff"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3, "data-count": "1000"}),
    )

    def __init__(self, *args, names, **kwargs):
        super().__init__(*args, names=[*names, "evidence", "note"], **kwargs)
