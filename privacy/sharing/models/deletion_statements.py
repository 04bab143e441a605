"""A vendor's statement that it deleted the data of an ended grant, and the reminders of it (clauses 2.5, 2.6)."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import Erasure
from accounts.templatetags.dates import short_datetime_wib
from privacy.models.evidence import Evidence, EvidenceQuerySet
from privacy.models.field_keys import FieldLabels
from privacy.models.parties import Party
from privacy.models.subjects import Subject
from privacy.scope import ScopedQuerySet
from privacy.sharing.models.grants import SharingGrant


class DeletionStatement(FieldLabels, Evidence):
    """One per grant. What is due is never stored: it is computed from the grants that are over."""

    grant = models.OneToOneField(
        SharingGrant, models.PROTECT, related_name="deletion_statement", verbose_name=_("sharing permission")
    )
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="deletion_statements", verbose_name=_("subject"))
    vendor = models.ForeignKey(Party, models.PROTECT, related_name="deletion_statements", verbose_name=_("vendor"))
    fields = models.JSONField(_("kinds of data deleted"))
    means = models.CharField(_("what was deleted, and how"), max_length=200)
    stated_by = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("stated by"))
    at = models.DateTimeField(_("stated at"), default=timezone.now)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("deletion statement")
        verbose_name_plural = _("deletion statements")
        ordering = ["-at", "-pk"]

    class Privacy:
        subject = "subject"
        controller = "grant__agreement__management"
        vendor = "vendor"
        erasure = Erasure(
            retained={"means": "what the vendor states that it did"}
            | dict.fromkeys(("mac", "fields"), "names of fields, no values"),
            others="proof of the deletion; holds no values (article 24)",
        )

    def __str__(self):
        return _("Statement on %(number)s") % {"number": self.grant.number}

    @property
    def number(self):
        """Return the number of the grant, by which a statement is found."""
        return self.grant.number


class AttestationReminder(models.Model):
    """Records that a vendor's members were reminded, so that each reminder is sent once."""

    class Kind(models.TextChoices):
        SOON = "soon", _("nearly due")
        OVERDUE = "overdue", _("overdue")

    grant = models.ForeignKey(
        SharingGrant, models.PROTECT, related_name="attestation_reminders", verbose_name=_("sharing permission")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder of a deletion statement")
        verbose_name_plural = _("reminders of deletion statements")
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["grant", "kind"], name="privacy_attestation_reminded_once")]

    class Privacy:
        subject = "grant__subject"
        controller = "grant__agreement__management"
        vendor = "grant__agreement__vendor"
        erasure = Erasure(others="proof of the reminder; names nobody")

    def __str__(self):
        return f"{self.get_kind_display()}, {short_datetime_wib(self.at)}"
