"""Merger, sale or dissolution of a controller, with a notice before and after (clause 6; article 48 UU PDP)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import declarations
from privacy.models.evidence import Evidence, EvidenceQuerySet
from privacy.models.parties import PartyKind, party_field
from privacy.models.subjects import actor_field
from privacy.scope import ScopedQuerySet


class TransferKind(models.TextChoices):
    MERGER = "merger", _("merger")
    ACQUISITION = "acquisition", _("acquisition")
    CONSOLIDATION = "merged", _("consolidation into a new company")
    SPLIT = "split", _("separation into several companies")
    VENTURE = "venture", _("joint venture")
    SALE = "sale", _("sale or assignment of the business")
    DISSOLUTION = "dissolution", _("dissolution")


class TransferQuerySet(ScopedQuerySet):
    def _as_tenant(self, declaration, user):
        """Filter announced transfers of managements with an entry of the user; the operator's concern every entry."""
        register = declarations.tenant_record()
        entries = register.model._base_manager.filter(**{register.holder: user})
        answering = Q(from_party__in=entries.values(register.controller))
        if entries.exists():
            answering |= Q(from_party__kind=PartyKind.OPERATOR)
        return self.filter(answering, announced_at__isnull=False)


class CorporateTransfer(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        ANNOUNCED = "announced", _("announced")
        COMPLETED = "completed", _("completed")
        NOTICED = "noticed", _("second notice given")
        CLOSED = "closed", _("closed")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    from_party = party_field(
        _("company that hands over"), limit_choices_to={"kind__in": [PartyKind.MANAGEMENT, PartyKind.OPERATOR]}
    )
    to_party = party_field(
        _("company that takes over, if it is here"),
        null=True,
        blank=True,
        limit_choices_to={"kind__in": [PartyKind.MANAGEMENT, PartyKind.OPERATOR]},
    )
    to_name = models.CharField(
        _("registered name of the company that takes over"),
        max_length=200,
        blank=True,
        help_text=_("Empty only for a dissolution that nobody takes over."),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=TransferKind)
    planned_on = models.DateField(_("planned for"))
    description_ind = models.TextField(
        _("what changes for tenants, in Indonesian"), help_text=_("The tenants read this in the first notice.")
    )
    description_en = models.TextField(
        _("what changes for tenants, in English"), help_text=_("The tenants read this in the first notice.")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    announced_at = models.DateTimeField(_("first notice at"), null=True, editable=False)
    announced_to = models.PositiveIntegerField(_("accounts in the first notice"), null=True, editable=False)
    completed_at = models.DateTimeField(_("completed at"), null=True, editable=False)
    noticed_at = models.DateTimeField(_("second notice at"), null=True, editable=False)
    noticed_to = models.PositiveIntegerField(_("accounts in the second notice"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("corporate transfer")
        verbose_name_plural = _("corporate transfers")
        ordering = ["-planned_on", "-pk"]
        permissions = [("move_corporatetransfer", "Can announce, complete and close corporate transfers")]
        constraints = [
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True) | Q(announced_at__isnull=False, announced_to__isnull=False),
                name="privacy_transfer_first_notice",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(noticed_at__isnull=False, completed_at__isnull=False),
                name="privacy_transfer_second_notice",
            ),
            models.CheckConstraint(
                condition=Q(kind="dissolution") | ~Q(to_name=""), name="privacy_transfer_says_to_whom"
            ),
        ]

    class Privacy:
        controller = "from_party"

    def __str__(self):
        return self.number

    def description(self, language):
        return {"id": self.description_ind, "en": self.description_en}[language]


class TransferEvent(Evidence):
    """One step: when, by whom, and to how many accounts a notice was sent."""

    class Kind(models.TextChoices):
        PLANNED = "planned", _("planned")
        ANNOUNCED = "announced", _("first notice given")
        COMPLETED = "completed", _("completed")
        NOTICED = "noticed", _("second notice given")
        CLOSED = "closed", _("closed")

    transfer = models.ForeignKey(
        CorporateTransfer, models.PROTECT, related_name="events", verbose_name=_("corporate transfer")
    )
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    accounts = models.PositiveIntegerField(_("accounts told"), null=True)
    actor = actor_field(_("by"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("corporate transfer event")
        verbose_name_plural = _("corporate transfer events")
        ordering = ["-at", "-pk"]

    class Privacy:
        controller = "transfer__from_party"

    def __str__(self):
        return f"{self.transfer}, {self.get_kind_display()}"
