"""The answer to the consent page: one unticked box a document, and a seal on what the page showed.

The seal names the account, the language and the check code of each text shown, so that the record says what
was really on the screen: a changed language, another person's page or an old one is refused as too old.
"""

from django import forms
from django.conf import settings
from django.core import signing
from django.utils.translation import gettext_lazy as _

SALT = "privacy.consent-page"
AGREE, DECLINE = "agree", "decline"


def seal(user, language, versions):
    shown = {str(version.pk): version.text_hash(language) for version in versions}
    return signing.dumps({"user": user.pk, "language": language, "shown": shown}, salt=SALT)


class ConsentForm(forms.Form):
    """`questions` are those that stand open now; the page is `fresh` when it showed exactly these texts."""

    page = forms.CharField(widget=forms.HiddenInput, required=False)
    answer = forms.ChoiceField(choices=[(AGREE, AGREE), (DECLINE, DECLINE)], widget=forms.HiddenInput, required=False)

    def __init__(self, *args, user, questions, language, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.versions = [question.version for question in questions]
        self.language = language  # of the page to show next; the one that was shown comes from the seal
        for version in self.versions:
            self.fields[version.document.kind] = forms.BooleanField(required=False, label=self._label(version))

    def _label(self, version):
        words = {"document": version.document.title, "number": version.number}
        return _("I have read and agree to the %(document)s, version %(number)s.") % words

    @property
    def new_seal(self):
        return seal(self.user, self.language, self.versions)

    def read_seal(self):
        """(language, texts shown) of the page that was answered, or None when it is too old or not ours."""
        try:
            said = signing.loads(self.data.get("page", ""), salt=SALT, max_age=settings.SESSION_COOKIE_AGE)
        except signing.BadSignature:
            return None
        return (said["language"], said["shown"]) if said["user"] == self.user.pk else None

    @property
    def is_fresh(self):
        """Whether the page showed exactly the texts that are asked about now."""
        read = self.read_seal()
        if read is None:
            return False
        language, shown = read
        return shown == {str(version.pk): version.text_hash(language) for version in self.versions}

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
