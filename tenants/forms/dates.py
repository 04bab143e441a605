"""A field for dates of birth with three inputs (day, month, year): calendars make distant years hard to reach."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants import normalizers

PARTS = {"day": (_("Day"), 2), "month": (_("Month"), 2), "year": (_("Year"), 4)}


class DateBoxes(forms.MultiWidget):
    """Keeps the typed text when it is not a valid date."""

    template_name = "tenants/widgets/date_boxes.html"

    def __init__(self, attrs=None):
        boxes = {
            part: forms.TextInput(
                {"inputmode": "numeric", "maxlength": digits, "size": digits, "autocomplete": f"bday-{part}"}
            )
            for part, (_label, digits) in PARTS.items()
        }
        super().__init__(boxes, attrs)

    def decompress(self, value):
        """Return three parts; empty ones for anything but a date, such as a text from the query string."""
        return [value.day, value.month, value.year] if isinstance(value, date) else ["", "", ""]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        for box, (label, _digits) in zip(context["widget"]["subwidgets"], PARTS.values(), strict=True):
            box["label"] = label
        return context

    def id_for_label(self, id_):
        """Return the id of the first input, to which an error summary links."""
        return f"{id_}_0" if id_ else id_


class HiddenDateBoxes(DateBoxes):
    template_name = "django/forms/widgets/multiwidget.html"

    def __init__(self, attrs=None):
        super().__init__(attrs)
        for box in self.widgets:
            box.input_type = "hidden"


class BirthDateField(forms.Field):
    """A valid date before today."""

    widget = DateBoxes
    hidden_widget = HiddenDateBoxes
    default_error_messages = {"required": _("Enter your date of birth.")}

    def __init__(self, **kwargs):
        super().__init__(**{"help_text": _("For example 05 04 1990.")} | kwargs)

    def to_python(self, value):
        if isinstance(value, list | tuple):
            value = " ".join(str(part or "").strip() for part in value).strip()
        return normalizers.clean_date(value)

    def has_changed(self, initial, data):
        try:
            return initial != self.to_python(data)
        except forms.ValidationError:
            return True
