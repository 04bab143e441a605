"""What staff or a vendor ask a person to share."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy.consent.models.purposes import Purpose
from privacy.models.field_keys import FieldLabels, check_field_keys
from privacy.models.parties import Party
from privacy.models.subjects import Subject
from privacy.scope import ScopedQuerySet
from privacy.sharing.models.agreements import SharingAgreement


class SharingRequestQuerySet(ScopedQuerySet):
    def end(self, now):
        """Cancel what still waits."""
        waiting = self.filter(status=SharingRequest.Status.WAITING)
        waiting.update(status=SharingRequest.Status.CANCELLED, answered_at=now)


class SharingRequest(FieldLabels, models.Model):
    """Staff or a vendor asks the person to share; only the person answers."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("asked for")
        GIVEN = "given", _("given")
        DECLINED = "declined", _("not given")
        CANCELLED = "cancelled", _("cancelled")

    number = models.CharField(_("number"), max_length=20, unique=True)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="sharing_requests", verbose_name=_("subject"))
    agreement = models.ForeignKey(
        SharingAgreement, models.PROTECT, related_name="requests", verbose_name=_("agreement")
    )
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="+", verbose_name=_("purpose"))
    fields = models.JSONField(_("kinds of data asked for"), validators=[check_field_keys])
    until = models.DateField(_("until"))
    reason = models.CharField(_("why, in one sentence that the tenant reads"), max_length=200)
    asked_by = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_for = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("asked for the company"))
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    answered_at = models.DateTimeField(_("answered at"), null=True)

    objects = SharingRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to share")
        verbose_name_plural = _("requests to share")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "agreement", "purpose"],
                condition=Q(status="waiting"),
                name="privacy_request_one_waiting",
            )
        ]

    class Privacy:
        subject = "subject"
        controller = "agreement__management"
        vendor = "agreement__vendor"
        ends = "end"
        personal = {"reason": ""}
        kept = dict.fromkeys(
            (
                "id",
                "number",
                "subject",
                "agreement",
                "purpose",
                "fields",
                "until",
                "asked_by",
                "asked_for",
                "asked_at",
                "status",
                "answered_at",
            ),
            "proof of what was asked",
        )

    def __str__(self):
        return self.number
