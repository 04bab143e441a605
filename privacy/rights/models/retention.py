"""How long data is kept, which notices were sent, and runs of the retention rules (clause 8; articles 42–45)."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import Erasure
from privacy import declarations
from privacy.models.subjects import Subject, actor_field
from privacy.models.two_person import TwoPersonAct, different_people
from privacy.scope import ScopedQuerySet


class RetentionRule(models.Model):
    """Data of one kind is erased a number of days after its event. `setup_retention` creates the initial rules."""

    is_tracked = True  # in the audit log
    sealed_state = ("kind", "days", "warn_days", "is_active")

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
        return self.declaration.retention.event


class RetentionNotice(models.Model):
    """Records that the person was notified of a date of erasure."""

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
        erasure = Erasure(others="proof of the notice (article 45)")

    def __str__(self):
        return f"#{self.pk}"


class RetentionRun(TwoPersonAct):
    """A run of the retention rules, prepared by one person and run by another."""

    FIRST = "prepared_by"
    SAME_PERSON = _("You prepared this run. Ask a second person to run it.")
    sealed_state = ("number", "planned", "check_code", "prepared_by", "prepared_at", "run_by", "done_at")

    number = models.CharField(_("number"), max_length=20, unique=True)
    planned = models.JSONField(_("planned"))  # outcome → number of rows
    check_code = models.CharField(_("check code of the plan"), max_length=64, default="", editable=False)
    prepared_by = actor_field(_("prepared by"))
    prepared_at = models.DateTimeField(_("prepared at"), default=timezone.now)
    run_by = actor_field(_("run by"), null=True)
    done_at = models.DateTimeField(_("done at"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
        ordering = ["-prepared_at", "-pk"]
        permissions = [("apply_retentionrun", "Can prepare and run retention")]
        constraints = [different_people("prepared_by", "run_by", name="privacy_run_second_person")]

    class Privacy:
        pass

    def __str__(self):
        return self.number
