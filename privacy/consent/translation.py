"""Which columns of this package exist in both languages."""

from modeltranslation.translator import TranslationOptions, register

from privacy.consent.models.legal_documents import DocumentVersion, LegalDocument
from privacy.consent.models.purposes import Purpose


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
