"""Personal data breaches: what happened, whom it concerns, and who was notified when (article 46 UU PDP)."""

import hashlib
import json

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import Erasure
from accounts.templatetags.dates import short_datetime_wib
from privacy import declarations
from privacy.models.evidence import Evidence, EvidenceQuerySet
from privacy.models.field_keys import check_field_keys
from privacy.models.parties import PartyKind, party_field
from privacy.models.subjects import Subject, actor_field
from privacy.scope import HeadsOnlyQuerySet

# The three parts of a notice, in the words of article 46(2)
PARTS = {
    "exposed": _("What personal data was exposed"),
    "happened": _("When and how it happened"),
    "handled": _("What is done to handle it and to recover"),
}
PART_COLUMNS = tuple(f"{name}_{language}" for name in PARTS for language in ("ind", "en"))


def check_kinds(keys):
    """Raise ValidationError unless these are keys of declared fields, each once. Empty while unknown."""
    if keys != []:
        check_field_keys(keys)


class Breach(models.Model):
    class Status(models.TextChoices):
        OPEN = "open", _("notices due")
        TOLD = "told", _("everyone was told")
        CLOSED = "closed", _("closed")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    controller = party_field(
        _("data controller"), limit_choices_to={"kind__in": [PartyKind.OPERATOR, PartyKind.MANAGEMENT]}
    )
    detected_at = models.DateTimeField(
        _("noticed at"), default=timezone.now, help_text=_("The 72 hours begin here and do not move later.")
    )
    due_at = models.DateTimeField(_("deadline"), editable=False)
    kinds = models.JSONField(_("kinds of data"), default=list, blank=True, validators=[check_kinds])
    people_count = models.PositiveIntegerField(
        _("how many people, as far as known"), null=True, blank=True, help_text=_("An estimate is enough at first.")
    )
    exposed = models.TextField(_("what personal data was exposed"), blank=True)
    happened = models.TextField(_("when and how it happened"), blank=True)
    handled = models.TextField(_("what is done to handle it and to recover"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN, editable=False)
    told_at = models.DateTimeField(_("everyone was told at"), null=True, editable=False)
    opened_by = actor_field(_("entered by"), editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    closed_by = actor_field(_("closed by"), null=True, editable=False)
    closing_note = models.TextField(_("why it was closed"), blank=True, editable=False)

    objects = HeadsOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("breach")
        verbose_name_plural = _("breaches")
        ordering = ["-detected_at", "-pk"]

    class Privacy:
        controller = "controller"

    def __str__(self):
        return self.number

    def part(self, name, language):
        """Return one of the three texts; without an English one, the Indonesian, which prevails."""
        own = {"id": "ind"}.get(language, language)
        return (getattr(self, f"{name}_{own}") or getattr(self, f"{name}_ind") or "").strip()

    @property
    def missing_parts(self):
        """Return the labels of the parts that are missing in Indonesian."""
        return [label for name, label in PARTS.items() if not self.part(name, "id")]

    @property
    def words(self):
        """Return the text of a notice sent now, in both languages."""
        return {language: {name: self.part(name, language) for name in PARTS} for language in ("id", "en")}

    @property
    def words_hash(self):
        """Return the SHA-256 of `words`, by which a notice refers to its exact text."""
        return hashlib.sha256(json.dumps(self.words, sort_keys=True).encode()).hexdigest()

    @property
    def kind_labels(self):
        return declarations.labels(self.kinds)


class BreachSubjectQuerySet(HeadsOnlyQuerySet):
    def _as_tenant(self, declaration, user):
        """Filter breaches of which the person was notified: nobody learns of one before its notice."""
        told = BreachNotice.objects.filter(breach=OuterRef("breach"), subject=OuterRef("subject"))
        return super()._as_tenant(declaration, user).filter(Exists(told))


class BreachSubject(models.Model):
    """One person concerned by a breach."""

    breach = models.ForeignKey(Breach, models.PROTECT, related_name="concerned", verbose_name=_("breach"))
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="breaches", verbose_name=_("subject"))
    added_at = models.DateTimeField(_("added at"), default=timezone.now)

    objects = BreachSubjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("person concerned by a breach")
        verbose_name_plural = _("people concerned by breaches")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["breach", "subject"], name="privacy_breach_subject_once")]

    class Privacy:
        subject = "subject"
        controller = "breach__controller"
        erasure = Erasure(others="proof of whom the breach concerned (article 46)")

    def __str__(self):
        return f"{self.breach}, #{self.pk}"


class NoticeQuerySet(HeadsOnlyQuerySet, EvidenceQuerySet):
    def to_people(self):
        return self.filter(subject__isnull=False)


class BreachNotice(Evidence):
    """A notice to one person, or to the authority (no subject), with its exact text. Never changed."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("by email")
        PAPER = "paper", _("on paper")

    breach = models.ForeignKey(Breach, models.PROTECT, related_name="notices", verbose_name=_("breach"))
    subject = models.ForeignKey(
        Subject,
        models.PROTECT,
        null=True,
        related_name="breach_notices",
        verbose_name=_("person told"),
        help_text=_("Empty when the authority was told."),
    )
    channel = models.CharField(_("how"), max_length=10, choices=Channel)
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    words = models.JSONField(_("what was said"))
    words_hash = models.CharField(_("check code of what was said"), max_length=64)
    actor = actor_field(_("by"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("breach notice")
        verbose_name_plural = _("breach notices")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(subject__isnull=False) | ~Q(reference=""), name="privacy_notice_authority_has_reference"
            )
        ]

    class Privacy:
        subject = "subject"
        controller = "breach__controller"
        erasure = Erasure(
            retained=dict.fromkeys(
                ("mac", "reference", "words", "words_hash"),
                "what all concerned were told alike, its check codes and the number of the letter",
            ),
            others="proof of who was told what and when (article 46)",
        )

    def __str__(self):
        return f"{self.breach}, {self.get_channel_display()}, {short_datetime_wib(self.at)}"

    @property
    def is_to_authority(self):
        return self.subject_id is None
