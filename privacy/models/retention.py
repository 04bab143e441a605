"""How long data is kept, what holds it longer, and the proof that it went (clause 8; articles 42–45)."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from privacy import declarations
from privacy.fields import EncryptedTextField
from privacy.models.evidence import Evidence, EvidenceQuerySet
from privacy.models.parties import Party
from privacy.models.subjects import Subject
from privacy.scope import HeadsOnly, OfOthers, ScopedQuerySet


class RetentionRule(models.Model):
    """Personal data of one kind goes so many days after its event. `setup_retention` ships the first ones."""

    kind = models.CharField(_("kind of data"), max_length=60, unique=True, editable=False)  # a model's label
    days = models.PositiveIntegerField(
        _("days after the event"), validators=[MinValueValidator(1)], help_text=_("Counted from the day after it.")
    )
    warn_days = models.PositiveIntegerField(
        _("days of warning"), default=0, help_text=_("How long before erasure the person is told by email.")
    )
    law = models.CharField(_("legal reference"), max_length=200)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        ordering = ["kind"]

    def __str__(self):
        return str(capfirst(self.declaration.model._meta.verbose_name_plural))

    @property
    def declaration(self):
        return next(d for d in declarations.all_declared() if d.model._meta.label == self.kind)

    @property
    def event(self):
        return self.declaration.ending


class HoldQuerySet(OfOthers, HeadsOnly):
    def active(self):
        return self.filter(released_at__isnull=True)


class LegalHold(models.Model):
    """While a legal process needs a record, nothing of it is erased (articles 33, 43, 44)."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="holds", verbose_name=_("subject"))
    controller = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("building management"))
    reason = EncryptedTextField(_("reason"))
    law = models.CharField(_("legal reference"), max_length=200)
    review_on = models.DateField(_("to be looked at again on"))
    placed_by = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("placed by"))
    placed_at = models.DateTimeField(_("placed at"), default=timezone.now)
    released_by = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+", verbose_name=_("released by"))
    released_at = models.DateTimeField(_("released at"), null=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        ordering = ["-placed_at", "-pk"]
        permissions = [("release_legalhold", "Can release legal holds")]
        constraints = [
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(released_by__isnull=False), name="privacy_hold_released_by"
            )
        ]

    class Privacy:
        subject = "subject"
        controller = "controller"
        personal = {"reason": ""}
        withheld = ("reason",)  # it may tell of a process that must not be given away (article 15)
        kept = dict.fromkeys(
            (
                "id", "number", "subject", "controller", "law", "review_on", "placed_by", "placed_at", "released_by",
                "released_at",
            ),
            "proof of why the data stayed longer (articles 43, 44)",
        )  # fmt: skip

    def __str__(self):
        return self.number

    @property
    def is_active(self):
        return self.released_at is None


class Why(models.TextChoices):
    RETENTION = "retention", _("the retention period ended")
    RIGHT = "right", _("the person asked for it")
    REPLAY = "replay", _("again, after a restored backup")


class OrderQuerySet(HeadsOnly):
    def waiting(self):
        return self.filter(done_at__isnull=True, cancelled_at__isnull=True)


class ErasureOrder(models.Model):
    """Somebody's data is to be erased: done at once, or as soon as no hold stands in the way."""

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="erasure_orders", verbose_name=_("subject"))
    controller = models.ForeignKey(
        Party, models.PROTECT, null=True, related_name="+", verbose_name=_("building management")
    )
    why = models.CharField(_("why"), max_length=10, choices=Why)
    law = models.CharField(_("legal reference"), max_length=200, blank=True)
    reference = models.CharField(_("request"), max_length=20, blank=True)
    ordered_by = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+", verbose_name=_("ordered by"))
    ordered_at = models.DateTimeField(_("ordered at"), default=timezone.now)
    done_at = models.DateTimeField(_("done at"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure to be done")
        verbose_name_plural = _("erasures to be done")
        ordering = ["-ordered_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(done_at__isnull=True, cancelled_at__isnull=True),
                name="privacy_erasure_one_waiting",
            )
        ]

    class Privacy:
        subject = "subject"
        controller = "controller"
        personal = {}
        kept = dict.fromkeys(
            (
                "id", "subject", "controller", "why", "law", "reference", "ordered_by", "ordered_at", "done_at",
                "cancelled_at",
            ),
            "proof of what was ordered (articles 43, 44)",
        )  # fmt: skip

    def __str__(self):
        return f"#{self.pk}"


class RetentionNotice(models.Model):
    """The person was told that her data goes on a date."""

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="retention_notices", verbose_name=_("subject"))
    erase_on = models.DateField(_("erased from"))
    sent_at = models.DateTimeField(_("told at"), default=timezone.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("warning before erasure")
        verbose_name_plural = _("warnings before erasure")
        constraints = [models.UniqueConstraint(fields=["subject", "erase_on"], name="privacy_retention_warned_once")]

    class Privacy:
        subject = "subject"
        personal = {}
        kept = dict.fromkeys(("id", "subject", "erase_on", "sent_at"), "proof of the notice (article 45)")

    def __str__(self):
        return f"#{self.pk}"


class ErasureQuerySet(HeadsOnly, EvidenceQuerySet):
    pass


class Erasure(Evidence):
    """The certificate: what of whom was emptied, why, when. It names a pseudonym, and no value."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="erasures", verbose_name=_("subject"))
    controller = models.ForeignKey(
        Party, models.PROTECT, null=True, related_name="+", verbose_name=_("building management")
    )
    kind = models.CharField(_("kind of data"), max_length=60)  # a model's label: the register's means everything
    why = models.CharField(_("why"), max_length=10, choices=Why)
    law = models.CharField(_("legal reference"), max_length=200, blank=True)
    reference = models.CharField(_("request"), max_length=20, blank=True)
    emptied = models.JSONField(_("rows emptied"))  # model's label → rows
    files = models.PositiveIntegerField(_("files destroyed"))
    account_closed = models.BooleanField(_("account closed"))
    by = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure certificate")
        verbose_name_plural = _("erasure certificates")
        ordering = ["-at", "-pk"]

    class Privacy:
        subject = "subject"
        controller = "controller"
        personal = {}
        kept = dict.fromkeys(
            (
                "id", "mac", "number", "subject", "controller", "kind", "why", "law", "reference", "emptied", "files",
                "account_closed", "by", "at",
            ),
            "proof of the erasure (articles 43–45)",
        )  # fmt: skip

    def __str__(self):
        return self.number


class RetentionRun(models.Model):
    """One person prepares a run, another runs it."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    planned = models.JSONField(_("planned"))  # fate → rows
    check_code = models.CharField(_("check code of the plan"), max_length=64, default="", editable=False)
    prepared_by = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("prepared by"))
    prepared_at = models.DateTimeField(_("prepared at"), default=timezone.now)
    run_by = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+", verbose_name=_("run by"))
    done_at = models.DateTimeField(_("done at"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
        ordering = ["-prepared_at", "-pk"]
        permissions = [("apply_retentionrun", "Can prepare and run retention")]
        constraints = [
            models.CheckConstraint(
                condition=Q(run_by__isnull=True) | ~Q(run_by=models.F("prepared_by")), name="privacy_run_second_person"
            )
        ]

    class Privacy:
        pass

    def __str__(self):
        return self.number
