"""Which columns of this floor exist in both languages."""

from modeltranslation.translator import TranslationOptions, register

from privacy.models import Breach, DocumentVersion, LegalDocument, Purpose


@register(LegalDocument)
class LegalDocumentTranslation(TranslationOptions):
    fields = ("title",)


@register(DocumentVersion)
class DocumentVersionTranslation(TranslationOptions):
    fields = ("summary", "body")
    # A legal text is never shown in another language than the one asked for
    fallback_languages = {"default": ()}


@register(Purpose)
class PurposeTranslation(TranslationOptions):
    fields = ("name", "description", "retention")


@register(Breach)
class BreachTranslation(TranslationOptions):
    fields = ("exposed", "happened", "handled")
