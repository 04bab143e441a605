"""Consent records: explicit, separate and provable answers to each text (clauses 10, 12; articles 20–26)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import AuditLog, Erasure, Export
from privacy.consent.models.legal_documents import DocumentVersion, LegalDocument
from privacy.consent.models.purposes import PurposeVersion
from privacy.models.evidence import Evidence, EvidenceQuerySet
from privacy.models.guardians import Capacity
from privacy.models.parties import party_field
from privacy.models.subjects import Subject
from privacy.scope import ScopedQuerySet


class Decision(models.TextChoices):
    GIVEN = "given", _("agreed")
    DECLINED = "declined", _("did not agree")
    WITHDRAWN = "withdrawn", _("withdrew consent")


class Method(models.TextChoices):
    PORTAL = "portal", _("on the consent page")
    OWN_CONSENTS = "own", _("on the page of one's own consents")
    PAPER = "paper", _("on paper, recorded by staff")


class Presentation(models.Model):
    """What one rendering of the consent page showed, and the one answer that may follow.

    The page carries the token; the row holds its SHA-256 only. Once answered it is kept: the events name it and hold
    the check code of what was shown. `consents.delete_unanswered` deletes the others.
    """

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("shown to"))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    language = models.CharField(_("language shown"), max_length=2, choices=settings.LANGUAGES)
    shown = models.JSONField(_("texts shown"))  # {"documents": [[version id, check code]], "purposes": the same}
    capacity = models.CharField(_("role"), max_length=10, choices=Capacity, blank=True)
    shown_at = models.DateTimeField(_("shown at"), default=timezone.now)
    expires_at = models.DateTimeField(_("may be answered until"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("presentation of a consent page")
        verbose_name_plural = _("presentations of consent pages")

    class Privacy:
        subject = "subject"
        erasure = Erasure(
            retained={"token_hash": "marks the page shown", "shown": "numbers and check codes of public texts"},
            others="proof of what was shown (article 24)",
        )
        export = Export(exclude=("token_hash",))
        audit_log = AuditLog(
            skip_reason="made whenever the consent page is opened; the answer to it is evidence of its own"
        )

    def __str__(self):
        return f"#{self.pk}"


class PaperConsent(models.Model):
    """The scanned form of a consent given on paper. Erasure deletes the scan; its check code stays in the events."""

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="paper_consents", verbose_name=_("subject"))
    controller = party_field(_("building management"))
    form = models.FileField(_("scanned form"), upload_to="paper")
    form_hash = models.CharField(_("check code of the scanned form"), max_length=64, editable=False)
    signed_on = models.DateField(_("signed on"))
    recorded_by = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent on paper")
        verbose_name_plural = _("consents on paper")
        ordering = ["-recorded_at", "-pk"]

    class Privacy:
        subject = "subject"
        controller = "controller"
        erasure = Erasure(
            blank={"form": ""},
            retained={"form_hash": "proof of which form was signed, without its text"},
            others="proof of the answer (article 24)",
        )

    def __str__(self):
        return f"#{self.pk}"


class ControllerNotice(Evidence):
    """Who answered for the data, and what receipts say of it, as it was on a day. The same facts are stored once.

    A receipt reads it instead of the present companies and declarations, so that it never changes (article 24).
    """

    journal_columns = True

    facts = models.JSONField(_("what receipts say"))  # see `privacy.consent.notices.facts_for`
    code = models.CharField(_("check code"), max_length=64, unique=True)  # SHA-256 of the facts
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("controllers named in receipts")
        verbose_name_plural = _("controllers named in receipts")
        ordering = ["-at", "-pk"]

    class Privacy:
        pass

    def __str__(self):
        return self.code[:16]


class ConsentEvent(Evidence):
    """One answer of one person to one document version or one purpose. Names of states follow ISO/IEC TS 27560.

    The events of a subject form a chain: `sequence` counts from 1, `previous` is the `hash` before it, and `hash`
    is the check code of all the rest (`chain.append`).
    """

    journal_columns = True
    journal_relations = ("presentation", "paper")

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="consent_events", verbose_name=_("subject"))
    sequence = models.PositiveIntegerField(_("place in the chain"))
    version = models.ForeignKey(
        DocumentVersion, models.PROTECT, null=True, related_name="consent_events", verbose_name=_("document version")
    )
    purpose_version = models.ForeignKey(
        PurposeVersion, models.PROTECT, null=True, related_name="consent_events", verbose_name=_("purpose")
    )
    decision = models.CharField(_("answer"), max_length=12, choices=Decision)
    language = models.CharField(_("language shown"), max_length=2, choices=settings.LANGUAGES)
    text_hash = models.CharField(_("check code of the text shown"), max_length=64)
    method = models.CharField(_("how"), max_length=12, choices=Method)
    presentation = models.ForeignKey(
        Presentation, models.PROTECT, null=True, related_name="events", verbose_name=_("page shown")
    )
    shown_hash = models.CharField(_("check code of the whole page shown"), max_length=64, blank=True)
    paper = models.ForeignKey(
        PaperConsent, models.PROTECT, null=True, related_name="events", verbose_name=_("scanned form")
    )
    form_hash = models.CharField(_("check code of the scanned form"), max_length=64, blank=True)
    notice = models.ForeignKey(
        ControllerNotice, models.PROTECT, null=True, related_name="+", verbose_name=_("controllers named")
    )
    recorded_by = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    capacity = models.CharField(_("role"), max_length=10, choices=Capacity)
    commitments = models.JSONField(_("salted commitments"), default=dict)  # name → commitment to the value at the time
    at = models.DateTimeField(_("answered at"), default=timezone.now)
    number = models.CharField(_("receipt"), max_length=20, unique=True)
    previous = models.CharField(_("check code of the event before"), max_length=64, blank=True)
    hash = models.CharField(_("check code"), max_length=64)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["subject", "version", "-at"], name="privacy_consent_latest"),
            models.Index(fields=["subject", "purpose_version", "-sequence"], name="privacy_consent_purpose"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["subject", "sequence"], name="privacy_consent_chain"),
            models.UniqueConstraint(fields=["presentation", "version"], name="privacy_consent_document_once"),
            models.UniqueConstraint(fields=["presentation", "purpose_version"], name="privacy_consent_purpose_once"),
            models.CheckConstraint(
                condition=Q(version__isnull=True) ^ Q(purpose_version__isnull=True), name="privacy_consent_to_one_thing"
            ),
        ]

    class Privacy:
        subject = "subject"
        erasure = Erasure(
            retained=dict.fromkeys(
                ("mac", "text_hash", "shown_hash", "form_hash", "commitments", "number", "previous", "hash"),
                "number of the receipt and check codes, which hold no values (article 24)",
            ),
            others="proof of the answer (article 24)",
        )

    def __str__(self):
        return self.number

    @property
    def answered_to(self):
        """The document version or the purpose version that was answered."""
        return self.version or self.purpose_version


class ConsentStatus(models.Model):
    """Up to which version of each document an account has agreed. Not evidence: rebuilt from it.

    Small on purpose: the query that loads the signed-in user reads it (`privacy.backends`).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="consent_statuses")
    document = models.ForeignKey(LegalDocument, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()

    class Meta:
        db_table = "privacy_standing"
        constraints = [models.UniqueConstraint(fields=["user", "document"], name="privacy_standing_once_per_document")]

    def __str__(self):
        return f"{self.document_id}: {self.number}"
