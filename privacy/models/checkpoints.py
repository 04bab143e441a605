"""Nightly checkpoints of the evidence, from which rows or tables that were removed later are detected."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import Erasure
from privacy.models.evidence import Evidence, EvidenceQuerySet
from privacy.models.subjects import Subject


class Checkpoint(Evidence):
    """The number of rows of every evidence table, a SHA-256 over the chain ends that changed, and the log's root.

    `note` is the signed checkpoint of the transparency log (`privacy.transparency_log`), as it is served.
    """

    sequence = models.PositiveIntegerField(_("place in the chain"), unique=True)
    at = models.DateTimeField(_("at"), default=timezone.now)
    counts = models.JSONField(_("rows"))  # table → [number of rows, id of the last one]
    heads = models.PositiveIntegerField(_("chains that grew"))
    heads_hash = models.CharField(_("check code of their ends"), max_length=64)
    size = models.PositiveBigIntegerField(_("rows in the log"), default=0)
    root = models.CharField(_("root of the log"), max_length=64, blank=True)
    note = models.TextField(_("signed checkpoint"), blank=True)
    previous = models.CharField(_("check code of the checkpoint before"), max_length=64, blank=True)
    hash = models.CharField(_("check code"), max_length=64)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["-sequence"]

    class Privacy:
        pass

    def __str__(self):
        return f"#{self.sequence}"


class CheckpointHead(Evidence):
    """The end of one subject's chain at a checkpoint."""

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="chain_ends", verbose_name=_("checkpoint"))
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("subject"))
    sequence = models.PositiveIntegerField(_("place in the chain"))
    hash = models.CharField(_("check code"), max_length=64)
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("end of a chain")
        verbose_name_plural = _("ends of chains")
        constraints = [models.UniqueConstraint(fields=["checkpoint", "subject"], name="privacy_checkpoint_head_once")]

    class Privacy:
        subject = "subject"
        erasure = Erasure(
            retained=dict.fromkeys(("mac", "hash"), "check codes, no values"),
            others="proof that no answer is lost (article 24)",
        )

    def __str__(self):
        return f"{str(self.subject_id)[:8]}: {self.sequence}"
