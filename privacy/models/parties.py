"""Companies that hold personal data, and who works for them (clause 1)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from privacy.scope import HeadsOnlyQuerySet, ScopedQuerySet


class PartyKind(models.TextChoices):
    OPERATOR = "operator", _("operator")
    MANAGEMENT = "management", _("building management")
    VENDOR = "vendor", _("vendor")


class Party(models.Model):
    """The operator, a building management or a vendor. Registered by `parties.register_party`, which sets the kind."""

    party_kind = PartyKind.OPERATOR  # each subclass sets the kind of its companies

    kind = models.CharField(_("kind"), max_length=12, choices=PartyKind, editable=False)
    name = models.CharField(_("name"), max_length=150)
    legal_name = models.CharField(
        _("registered name"), max_length=200, blank=True, help_text=_("As in the deed, for agreements and receipts.")
    )
    address = models.TextField(_("address"), blank=True)
    phone = PhoneNumberField(_("phone number"), blank=True)
    email = models.EmailField(_("email"), blank=True)
    dpo_name = models.CharField(_("data protection officer"), max_length=150, blank=True)
    dpo_email = models.EmailField(_("email of the data protection officer"), blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["name"]

    class Privacy:
        controller = "pk"

    def __str__(self):
        return self.name


def party_field(label, **options):
    """Return a foreign key to a company, without a way back."""
    return models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=label, **options)


class MembershipRole(models.TextChoices):
    OPERATOR = "operator", _("operator")
    DPO = "dpo", _("data protection officer")
    HEAD = "head", _("head of management")
    OFFICER = "officer", _("tenant officer")
    VENDOR = "vendor", _("vendor user")


OPERATOR_ROLES = (MembershipRole.OPERATOR, MembershipRole.DPO)
STAFF_ROLES = (MembershipRole.HEAD, MembershipRole.OFFICER)
ROLES_OF_KIND = {
    PartyKind.OPERATOR: OPERATOR_ROLES,
    PartyKind.MANAGEMENT: STAFF_ROLES,
    PartyKind.VENDOR: (MembershipRole.VENDOR,),
}


class MembershipQuerySet(HeadsOnlyQuerySet):
    def of_staff(self):
        return self.filter(role__in=STAFF_ROLES)

    def of_heads(self):
        return self.filter(role=MembershipRole.HEAD)

    def of_vendors(self):
        return self.filter(role=MembershipRole.VENDOR)

    def of_operator(self):
        return self.filter(role__in=OPERATOR_ROLES)


class Membership(models.Model):
    """The company that an account works for, and the role there. Set by `parties.appoint`, never by the person."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("account")
    )
    party = models.ForeignKey(Party, models.PROTECT, related_name="memberships", verbose_name=_("company"))
    role = models.CharField(_("role"), max_length=12, choices=MembershipRole)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("company user")
        verbose_name_plural = _("company users")
        constraints = [models.UniqueConstraint(fields=["user", "party"], name="privacy_membership_once_per_party")]

    class Privacy:
        controller = "party"
        vendor = "party"

    def __str__(self):
        return f"{self.get_role_display()}, {self.party}"
