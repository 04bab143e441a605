"""The policy and the terms, version by version (clauses 9, 10, 12). What was published never changes."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from privacy.models.subjects import actor_field
from privacy.models.two_person import TwoPersonAct


class LegalDocument(models.Model):
    is_tracked = True  # in the audit log
    sealed_state = ("kind", "title_ind", "title_en")

    class Kind(models.TextChoices):
        POLICY = "policy", _("Privacy Policy")
        TERMS = "terms", _("Terms and Conditions")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind, unique=True)
    title = models.CharField(_("title"), max_length=120)

    class Meta:
        verbose_name = _("legal document")
        verbose_name_plural = _("legal documents")
        ordering = ["kind"]

    def __str__(self):
        return self.title or self.get_kind_display()

    def title_in(self, language):
        return getattr(self, build_localized_fieldname("title", language))


class DocumentVersionQuerySet(models.QuerySet):
    def published(self):
        return self.filter(published_at__isnull=False)

    def in_force(self, now=None):
        """Return the published versions whose date has come, newest number first."""
        return self.published().filter(in_force_from__lte=now or timezone.now()).order_by("document", "-number")

    def without_texts(self):
        """Defer the texts, for lists: a hundred versions are megabytes of text."""
        return self.rewrite(False).defer(*DocumentVersion.texts())

    def next_number(self, document):
        return (self.filter(document=document).aggregate(last=Max("number"))["last"] or 0) + 1


class DocumentVersion(TwoPersonAct):
    """A draft until `legal_documents.publish`; from then on ORM and database refuse any change."""

    FIRST = "drafted_by"
    SAME_PERSON = _("You edited this draft last. Ask a second person to publish it.")
    is_tracked = True  # in the audit log
    sealed_state = (
        "document", "number", "material", "in_force_from", "drafted_by", "published_at", "published_by",
        "hash_id", "hash_en", "summary_ind", "summary_en", "body_ind", "body_en",
    )  # fmt: skip

    document = models.ForeignKey(LegalDocument, models.PROTECT, related_name="versions", verbose_name=_("document"))
    number = models.PositiveIntegerField(_("version"), validators=[MinValueValidator(1)])
    summary = models.TextField(
        _("summary of changes"), blank=True, help_text=_("One change a line; people read it before they answer.")
    )
    body = models.TextField(
        _("text"), blank=True, help_text=_("Markdown: “## 1. Heading” for sections, “1.” for clauses.")
    )
    material = models.BooleanField(
        _("material change"),
        default=True,
        help_text=_("Material: everyone is asked again. Editorial (spelling, layout): nobody is."),
    )
    in_force_from = models.DateTimeField(
        _("in force from"), null=True, blank=True, help_text=_("Empty: from the moment of publishing.")
    )
    drafted_by = actor_field(_("last edited by"), editable=False)
    drafted_at = models.DateTimeField(_("drafted at"), default=timezone.now, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    published_by = actor_field(_("published by"), null=True, editable=False)
    hash_id = models.CharField(_("check code of the Indonesian text"), max_length=64, editable=False, default="")
    hash_en = models.CharField(_("check code of the English text"), max_length=64, editable=False, default="")

    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("document version")
        verbose_name_plural = _("document versions")
        ordering = ["document", "-number"]
        permissions = [("publish_documentversion", "Can publish document versions")]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="privacy_version_number_once"),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | Q(in_force_from__isnull=False, published_by__isnull=False) & ~Q(hash_id="") & ~Q(hash_en=""),
                name="privacy_version_published_whole",
            ),
        ]

    def __str__(self):
        return _("%(document)s, version %(number)s") % {"document": self.document, "number": self.number}

    @staticmethod
    def texts(path=""):
        """Return the columns that hold whole texts, for `defer()`; `path` leads to the version."""
        return [f"{path}body", f"{path}body_ind", f"{path}body_en"]

    @property
    def is_published(self):
        return self.published_at is not None

    @property
    def is_in_force(self):
        return self.is_published and self.in_force_from <= timezone.now()

    def text(self, language):
        """Return the body in "id" or "en"; never the other language instead."""
        return getattr(self, build_localized_fieldname("body", language))

    def changes(self, language):
        return getattr(self, build_localized_fieldname("summary", language))

    def put(self, language, *, text, summary):
        """Set one language of a draft, without saving it."""
        setattr(self, build_localized_fieldname("body", language), text)
        setattr(self, build_localized_fieldname("summary", language), summary)

    def text_hash(self, language):
        return {"id": self.hash_id, "en": self.hash_en}[language]


class Announcement(models.Model):
    """Progress of the emails about a version that comes into force later: how many were sent, never to whom."""

    version = models.OneToOneField(
        DocumentVersion, models.PROTECT, related_name="announcement", verbose_name=_("document version")
    )
    queued_at = models.DateTimeField(_("queued at"), default=timezone.now)
    last_account = models.PositiveBigIntegerField(_("last account written to"), default=0)
    told = models.PositiveIntegerField(_("people written to"), default=0)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")

    def __str__(self):
        return f"#{self.pk}"
