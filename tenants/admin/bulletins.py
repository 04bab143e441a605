"""Building announcements in the admin: published once, in both languages, then read-only."""

from django import forms
from django.contrib import admin
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from accounts.templatetags import dates
from privacy import parties
from privacy.admin import IdempotentAdd, TenantDataAdmin
from privacy.admin.base import role_of
from privacy.admin.display import column
from privacy.scope import Role
from tenants import bulletins
from tenants.models import BuildingManagement, Bulletin


@admin.register(Bulletin)
class BulletinAdmin(IdempotentAdd, TenantDataAdmin, TranslationAdmin):
    list_display = ("headline", "sort", "moment", "mailed")
    formfield_overrides = {
        models.TextField: {"widget": forms.Textarea({"rows": 6})},
        models.URLField: {"assume_scheme": "https"},
    }
    fields = ("kind", "title", "text", "link")
    empty_text = _("No announcements yet. What you publish is read by all your tenants in the portal.")

    def has_add_permission(self, request):
        return super().has_add_permission(request) and role_of(request) == Role.STAFF

    def has_change_permission(self, request, obj=None):
        return False

    headline = column(_("title"), "title")
    sort = column(_("kind"), "get_kind_display", capfirst, ordering="kind")
    moment = column(_("published at"), "published_at", dates.short_datetime_wib, ordering="published_at")

    def save_model(self, request, obj, form, change):
        company = parties.party_of(request.user, Role.STAFF)
        obj.management = BuildingManagement.objects.get(pk=company.pk)
        bulletins.publish(bulletin=obj, by=request.user)
