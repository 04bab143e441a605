"""Forms about sharing: which data and until when. The verbs check what a grant may contain."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy.consent.models.purposes import Purpose
from privacy.forms.fields import DayField, FieldsField, choice_errors, choices_of, grouped_choices
from privacy.forms.refusing import RefusingForm
from privacy.forms.staff_records import AboutTenant
from privacy.sharing import grants
from privacy.sharing.models.agreements import SharingAgreement


class SharingForm(RefusingForm):
    FIELD_OF_CODE = {
        "no_fields": "fields",
        "not_asked": "fields",
        "fields": "fields",
        "assessment": "fields",
        "wider": "fields",
        "same": "fields",
        "past": "until",
        "too_long": "until",
        "longer": "until",
        "beyond_agreement": "until",
        "purpose": "purpose",
        "soon": "purpose",
        "controller": "agreement",
        "agreement": "agreement",
        "unclaimed": "tenant",
    }


class AnswerForm(SharingForm):
    """No box is checked initially, so that each consent is an affirmative act."""

    fields = FieldsField(label=_("Data you share"), empty=_("Choose the data you share, or choose Do not give."))
    until = DayField(label=_("Until"), help_text=_("That day included. You may choose an earlier day."))

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        mark = _("%(field)s · asked for")
        self.fields["fields"].choices = [(key, mark % {"field": label}) for key, label in choices_of(request.fields)]
        self.fields["until"].show(last=request.until, initial=grants.offered_until(request))


class NarrowForm(SharingForm):
    """Fields that are shared now are checked initially; unchecking one ends its sharing."""

    fields = FieldsField(
        label=_("Data you go on sharing"), empty=_("Keep at least one box, or withdraw the permission.")
    )
    until = DayField(label=_("Until"), help_text=_("That day included. You may choose an earlier day."))

    def __init__(self, *args, grant, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["fields"].choices = choices_of(grant.fields)
        self.fields["fields"].initial = grant.fields
        self.fields["until"].show(last=grant.ends_on, initial=grant.ends_on)


def reason_field(empty):
    return forms.CharField(
        label=_("Why, in one sentence"),
        max_length=200,
        help_text=_("The tenant reads this sentence."),
        error_messages={"required": empty},
    )


class AskForm(SharingForm):
    """A vendor asks a tenant who already shares with it for more."""

    purpose = forms.ModelChoiceField(
        Purpose.objects.none(),
        label=_("Job"),
        empty_label=_("Choose the job"),
        error_messages={"required": _("Choose the job.")},
    )
    fields = FieldsField(
        label=_("Data you need"),
        empty=_("Choose at least one kind of data."),
        help_text=_("Only what the job needs. Nothing outside the agreement can be asked for."),
    )
    until = DayField(label=_("Until"), help_text=_("That day included."))
    reason = reason_field(empty=_("Write in one sentence why you need the data."))

    def __init__(self, *args, agreement, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["purpose"].queryset = agreement.purposes.filter(is_active=True)
        self.fields["fields"].choices = choices_of(agreement.fields)
        self.fields["until"].show(last=grants.latest_until(agreement))


class StaffAskForm(SharingForm, AboutTenant):
    """Staff ask a tenant of their own register, for a vendor under one of their agreements."""

    agreement = forms.ModelChoiceField(
        None,
        label=_("Agreement with the vendor"),
        empty_label=_("Choose the agreement"),
        error_messages=choice_errors(_("Choose the agreement.")),
    )
    purpose = forms.ModelChoiceField(
        Purpose.objects.for_sharing(),
        label=_("Job"),
        empty_label=_("Choose the job"),
        error_messages=choice_errors(_("Choose the job.")),
    )
    fields = FieldsField(
        label=_("Data the vendor needs"),
        choices=grouped_choices,
        empty=_("Choose at least one kind of data."),
        help_text=_("Only what the job needs and the agreement allows."),
    )
    until = DayField(label=_("Until"), help_text=_("That day included."))
    reason = reason_field(empty=_("Write in one sentence why the data is needed."))

    def __init__(self, *args, user, role, **kwargs):
        super().__init__(*args, user=user, role=role, **kwargs)
        agreements = SharingAgreement.objects.visible_to(user, role=role).active().select_related("vendor")
        self.fields["agreement"].queryset = agreements
        self.fields["agreement"].label_from_instance = lambda agreement: f"{agreement.vendor.name} · {agreement.number}"
        self.fields["until"].widget.attrs |= {"min": timezone.localdate().isoformat()}
