"""A date of birth is typed in three number boxes: day, month, year. Nobody picks 1961 from a calendar."""

from datetime import date

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class BirthDateWidget(forms.MultiWidget):
    template_name = "django/forms/widgets/birth_date.html"
    use_fieldset = True

    def __init__(self, attrs=None):
        boxes = {
            name: forms.NumberInput(attrs={"inputmode": "numeric", "min": low, "max": high, "autocomplete": f"bday-{name}", "aria-label": label})
            for name, label, low, high in (
                ("day", _("Day"), 1, 31),
                ("month", _("Month"), 1, 12),
                ("year", _("Year"), 1900, 2100),
            )
        }
        super().__init__(boxes, attrs)

    def decompress(self, value):
        if isinstance(value, str) and value:
            value = date.fromisoformat(value)
        return [value.day, value.month, value.year] if value else [None, None, None]


class BirthDateField(forms.MultiValueField):
    """A date before today (Asia/Jakarta), or None when it is not required and left empty."""

    widget = BirthDateWidget
    default_error_messages = {
        "invalid": _("Write a real date, for example 05 04 1990."),
        "incomplete": _("Write a real date, for example 05 04 1990."),
        "past": _("The date must be before today."),
    }

    def __init__(self, **kwargs):
        boxes = (forms.IntegerField(), forms.IntegerField(), forms.IntegerField())
        super().__init__(fields=boxes, require_all_fields=kwargs.get("required", True), **kwargs)

    def compress(self, values):
        if not values or all(value is None for value in values):
            return None
        try:
            day, month, year = values
            found = date(year, month, day)
        except (TypeError, ValueError, OverflowError):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        if found >= timezone.localdate():
            raise forms.ValidationError(self.error_messages["past"], code="past")
        return found
