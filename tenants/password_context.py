"""Names that anybody can connect with a person, so that no password is made of them."""

from privacy.models import Party
from privacy.models.parties import PartyKind
from tenants.models import Building, Tenant


def known_to(user):
    """Of the operator, the managements and their buildings, and of the person's own entries and companies."""
    names = [
        *Party.objects.exclude(kind=PartyKind.VENDOR).values_list("name", flat=True),
        *Building.objects.values_list("name", flat=True),
    ]
    if user is not None and user.pk:
        names += user.memberships.values_list("party__name", flat=True)
        names += Tenant.objects.filter(subject__holder=user).values_list("name", flat=True)
    return names
