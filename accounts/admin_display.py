"""The admin shows words where Django shows dashes, codes and icons."""

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

NOT_CHOSEN = _("Not chosen yet")
NO_ACTION = (("", _("Choose an action")),)


def icon(name):
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("icons/sprite.svg"), name
    )


def empty_value():
    """Return a dash for the screen and a word for screen readers."""
    return format_html('<span aria-hidden="true">–</span><span class="visually-hidden">{}</span>', gettext("empty"))


def yes_no(value):
    """Return an icon and a translated word; Django's icon has the alternative text "True" in every language."""
    if value is None:
        return empty_value()
    name, word = ("check-circle-fill", gettext("Yes")) if value else ("dash-circle", gettext("No"))
    return format_html('<span class="yes-no yes-no-{}">{} {}</span>', "yes" if value else "no", icon(name), word)


def label_empty_choices(field):
    """Capitalize the choices, and label the empty one in words instead of dashes."""
    if isinstance(field, forms.TypedChoiceField):
        field.choices = [
            (value, NOT_CHOSEN if (value, label) in BLANK_CHOICE_DASH else capfirst(label))
            for value, label in field.choices
        ]
    if isinstance(field, forms.ModelChoiceField) and field.empty_label == BLANK_CHOICE_DASH[0][1]:
        field.empty_label = NOT_CHOSEN


class PhoneInput(forms.TextInput):
    """An input that shows the stored phone number in international format, as other pages do."""

    input_type = "tel"

    def format_value(self, value):
        return super().format_value(getattr(value, "as_international", value))


class WordedAdmin:
    """Mixin of all our admin classes and inlines: empty choices are labelled in words."""

    def get_action_choices(self, request, default_choices=NO_ACTION):
        return super().get_action_choices(request, list(default_choices))

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Label the empty choice in words."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, PhoneNumberField):
            field.widget = PhoneInput(field.widget.attrs)
        label_empty_choices(field)
        return field
