"""The form for placing a legal hold."""

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy.forms.fields import DayInput
from privacy.forms.staff_records import AboutTenant


class HoldForm(AboutTenant):
    reason = forms.CharField(
        label=_("Why the data is still needed"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000
    )
    law = forms.CharField(label=_("Legal reference"), max_length=200, help_text=_("For example a case number."))
    review_on = forms.DateField(label=_("To be looked at again on"), widget=DayInput)
