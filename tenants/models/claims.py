"""How an account becomes the holder of a register entry: by a claim, or by an invitation (clauses 3.3, 5.1)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import Erasure, Export, Personal, Retention
from privacy.fields import BlindIndexField, EncryptedTextField
from privacy.models import Subject
from privacy.models.cases import Case, CaseQuerySet
from privacy.portals import PageFor
from privacy.scope import ScopedQuerySet
from tenants import identity
from tenants.models.buildings import Building, BuildingManagement
from tenants.models.register import IdentityKind, Tenant, identity_text


class ClaimQuerySet(CaseQuerySet):
    def for_management(self):
        """Filter claims that reached the management or matched automatically: staff may not read unmatched claims."""
        reached = self.exclude(status__in=[Claim.Status.RECEIVED, Claim.Status.UNMATCHED])
        # The message of a closed claim is deleted, so its entry shows that it had been waiting
        return reached.exclude(status=Claim.Status.CLOSED, entry=None)


class Claim(Case):
    """What a claimant states about themselves. Values are encrypted, and deleted once the claim is settled."""

    class Status(models.TextChoices):
        RECEIVED = "received", _("received")
        UNMATCHED = "unmatched", _("no entry found")
        WAITING = "waiting", _("waits for staff")
        OPENED = "opened", _("opened by itself")
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", _("refused")
        CLOSED = "closed", _("closed without a match")

    OPEN = (Status.RECEIVED, Status.UNMATCHED, Status.WAITING)
    ENDED_STATUS = Status.CLOSED
    MAIL, PAGE, page_args = "claim_answered", PageFor.TENANT_START, ()
    ANSWERED = _("This claim is already answered. Nothing was changed.")
    NOT_STAFF = _("Only staff of this building management can decide.")
    sealed_state = (*Case.sealed_state, "claimant", "management")

    claimant = models.ForeignKey(Subject, models.PROTECT, related_name="claims", verbose_name=_("claimant"))
    management = models.ForeignKey(
        BuildingManagement, models.PROTECT, related_name="claims", verbose_name=_("building management")
    )
    building = models.ForeignKey(Building, models.PROTECT, related_name="+", verbose_name=_("building"))
    unit_number = models.CharField(_("unit number"), max_length=20)
    identity_kind = models.CharField(_("identity kind"), max_length=8, choices=IdentityKind)
    identity_number = EncryptedTextField(_("identity number"), blank=True, default="")
    identity_index = BlindIndexField(_("search code of the identity number"), source="identity_text")
    # ISO 8601, as text, so that it can be encrypted
    birth_date = EncryptedTextField(_("date of birth"), blank=True, default="")
    message = EncryptedTextField(_("message to the management"), blank=True, default="")
    entry = models.ForeignKey(
        Tenant, models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=_("register entry")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.RECEIVED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta(Case.Meta):
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        indexes = [
            models.Index(fields=["management", "due_at"], condition=Q(status="waiting"), name="tenants_claim_queue")
        ]
        constraints = [
            # One open claim per person and management, so that a repeated submission does nothing
            models.UniqueConstraint(
                fields=["claimant", "management"],
                condition=Q(status__in=["received", "unmatched", "waiting"]),
                name="tenants_claim_one_open",
            ),
        ]

    class Privacy:
        subject = "claimant"
        controller = "management"
        fields = {"identity_number": Personal(masked=True)}
        erasure = Erasure(
            blank={
                "unit_number": "", "identity_kind": "", "identity_index": "", "birth_date": "", "message": "",
                "entry": None, "reason": "",
            },
            retained={"number": "number of the claim"},
            others="proof of how the account came to hold the entry",
            settle="end",
            other_subjects=("entry__subject",),
        )  # fmt: skip
        export = Export(exclude=("entry", "status"))  # they would reveal whether somebody is in the register
        retention = Retention(event=_("the claim was answered"), days=365, law="UU PDP Pasal 43")

    def identity_text(self):
        return identity_text(self.identity_kind, self.identity_number)

    def get_identity_number_display(self):
        return identity.group(self.identity_kind, self.identity_number)

    def get_identity_number_masked(self):
        return identity.mask(self.identity_kind, self.identity_number)


class InvitationQuerySet(ScopedQuerySet):
    def with_ended_on(self):
        return self.annotate(ended_on=TruncDate(Coalesce("used_at", "expires_at")))


class Invitation(models.Model):
    """An invitation to one entry's email. Only the token's hash is stored; it works once, until it expires."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="invitations", verbose_name=_("tenant"))
    email = models.EmailField(_("email"))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("sent at"), default=timezone.now)
    created_by = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("sent by"))
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("used at"), null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-pk"]

    class Privacy:
        subject = "tenant__subject"
        controller = "tenant__management"
        erasure = Erasure(blank={"email": "", "token_hash": ""}, others="proof of the invitation", delete=True)
        export = Export(exclude=("token_hash",))
        retention = Retention(event=_("the invitation was used or ran out"), days=90, law="UU PDP Pasal 43")

    def __str__(self):
        return _("Invitation %(number)s") % {"number": self.pk}
