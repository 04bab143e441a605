"""Which columns of this package exist in both languages."""

from modeltranslation.translator import TranslationOptions, register

from privacy.oversight.models.breaches import Breach


@register(Breach)
class BreachTranslation(TranslationOptions):
    fields = ("exposed", "happened", "handled")
