"""Names that are known to be related to a person, which passwords may not contain."""

from privacy.models import Party
from privacy.models.parties import PartyKind
from tenants.models import Building, Tenant


def known_to(user):
    """Return names of the operator, managements and buildings, and of the user's own entries and companies."""
    names = [
        *Party.objects.exclude(kind=PartyKind.VENDOR).values_list("name", flat=True),
        *Building.objects.values_list("name", flat=True),
    ]
    if user is not None and user.pk:
        names += user.memberships.values_list("party__name", flat=True)
        names += Tenant.objects.filter(subject__holder=user).values_list("name", flat=True)
    return names
