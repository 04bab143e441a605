"""Translated columns of this app's models."""

from modeltranslation.translator import TranslationOptions, register

from tenants.models import Building, BuildingManagement, Bulletin, Vendor


@register(BuildingManagement)
class BuildingManagementTranslation(TranslationOptions):
    fields = ("office_hours",)


@register(Vendor)
class VendorTranslation(TranslationOptions):
    fields = ("trade",)


@register(Building)
class BuildingTranslation(TranslationOptions):
    fields = ("directions",)


@register(Bulletin)
class BulletinTranslation(TranslationOptions):
    fields = ("title", "text")
    required_languages = ("id", "en")
