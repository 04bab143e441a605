"""Translated columns of this package's models."""

from modeltranslation.translator import TranslationOptions, register

from privacy.oversight.models.breaches import Breach


@register(Breach)
class BreachTranslation(TranslationOptions):
    fields = ("exposed", "happened", "handled")
