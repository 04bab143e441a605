"""Erasures that were ordered, and the certificate of each that was done."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import personal_data
from privacy.models.evidence import Evidence, EvidenceQuerySet
from privacy.models.parties import party_field
from privacy.models.subjects import Subject, actor_field
from privacy.scope import HeadsOnlyQuerySet


class ErasureReason(models.TextChoices):
    RETENTION = "retention", _("the retention period ended")
    RIGHT = "right", _("the person asked for it")


class OrderQuerySet(HeadsOnlyQuerySet):
    def waiting(self):
        return self.filter(done_at__isnull=True, cancelled_at__isnull=True)


class ErasureOrder(models.Model):
    """An order to erase a person's data: done at once, or when no legal hold is active any more."""

    sealed_state = ("subject", "controller", "why", "ordered_by", "ordered_at", "done_at", "cancelled_at")

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="erasure_orders", verbose_name=_("subject"))
    controller = party_field(_("building management"), null=True)
    why = models.CharField(_("why"), max_length=10, choices=ErasureReason)
    law = models.CharField(_("legal reference"), max_length=200, blank=True)
    reference = models.CharField(_("request"), max_length=20, blank=True)
    ordered_by = actor_field(_("ordered by"), null=True)
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
        erasure = personal_data.Erasure(
            retained={"law": "article of the law that the order rests on", "reference": "number of the request"},
            others="proof of what was ordered (articles 43, 44)",
        )

    def __str__(self):
        return f"#{self.pk}"


class ErasureQuerySet(HeadsOnlyQuerySet, EvidenceQuerySet):
    pass


class Erasure(Evidence):
    """The certificate of an erasure: what was erased, why, when. It refers to a pseudonym and holds no value."""

    journal_columns = True

    number = models.CharField(_("number"), max_length=20, unique=True)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="erasures", verbose_name=_("subject"))
    controller = party_field(_("building management"), null=True)
    kind = models.CharField(_("kind of data"), max_length=60)  # a model's label; the register's means the whole record
    why = models.CharField(_("why"), max_length=10, choices=ErasureReason)
    law = models.CharField(_("legal reference"), max_length=200, blank=True)
    reference = models.CharField(_("request"), max_length=20, blank=True)
    emptied = models.JSONField(_("rows emptied"))  # model's label → number of rows
    files = models.PositiveIntegerField(_("files destroyed"))
    account_closed = models.BooleanField(_("account closed"))
    by = actor_field(_("by"), null=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure certificate")
        verbose_name_plural = _("erasure certificates")
        ordering = ["-at", "-pk"]

    class Privacy:
        subject = "subject"
        controller = "controller"
        erasure = personal_data.Erasure(
            retained=dict.fromkeys(
                ("mac", "number", "kind", "law", "reference", "emptied"),
                "numbers, articles and counts of rows, no values",
            ),
            others="proof of the erasure (articles 43–45)",
        )

    def __str__(self):
        return self.number
