"""What a person answered to which text: explicit, per document, provable (clauses 10, 12; articles 20, 22, 24)."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy.models.evidence import Evidence, EvidenceQuerySet
from privacy.models.policies import DocumentVersion, LegalDocument
from privacy.models.subjects import Subject


class Decision(models.TextChoices):
    GIVEN = "given", _("agreed")
    DECLINED = "declined", _("did not agree")
    WITHDRAWN = "withdrawn", _("withdrew consent")


class Method(models.TextChoices):
    PORTAL = "portal", _("on the consent page")


class ConsentEvent(Evidence):
    """One answer of one person to one version. Names of states follow ISO/IEC TS 27560."""

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="consent_events", verbose_name=_("subject"))
    version = models.ForeignKey(
        DocumentVersion, models.PROTECT, related_name="consent_events", verbose_name=_("document version")
    )
    decision = models.CharField(_("answer"), max_length=12, choices=Decision)
    language = models.CharField(_("language shown"), max_length=2, choices=settings.LANGUAGES)
    text_hash = models.CharField(_("check code of the text shown"), max_length=64)
    method = models.CharField(_("how"), max_length=12, choices=Method)
    at = models.DateTimeField(_("answered at"), default=timezone.now)
    number = models.CharField(_("receipt"), max_length=20, unique=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["subject", "version", "-at"], name="privacy_consent_latest")]

    class Privacy:
        subject = "subject"
        personal = {}
        kept = dict.fromkeys(
            ("id", "subject", "version", "decision", "language", "text_hash", "method", "at", "number"),
            "proof of the answer (article 24)",
        )

    def __str__(self):
        return self.number


class Standing(models.Model):
    """Up to which version of each document an account has agreed. Not evidence: rebuilt from it.

    Small on purpose: the query that loads the signed-in user reads it (`privacy.backends`).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="standings")
    document = models.ForeignKey(LegalDocument, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "document"], name="privacy_standing_once_per_document")]

    def __str__(self):
        return f"{self.document_id}: {self.number}"
