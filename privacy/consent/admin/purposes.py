"""Purposes of processing, in both languages, and the versions that people answered to."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin
from modeltranslation.utils import build_localized_fieldname

from accounts.templatetags import dates
from privacy.admin.base import BaseAdmin, ReadOnly, TenantDataAdmin
from privacy.admin.display import column
from privacy.consent import purposes
from privacy.consent.models.purposes import Purpose, PurposeVersion
from privacy.forms.fields import grouped_choices


class PurposeForm(forms.ModelForm):
    data = forms.MultipleChoiceField(
        label=_("kinds of data used"), choices=grouped_choices, required=False, widget=forms.CheckboxSelectMultiple
    )


WORDS = ("code", "name", "description", "basis", "category", "retention", "optional", "for_sharing")


@admin.register(Purpose)
class PurposeAdmin(BaseAdmin, TranslationAdmin):
    """Grants of a purpose not in use give no access. Once an agreement names a purpose, its words cannot change."""

    form = PurposeForm
    list_display = ("name", "code", "basis", "optional", "for_sharing", "is_active")
    list_filter = ("is_active", "optional", "for_sharing")
    ordering = ("code",)

    def get_readonly_fields(self, request, obj=None):
        if self.is_agreed_to(obj):
            columns = [build_localized_fieldname(name, code) for name in purposes.SAID for code in purposes.LANGUAGES]
            return ("data", "data_used", *columns, *(name for name in WORDS if name not in purposes.SAID))
        return ("code",) if obj else ()

    def get_fields(self, request, obj=None):
        code, *words = WORDS
        return [code, *words[:4], "data_used" if self.is_agreed_to(obj) else "data", *words[4:], "is_active"]

    def is_agreed_to(self, obj):
        return obj is not None and obj.agreements.exists()

    data_used = column(_("kinds of data used"), "data_labels", ", ".join)

    def save_model(self, request, obj, form, change):
        purposes.save(purpose=obj, by=request.user)


def words_in(language, label):
    return column(label, "texts", lambda texts: "\n".join(filter(None, texts[language].values())))


@admin.register(PurposeVersion)
class PurposeVersionAdmin(ReadOnly, TenantDataAdmin):
    list_display = ("__str__", "title", "basis", "optional", "moment")
    list_filter = ("purpose", "optional")
    fields = readonly_fields = (
        "purpose", "number", "in_indonesian", "in_english", "basis", "category", "data_used", "optional", "at",
    )  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("purpose")

    title = column(_("name"), "name")
    in_indonesian = words_in("id", _("in Indonesian"))
    in_english = words_in("en", _("in English"))
    moment = column(_("at"), "at", dates.short_datetime_wib, ordering="at")
    data_used = column(_("kinds of data used"), "data_labels", ", ".join)
