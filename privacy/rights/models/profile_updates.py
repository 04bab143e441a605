"""Permission to change the register: the person asks, staff decide per field (clauses 2.2, 5.6; article 30)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import deadlines, declarations
from privacy.fields import EncryptedTextField
from privacy.models.parties import Party
from privacy.models.subjects import Subject
from privacy.scope import ScopedQuerySet


class UpdateQuerySet(ScopedQuerySet):
    def waiting(self):
        """The queue: most urgent first, so overdue ones are on top."""
        return self.filter(status=ProfileUpdateRequest.Status.WAITING).order_by("due_at", "pk")

    def end(self, now):
        """Settle what still waits."""
        waiting = self.filter(status=ProfileUpdateRequest.Status.WAITING)
        waiting.update(status=ProfileUpdateRequest.Status.WITHDRAWN, settled_at=now)

    def with_ended_on(self):
        return self.annotate(ended_on=TruncDate("settled_at"))


class ProfileUpdateRequest(models.Model):
    class Status(models.TextChoices):
        WAITING = "waiting", _("in review")
        APPROVED = "approved", _("approved")
        PARTLY = "partly", _("partly approved")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn by the tenant")

    number = models.CharField(_("number"), max_length=20, unique=True)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="update_requests", verbose_name=_("subject"))
    controller = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("building management"))
    note = EncryptedTextField(_("note"), blank=True, default="")
    evidence = models.FileField(_("supporting document"), upload_to="evidence", blank=True)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    due_at = models.DateTimeField(_("deadline"), default=deadlines.due)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    settled_at = models.DateTimeField(_("answered at"), null=True)
    settled_by = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by"))

    objects = UpdateQuerySet.as_manager()

    class Meta:
        verbose_name = _("data change request")
        verbose_name_plural = _("data change requests")
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["controller", "due_at"], condition=Q(status="waiting"), name="privacy_update_queue")
        ]

    class Privacy:
        subject = "subject"
        controller = "controller"
        ends = "end"
        ending = _("the request was answered")
        personal = {"note": "", "evidence": ""}
        kept = dict.fromkeys(
            ("id", "number", "subject", "controller", "received_at", "due_at", "status", "settled_at", "settled_by"),
            "proof that the request was answered in time (article 30)",
        )

    def __str__(self):
        return self.number

    @property
    def is_waiting(self):
        return self.status == self.Status.WAITING


class ProfileUpdateLine(models.Model):
    """One field of a request. Values are sealed, and removed once the request is settled; the decision stays."""

    class Decision(models.TextChoices):
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")

    request = models.ForeignKey(ProfileUpdateRequest, models.CASCADE, related_name="lines", verbose_name=_("request"))
    field = models.CharField(_("kind of data"), max_length=60)
    old = EncryptedTextField(_("old value"), blank=True, default="")
    new = EncryptedTextField(_("new value"), blank=True, default="")
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("requested change")
        verbose_name_plural = _("requested changes")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "field"], name="privacy_update_line_once"),
            models.CheckConstraint(
                condition=~Q(decision="rejected") | ~Q(reason=""), name="privacy_update_rejection_says_why"
            ),
        ]

    class Privacy:
        subject = "request__subject"
        controller = "request__controller"
        personal = {"old": "", "new": "", "reason": ""}
        kept = dict.fromkeys(("id", "request", "field", "decision"), "proof of the decision (article 30)")

    def __str__(self):
        return f"{self.request}, {self.label}"

    @property
    def label(self):
        return declarations.tenant_record().model._meta.get_field(self.field).verbose_name
