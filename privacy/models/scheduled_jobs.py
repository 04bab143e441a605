"""Which daily job has run for which period, so that none runs twice."""

from django.db import models
from django.utils import timezone


class JobRun(models.Model):
    """One job of one period that was done; see `privacy.scheduled_jobs`."""

    job = models.CharField(max_length=40)
    period = models.DateField()
    done_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "privacy_duerun"
        constraints = [models.UniqueConstraint(fields=["job", "period"], name="privacy_due_once_a_period")]

    def __str__(self):
        return f"{self.job} {self.period}"
