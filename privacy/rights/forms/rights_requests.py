"""Forms for asking for a right, and for staff: whose request, how identity was checked, and the answer."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import deadlines
from privacy.forms.fields import DayField, capitalized, choice_errors, own_words, ready_and_own, ready_choices
from privacy.forms.refusing import RefusingForm
from privacy.forms.staff_records import AboutTenant
from privacy.rights import rights_requests
from privacy.rights.models.rights_requests import Ground, HowChecked, RightKind, RightsRequest

GRANT, REFUSE = "grant", "refuse"
LONGEST = 2000
# Rights whose request must include a text
NEEDS_WORDS = (RightKind.CORRECT, RightKind.AUTOMATED, RightKind.RESTRICT, RightKind.COMPENSATION)
# Right → predefined sentence for granting it, shown to the tenant
READY = {
    RightKind.COPY: _("The copy of your data is ready. Download it from the page of your rights, or ask us for paper."),
    RightKind.CORRECT: _("We have corrected your data."),
    RightKind.ERASE: _("We have begun to erase your data, and tell you when it is done."),
    RightKind.WITHDRAW: _("Your consent is withdrawn. What was lawful before stays lawful."),
    RightKind.AUTOMATED: _("A person has looked at the decision again."),
    RightKind.RESTRICT: _("The processing of your data is restricted from now on."),
    RightKind.LIFT: _("The restriction has ended. What you had allowed before works again."),
    RightKind.COMPENSATION: _("We have looked into what happened, and will contact you about the compensation."),
    RightKind.MOVE: _("Your data is ready in a form that other systems can read."),
    RightKind.RECOVER: _("You can use your account again. Sign in and choose a new password."),
}
READY_REFUSALS = {
    Ground.RETENTION: _("We cannot erase this yet: the law requires us to keep it for now."),
    Ground.LEGAL: _("We cannot do this yet: the data is needed for a legal process."),
    Ground.CONTRACT: _("We cannot erase this yet: it is still needed for the agreement with you."),
    Ground.ACCURATE: _("The data in the register is right."),
    Ground.NOT_HELD: _("We keep no such data about you."),
    Ground.IDENTITY: _("We could not confirm that the request is yours. Please come with your original identity card."),
}


def details_field(**options):
    return forms.CharField(
        label=_("What is it about?"),
        widget=forms.Textarea({"rows": 5}),
        max_length=LONGEST,
        **options,
    )


class RightsForm(RefusingForm):
    FIELD_OF_CODE = {
        "how": "how", "not_colleague": "to", "ground": "ground", "no_answer": "answer", "review": "review_on",
        "future": "received_on", "channel": "channel", "kind": "kind", "not_staff": "tenant",
        "email": "email",
    }  # fmt: skip


class AskRightForm(RightsForm):
    """`records`: subjects the person may ask about, with the company that answers; a single one needs no choice."""

    about = forms.ChoiceField(label=_("Who should answer?"), widget=forms.RadioSelect)
    details = details_field(
        help_text=_("Do not write your identity number here. We find your record by your account."), required=False
    )
    line = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, kind, records, names, **kwargs):
        super().__init__(*args, **kwargs)
        self.records = {str(subject.pk): subject for subject, _controller in records}
        self.fields["about"].choices = [
            (str(subject.pk), self._label(subject, names[controller])) for subject, controller in records
        ]
        self.fields["about"].initial = next(iter(self.records), None)
        self.fields["about"].error_messages |= {"required": _("Choose who should answer.")}
        if len(self.records) < 2 or self.data.get("line") or self.initial.get("line"):
            del self.fields["about"]
        if kind in NEEDS_WORDS:
            self.fields["details"].required = True
            self.fields["details"].error_messages |= {"required": _("Write what it is about, in a sentence or two.")}

    @staticmethod
    def _label(subject, company):
        words = _("%(company)s, about my account") if subject.own else _("%(company)s, about its register of tenants")
        return words % {"company": company}

    @property
    def subject(self):
        chosen = self.cleaned_data.get("about")
        return self.records[chosen] if chosen else next(iter(self.records.values()), None)


class RecordForm(RightsForm, AboutTenant):
    """A request received by letter or visit, recorded for a tenant of the user's own register."""

    kind = forms.ChoiceField(
        label=_("Right"),
        choices=[("", _("Choose the right")), *capitalized(RightKind)],
        error_messages=choice_errors(_("Choose the right.")),
    )
    channel = forms.ChoiceField(
        label=_("How it came"),
        choices=capitalized(RightsRequest.Channel, without=RightsRequest.Channel.ONLINE),
        widget=forms.RadioSelect,
        error_messages=choice_errors(_("Say whether the request came by letter or by a visit.")),
    )
    received_on = DayField(label=_("Received on"), help_text=_("The clock runs from the day of receipt."))
    details = details_field(help_text=_("In the tenant's own words. The tenant can read this."), required=False)
    how = forms.ChoiceField(
        label=_("How was the tenant's identity checked?"),
        choices=[("", _("Not checked yet")), *capitalized(HowChecked, without=HowChecked.SIGNED_IN)],
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["received_on"].widget.attrs |= {"max": today.isoformat()}
        self.fields["received_on"].initial = today

    def clean_received_on(self):
        """Return the start of that day, or now if it is today: the deadline is never later than the law allows."""
        day = self.cleaned_data["received_on"]
        return timezone.now() if day == timezone.localdate() else deadlines.start_of(day)


class IdentityForm(RightsForm):
    how = forms.ChoiceField(
        label=_("How was the tenant's identity checked?"),
        choices=capitalized(HowChecked, without=HowChecked.SIGNED_IN),
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how the identity was checked.")},
    )


class NewEmailForm(RightsForm):
    email = forms.EmailField(
        label=_("New email"),
        help_text=_(
            "Only when the tenant has lost the old mailbox. A colleague reads it again, then grants the request."
        ),
        widget=forms.EmailInput({"autocomplete": "off"}),
        error_messages={
            "required": _("Enter the new email."),
            "invalid": _("Write the email address like this: nama@contoh.id."),
        },
    )


class AssignForm(RightsForm):
    to = forms.ModelChoiceField(None, label=_("Who works on it?"), empty_label=_("Choose a colleague"))

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        field.queryset = rights_requests.colleagues(request)
        field.label_from_instance = lambda membership: membership.user.get_short_name()
        sentence = _("Choose a colleague of the company that must answer.")
        field.error_messages |= choice_errors(sentence)


def _ready_choices(kind):
    """Return the predefined sentences: one for granting, and one for each ground of refusal that has one."""
    refusals = [
        (ground.value, READY_REFUSALS[ground])
        for ground in rights_requests.grounds_of(kind)
        if ground in READY_REFUSALS
    ]
    return ready_choices([(GRANT, READY[kind]), *refusals])


class AnswerRightForm(RightsForm):
    """No decision is preselected. A refusal needs a ground; both decisions need a text for the tenant."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[(GRANT, _("Grant")), (REFUSE, _("Refuse"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether to grant or to refuse.")},
    )
    ground = forms.ChoiceField(label=_("Refusal ground"), required=False, help_text=_("Only for a refusal."))
    ready = forms.ChoiceField(label=_("Ready sentence"), required=False)
    answer = own_words(rows=4, longest=LONGEST)
    review_on = DayField(label=_("Looked at again on"), required=False, help_text=_("Only for a refusal."))

    def __init__(self, *args, request, language="", **kwargs):
        """`language`: the tenant's, in which a predefined sentence is stored."""
        super().__init__(*args, **kwargs)
        self.language = language
        grounds = capitalized(rights_requests.grounds_of(request.kind))
        self.fields["ground"].choices = [("", _("Choose the ground")), *grounds]
        self.fields["ready"].choices = _ready_choices(request.kind)
        self.kind = request.kind

    def clean(self):
        data = super().clean()
        if data.get("decision") == REFUSE and not data.get("ground"):
            self.add_error("ground", _("Choose the ground of the refusal from the list; the law names them."))
        words = self.words()
        if data.get("decision") and not words:
            self.add_error("answer", _("Write the answer; the tenant reads it."))
        # No form field: the email as this page showed it, to detect a change since then
        return data | {"answer": words, "seen_email": self.data.get("seen_email", "")}

    def words(self):
        ready = self.cleaned_data.get("ready")
        sentence = READY[self.kind] if ready == GRANT else READY_REFUSALS.get(ready, "")
        return ready_and_own(sentence, self.cleaned_data.get("answer", ""), self.language)
