"""Requests to change the register: the person asks, staff decide per field (clauses 2.2, 5.6; article 30)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import Erasure, Retention
from privacy import declarations, integrity
from privacy.fields import EncryptedTextField
from privacy.models.cases import Case
from privacy.models.parties import party_field
from privacy.models.subjects import Subject
from privacy.portals import PageFor
from privacy.scope import ScopedQuerySet


class ProfileUpdateRequest(Case):
    PAGE = PageFor.UPDATE_REQUEST
    NOT_STAFF = _("Only staff of the management that keeps this record can decide.")
    sealed_state = (*Case.sealed_state, "subject", "controller")

    class Status(models.TextChoices):
        WAITING = "waiting", _("in review")
        APPROVED = "approved", _("approved")
        PARTLY = "partly", _("partly approved")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn by the tenant")

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="update_requests", verbose_name=_("subject"))
    controller = party_field(_("building management"))
    note = EncryptedTextField(_("note"), blank=True, default="")
    evidence = models.FileField(_("supporting document"), upload_to="evidence", blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)

    class Meta(Case.Meta):
        verbose_name = _("data change request")
        verbose_name_plural = _("data change requests")
        indexes = [
            models.Index(fields=["controller", "due_at"], condition=Q(status="waiting"), name="privacy_update_queue")
        ]

    class Privacy:
        subject = "subject"
        controller = "controller"
        erasure = Erasure(
            blank={"note": "", "evidence": ""},
            retained={"number": "number of the request"},
            others="proof that the request was answered in time (article 30)",
            settle="end",
        )
        retention = Retention(event=_("the request was answered"), days=365, law="UU PDP Pasal 30, 43")


class ProfileUpdateLine(models.Model):
    """One field of a request. Values are encrypted, and removed once it is settled; the decision is kept."""

    sealed_state = ("request", "field", "decision", "commitments")

    class Decision(models.TextChoices):
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")

    request = models.ForeignKey(ProfileUpdateRequest, models.CASCADE, related_name="lines", verbose_name=_("request"))
    field = models.CharField(_("kind of data"), max_length=60)  # key of the field: "tenants.tenant.phone"
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
        erasure = Erasure(
            blank={"old": "", "new": "", "reason": ""},
            retained={"field": "name of a field, no value"},
            others="proof of the decision (article 30)",
        )

    def __str__(self):
        return f"{self.request}, {self.label}"

    @property
    def name(self):
        """Return the field's name in the model of the register."""
        return declarations.name_of(self.field)

    def get_field_display(self):
        return self.label

    @property
    def commitments(self):
        """Salted commitments to the old and the new value, while they are stored."""
        values = {name: getattr(self, name) for name in ("old", "new") if getattr(self, name)}
        salt = self.request.subject.salt if values else b""
        return {name: integrity.commitment(salt, value) for name, value in values.items()}

    @property
    def column(self):
        """Return the field of the register's model."""
        return declarations.tenant_record().model._meta.get_field(self.name)

    @property
    def label(self):
        return self.column.verbose_name

    @property
    def is_file(self):
        return isinstance(self.column, models.FileField)
