"""Agreements between a management and a vendor (clauses 2.5, 3.7)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from privacy import declarations
from privacy.consent.models.purposes import Purpose
from privacy.models.field_keys import FieldLabels, check_field_keys
from privacy.models.parties import Party, PartyKind, party_field
from privacy.scope import ScopedQuerySet
from privacy.sharing.models.assessments import ImpactAssessment


class AgreementQuerySet(ScopedQuerySet):
    def _as_vendor(self, declaration, user):
        """Exclude drafts: only the management sees them until both companies have signed."""
        return super()._as_vendor(declaration, user).exclude(status=SharingAgreement.Status.DRAFT)

    def active(self, today=None):
        today = today or timezone.localdate()
        return self.filter(status=SharingAgreement.Status.ACTIVE, valid_from__lte=today, valid_until__gte=today)


class SharingAgreement(FieldLabels, models.Model):
    sealed_state = (
        "number", "management", "vendor", "purpose_ids", "fields", "valid_from", "valid_until", "country", "assessment",
        "status", "status_at", "management_signed_on", "management_file_hash", "vendor_signed_on", "vendor_file_hash",
    )  # fmt: skip

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")
        ENDED = "ended", _("ended")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    management = party_field(_("building management"), limit_choices_to={"kind": PartyKind.MANAGEMENT})
    vendor = models.ForeignKey(
        Party,
        models.PROTECT,
        related_name="agreements",
        verbose_name=_("vendor"),
        limit_choices_to={"kind": PartyKind.VENDOR},
    )
    purposes = models.ManyToManyField(Purpose, related_name="agreements", verbose_name=_("purposes allowed"))
    fields = models.JSONField(_("kinds of data allowed"), default=list, validators=[check_field_keys])
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), help_text=_("That day included."))
    country = CountryField(_("country of storage"), default="ID")
    safeguard = models.TextField(
        _("safeguard for storage abroad"),
        blank=True,
        help_text=_("Required when the data is stored outside Indonesia (Article 56 of UU PDP)."),
    )
    assessment = models.ForeignKey(
        ImpactAssessment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("impact assessment"),
        help_text=_("Required when specific personal data may be shared (Article 34 of UU PDP)."),
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    status_at = models.DateTimeField(_("status since"), default=timezone.now, editable=False)
    management_signed_on = models.DateField(_("signed by the management on"), null=True, blank=True)
    management_file = models.FileField(_("agreement signed by the management"), upload_to="agreements", blank=True)
    management_file_hash = models.CharField(
        _("check code of the management's file"), max_length=64, blank=True, editable=False
    )
    vendor_signed_on = models.DateField(_("signed by the vendor on"), null=True, blank=True)
    vendor_file = models.FileField(_("agreement signed by the vendor"), upload_to="agreements", blank=True)
    vendor_file_hash = models.CharField(_("check code of the vendor's file"), max_length=64, blank=True, editable=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("sharing agreement")
        verbose_name_plural = _("sharing agreements")
        ordering = ["-valid_until", "pk"]
        permissions = [("activate_sharingagreement", "Can activate, suspend and end sharing agreements")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="privacy_agreement_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(status="active")
                | Q(management_signed_on__isnull=False, vendor_signed_on__isnull=False)
                & ~Q(management_file_hash="")
                & ~Q(vendor_file_hash=""),
                name="privacy_agreement_active_signed",
            ),
        ]

    class Privacy:
        controller = "management"
        vendor = "vendor"

    def __str__(self):
        return self.number

    def clean(self):
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValidationError({"valid_until": _("Choose an end date on or after the start date.")})
        if self.country and self.country != "ID" and not self.safeguard:
            raise ValidationError({"safeguard": _("Say which safeguard protects data stored outside Indonesia.")})

    @property
    def purpose_ids(self):
        return sorted(self.purposes.values_list("pk", flat=True))

    @purpose_ids.setter
    def purpose_ids(self, keys):
        self.purposes.set(keys)

    @property
    def is_active(self):
        today = timezone.localdate()
        return self.status == self.Status.ACTIVE and self.valid_from <= today <= self.valid_until

    def is_assessed(self, keys=None, *, day=None):
        """Return whether a valid impact assessment covers the specific data among `keys` (default: all fields)."""
        wanted = [key for key in (self.fields if keys is None else keys) if key in declarations.specific()]
        if not wanted:
            return True
        day = day or timezone.localdate()
        return self.assessment is not None and self.assessment.covers(wanted, self.management_id, day)

    @property
    def days(self):
        """Return the number of days of validity, first and last included."""
        return (self.valid_until - self.valid_from).days + 1

    @property
    def days_gone(self):
        return min(max((timezone.localdate() - self.valid_from).days, 0), self.days)
