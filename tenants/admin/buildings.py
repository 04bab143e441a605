"""Companies and buildings in the admin. Staff edit their own; the operator edits the directory of vendors."""

from django import forms
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import models
from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from privacy import parties
from privacy.admin import IdempotentAdd, TenantDataAdmin
from privacy.admin.base import role_of
from privacy.admin.display import column
from privacy.scope import Role
from tenants.models import Building, BuildingManagement, Unit, Vendor

COMPANY = ("name", "legal_name", "address", "phone", "email")
# Addresses have about three lines; Django's default is ten
SHORT_TEXT = {models.TextField: {"widget": forms.Textarea({"rows": 3})}}
OFFICER = (_("Data protection"), {"fields": ("dpo_name", "dpo_email")})


class CompanyAdmin(TenantDataAdmin, TranslationAdmin):
    list_display = ("name", "email", "telephone")
    search_fields = ("name", "legal_name")
    formfield_overrides = SHORT_TEXT

    telephone = column(
        _("phone number"), "phone", lambda phone: phone.as_international if phone else "", ordering="phone"
    )

    def save_model(self, request, obj, form, change):
        """Set the kind of the page: it is not a field of the form (see `parties.register_party`)."""
        obj.kind = self.model.party_kind
        super().save_model(request, obj, form, change)


@admin.register(BuildingManagement)
class BuildingManagementAdmin(CompanyAdmin):
    fieldsets = ((None, {"fields": (*COMPANY, "office_hours")}), OFFICER)

    def has_change_permission(self, request, obj=None):
        """Allow the operator and the head of this management; heads of other managements are staff here."""
        allowed = super().has_change_permission(request, obj)
        if obj is None or role_of(request) == Role.OPERATOR:
            return allowed
        return allowed and parties.is_head(request.user, obj.pk)


@admin.register(Vendor)
class VendorAdmin(CompanyAdmin):
    list_display = ("name", "trade", "email", "telephone")
    fieldsets = ((None, {"fields": (*COMPANY, "trade")}), OFFICER)


class FixedOnceMade:
    """Fixes the management of a building and the building of a unit: a change would move tenants to another company."""

    fixed = ""  # name of the field
    taken = ""  # error where another row has the same name or number

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Preselect the only choice; disable the field of an existing row."""
        form = super().get_form(request, obj, change=change, **kwargs)
        field = form.base_fields.get(self.fixed)
        if field is not None:
            only = list(field.queryset[:2])
            field.initial = only[0] if len(only) == 1 else None
            # Disabled, not removed: validation of "already taken" needs the field
            field.disabled = obj is not None
            for act in ("add", "change", "view"):
                setattr(field.widget, f"can_{act}_related", False)
        form._meta.error_messages = {NON_FIELD_ERRORS: {"unique_together": self.taken}}
        return form


@admin.register(Building)
class BuildingAdmin(IdempotentAdd, FixedOnceMade, TenantDataAdmin, TranslationAdmin):
    fixed = "management"
    taken = _("This management already has a building with this name. Open that one instead.")
    fields = ("management", "name", "address", "directions")
    formfield_overrides = SHORT_TEXT
    list_display = ("name", "management", "unit_count")
    list_select_related = ("management",)
    search_fields = ("name",)

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(unit_count=Count("units"))

    unit_count = column(_("units"), "unit_count", ordering="unit_count")


@admin.register(Unit)
class UnitAdmin(IdempotentAdd, FixedOnceMade, TenantDataAdmin):
    fixed = "building"
    taken = _("This building already has a unit with this number. Open that one instead.")
    fields = ("building", "number", "floor")
    list_display = ("number", "building", "floor")
    list_filter = ("building",)
    search_fields = ("number", "building__name")
    ordering = ("building__name", "number")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("building")

    @staticmethod
    def label_for_choice(unit):
        """Return "A-12-03 · Menara A"."""
        return f"{unit.number} · {unit.building.name}"
