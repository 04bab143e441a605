"""Numbers of the next agreement, request, receipt: one row for each kind and year."""

from django.db import models


class Counter(models.Model):
    """The last running number of one kind in one year; see `privacy.reference_numbers`."""

    kind = models.CharField(max_length=8)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="privacy_counter_kind_year")]

    def __str__(self):
        return f"{self.kind}-{self.year}"
