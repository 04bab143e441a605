"""Purposes of processing, in both languages, and the versions that people answered to."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from accounts.admin_display import WordedAdmin, empty_value
from accounts.templatetags import dates
from privacy.admin.base import ReadOnly, Strict, TenantDataAdmin
from privacy.admin.display import column
from privacy.consent import purposes
from privacy.consent.models.purposes import Purpose, PurposeVersion
from privacy.errors import Refused
from privacy.forms.fields import grouped_choices


class PurposeForm(forms.ModelForm):
    data = forms.MultipleChoiceField(
        label=_("kinds of data used"), choices=grouped_choices, required=False, widget=forms.CheckboxSelectMultiple
    )


WORDS = ("code", "name", "description", "basis", "category", "retention", "optional", "for_sharing")


@admin.register(Purpose)
class PurposeAdmin(WordedAdmin, Strict, TranslationAdmin):
    """Grants of a purpose not in use give no access. Once an agreement names a purpose, its words cannot change."""

    form = PurposeForm
    list_display = ("name", "code", "basis", "optional", "for_sharing", "is_active")
    list_filter = ("is_active", "optional", "for_sharing")
    ordering = ("code",)

    def get_readonly_fields(self, request, obj=None):
        if self.is_agreed_to(obj):
            columns = [f"{name}_{column}" for name in purposes.SAID for column in purposes.LANGUAGES.values()]
            return ("data_used", *columns, *(name for name in WORDS if name not in purposes.SAID))
        return ("code",) if obj else ()

    def get_fields(self, request, obj=None):
        code, *words = WORDS
        return [code, *words[:4], "data_used" if self.is_agreed_to(obj) else "data", *words[4:], "is_active"]

    def get_form(self, request, obj=None, **kwargs):
        """Remove the field `data` too once an agreement names the purpose."""
        form = super().get_form(request, obj, **kwargs)
        if self.is_agreed_to(obj):
            form.base_fields.pop("data", None)
        return form

    def is_agreed_to(self, obj):
        return obj is not None and obj.agreements.exists()

    @admin.display(description=_("kinds of data used"))
    def data_used(self, purpose):
        return ", ".join(purpose.data_labels) or empty_value()

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        purposes.save(purpose=obj, by=request.user)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


@admin.register(PurposeVersion)
class PurposeVersionAdmin(ReadOnly, TenantDataAdmin):
    list_display = ("__str__", "title", "basis", "optional", "moment")
    list_filter = ("purpose", "optional")
    list_select_related = ("purpose",)
    fields = readonly_fields = (
        "purpose", "number", "in_indonesian", "in_english", "basis", "category", "data_used", "optional", "at",
    )  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("purpose")

    title = column(_("name"), "name")
    moment = column(_("at"), "at", dates.short_datetime_wib, ordering="at")

    @admin.display(description=_("in Indonesian"))
    def in_indonesian(self, version):
        return "\n".join(filter(None, version.text("id").values()))

    @admin.display(description=_("in English"))
    def in_english(self, version):
        return "\n".join(filter(None, version.text("en").values()))

    @admin.display(description=_("kinds of data used"))
    def data_used(self, version):
        return ", ".join(version.data_labels) or empty_value()
