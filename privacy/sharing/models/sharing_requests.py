"""Requests of staff or a vendor that a person shares data."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import Erasure
from privacy.consent.models.purposes import Purpose
from privacy.models.cases import Case
from privacy.models.field_keys import FieldLabels, check_field_keys
from privacy.models.parties import party_field
from privacy.models.subjects import Subject
from privacy.sharing.models.agreements import SharingAgreement


class SharingRequest(FieldLabels, Case):
    """Staff or a vendor asks the person to share. Only the person answers; there is no deadline."""

    ENDED_STATUS = "cancelled"
    QUEUE_ORDER = ("received_at", "pk")
    NOT_HOLDER = _("Only the person concerned can answer this request.")
    sealed_state = (
        "number", "status", "received_at", "settled_at", "settled_by",
        "subject", "agreement", "purpose", "fields", "until", "asked_by", "asked_for",
    )  # fmt: skip

    class Status(models.TextChoices):
        WAITING = "waiting", _("asked for")
        GIVEN = "given", _("given")
        DECLINED = "declined", _("not given")
        CANCELLED = "cancelled", _("cancelled")

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="sharing_requests", verbose_name=_("subject"))
    agreement = models.ForeignKey(
        SharingAgreement, models.PROTECT, related_name="requests", verbose_name=_("agreement")
    )
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="+", verbose_name=_("purpose"))
    fields = models.JSONField(_("kinds of data asked for"), validators=[check_field_keys])
    until = models.DateField(_("until"))
    reason = models.CharField(_("why, in one sentence that the tenant reads"), max_length=200)
    asked_by = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_for = party_field(_("asked for the company"))
    received_at = models.DateTimeField(_("asked at"), default=timezone.now)
    due_at = None
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)

    class Meta(Case.Meta):
        verbose_name = _("request to share")
        verbose_name_plural = _("requests to share")
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
        erasure = Erasure(
            blank={"reason": ""},
            retained={"number": "number of the request", "fields": "names of fields, no values"},
            others="proof of what was asked",
            settle="end",
        )
