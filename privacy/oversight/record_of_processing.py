"""The record of processing, generated from purposes, agreements and declarations (article 31 UU PDP).

Purposes give reasons, legal bases and periods; agreements give recipients and countries; declarations give kinds of
data, data subjects, and which fields are encrypted.
"""

from dataclasses import dataclass, field

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from privacy import declarations
from privacy.consent.models.purposes import Purpose
from privacy.fields import EncryptedTextField
from privacy.models.parties import Party, PartyKind
from privacy.scope import Role
from privacy.sharing.models.agreements import SharingAgreement

HEADINGS = (
    gettext_lazy("Purpose"),
    gettext_lazy("Data controller"),
    gettext_lazy("Legal basis"),
    gettext_lazy("Kinds of data"),
    gettext_lazy("Kinds of people"),
    gettext_lazy("Recipients"),
    gettext_lazy("Country and safeguard"),
    gettext_lazy("Kept for how long"),
    gettext_lazy("Security measures"),
)


@dataclass(frozen=True)
class Activity:
    """One purpose of one controller."""

    purpose: Purpose
    controller: Party
    keys: list
    agreements: list = field(default_factory=list)

    @property
    def cells(self):
        """Return the cells below HEADINGS, in the active language."""
        return [
            self.purpose.name,
            self.controller.name,
            str(self.purpose.get_basis_display()),
            self._kinds(),
            "; ".join(people_of(self.keys)),
            "; ".join(f"{item.vendor.name} ({item.number})" for item in self.agreements) or _("none"),
            "; ".join(dict.fromkeys(_place(item) for item in self.agreements)) or _("no agreement sends it anywhere"),
            self.purpose.retention or _("by the retention rules"),
            " ".join(_measures(self.keys)),
        ]

    @property
    def lines(self):
        """Return (heading, cell) of all but the first two, which form the title."""
        return list(zip(HEADINGS, self.cells, strict=True))[2:]

    def _kinds(self):
        """Return the kinds of data; specific personal data is marked with its kind (article 4(2))."""
        specific = declarations.specific()
        kinds = [
            f"{label} ({declarations.SPECIFIC[specific[key].specific]})" if key in specific else label
            for key, label in zip(self.keys, declarations.labels(self.keys), strict=True)
        ]
        return capfirst(", ".join(kinds)) or _("none from the register of tenants")


def controllers(user, role):
    """Return the companies whose record the user may read: all for the operator, their own for heads."""
    companies = Party.objects.filter(kind__in=[PartyKind.OPERATOR, PartyKind.MANAGEMENT]).order_by("name")
    if role == Role.OPERATOR:
        return list(companies.visible_to(user, role=role))
    return list(companies.filter(pk__in=user.memberships.of_heads().values("party")))


def activities(companies):
    """Return the active purposes of these companies; sharing purposes only if an active agreement names them."""
    agreements = (
        SharingAgreement.objects.active()
        .filter(management__in=companies)
        .select_related("vendor")
        .prefetch_related("purposes")
        .order_by("vendor__name", "number")
    )
    naming = {}
    for agreement in agreements:
        for purpose in agreement.purposes.all():
            naming.setdefault((purpose.pk, agreement.management_id), []).append(agreement)
    found = (
        _activity(purpose, company, naming.get((purpose.pk, company.pk), []))
        for purpose in Purpose.objects.active()
        for company in companies
    )
    return [activity for activity in found if activity is not None]


def people_of(keys):
    """Return the data subjects as the declarations describe them; by default, people with an account."""
    owners = [declarations.shareable()[key].declaration for key in keys if key in declarations.shareable()]
    said = dict.fromkeys(str(owner.person.described_as) for owner in owners if owner.person.described_as)
    return list(said) or [_("people with an account")]


def _activity(purpose, company, agreements):
    if purpose.for_sharing:
        keys = [key for key in declarations.shareable() if any(key in item.fields for item in agreements)]
        return Activity(purpose, company, keys, agreements) if agreements else None
    if company.kind == PartyKind.OPERATOR and purpose.data:
        return None  # the managements control the register's data; the operator processes it on their behalf
    return Activity(purpose, company, list(purpose.data))


def _place(agreement):
    return " – ".join(filter(None, [agreement.country.name, agreement.safeguard]))


def _measures(keys):
    """Return the security measures for this data; encrypted fields are named."""
    names = [_sealed(declarations.shareable()[key]) for key in keys if key in declarations.shareable()]
    sealed = ", ".join(name for name in names if name)
    return [
        *([_("Stored encrypted: %(fields)s.") % {"fields": sealed}] if sealed else []),
        _("Access is given by role and company, and sessions end."),
        _("Every look by staff and vendors is recorded; vendors see only what a permission opens."),
    ]


def _sealed(item):
    column = item.declaration.model._meta.get_field(item.name)
    return str(item.label) if isinstance(column, EncryptedTextField) or hasattr(column, "upload_to") else ""
