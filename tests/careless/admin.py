"""Each class is right but for one thing, which its name says."""

from django.contrib import admin

from privacy.admin.base import TenantDataAdmin
from tests.careless import models


@admin.register(models.Unsaid)
class UnscopedAdmin(admin.ModelAdmin):
    pass


@admin.register(models.Untested)
class RawIdAdmin(TenantDataAdmin):
    raw_id_fields = ("subject",)


@admin.register(models.Undeclared)
class AcrossAdmin(TenantDataAdmin):
    list_filter = ("subject__holder__name",)


@admin.register(models.Unmasked)
class SearchesOpenlyAdmin(TenantDataAdmin):
    search_fields = ("phone",)


@admin.register(models.KeptScan)
class RawUploadAdmin(TenantDataAdmin):
    pass


class UnscopedInline(admin.TabularInline):
    model = models.Unseen


@admin.register(models.PointsSideways)
class InlineAdmin(TenantDataAdmin):
    inlines = (UnscopedInline,)
