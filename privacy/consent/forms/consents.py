"""The forms of the consent page: one unticked box per document and purpose, and the token of what was shown."""

from django import forms
from django.utils.translation import gettext_lazy as _

AGREE, DECLINE = "agree", "decline"
PURPOSE = "purpose-"  # prefix of the names of the boxes of optional purposes


class ChoicesForm(forms.Form):
    """One box for each optional purpose; leaving it empty is an answer too."""

    page = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, purposes=(), ticked=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.purposes = list(purposes)
        for version in self.purposes:
            self.fields[self.name_of(version)] = forms.BooleanField(
                required=False, label=version.name, initial=version.pk in ticked
            )

    @staticmethod
    def name_of(version):
        return f"{PURPOSE}{version.purpose.code}"

    @property
    def choices(self):
        return [(version, self[self.name_of(version)]) for version in self.purposes]

    @property
    def ticked(self):
        return [v.purpose.code for v in self.purposes if self.cleaned_data.get(self.name_of(v))]


class ConsentForm(ChoicesForm):
    """`versions` are the documents to answer now: agreeing needs the box of each."""

    answer = forms.ChoiceField(choices=[(AGREE, AGREE), (DECLINE, DECLINE)], widget=forms.HiddenInput, required=False)

    def __init__(self, *args, versions=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.versions = list(versions)
        for version in self.versions:
            self.fields[version.document.kind] = forms.BooleanField(required=False, label=self._label(version))

    def _label(self, version):
        words = {"document": version.document.title, "number": version.number}
        return _("I have read and agree to the %(document)s, version %(number)s.") % words

    def clean(self):
        data = super().clean()
        if data.get("answer") not in (AGREE, DECLINE):
            raise forms.ValidationError(_("Choose one of the two answers."))
        if data["answer"] == AGREE:
            for version in self.versions:
                if not data.get(version.document.kind):
                    sentence = _("Tick the box for %(document)s if you agree, or choose Do not agree.")
                    self.add_error(version.document.kind, sentence % {"document": version.document.title})
        return data
