"""Sealed copies of the decisions that ordinary rows hold, so that a change made outside this site is noticed."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy.models.evidence import Evidence, EvidenceQuerySet


class StateChange(Evidence):
    """The sealed columns of one row, as they were after one write.

    A model names these columns in `sealed_state`. The last change of a row says what the row must hold now
    (`privacy.sealed_state`); keys sort by time.
    """

    journal_columns = True

    model = models.CharField(_("kind of data"), max_length=60)  # a model's label
    row = models.CharField(_("row"), max_length=40)
    state = models.JSONField(_("what it holds"), null=True)  # column → value; None once the row is removed
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("sealed state")
        verbose_name_plural = _("sealed states")
        ordering = ["pk"]
        indexes = [models.Index(fields=["model", "row", "id"], name="privacy_state_of_row")]

    class Privacy:
        pass

    def __str__(self):
        return f"{self.model} #{self.row}"
