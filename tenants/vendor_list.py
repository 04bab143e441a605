"""A vendor's list of people: labelled, searched and sorted only by fields that each person has granted."""

from django.db.models import Case, F, OuterRef, Q, Subquery, When

from privacy.models import SharingGrant
from tenants.models import Occupancy, Tenant

NAME, UNIT = "tenants.tenant.name", "tenants.occupancy.unit"


def label(shown):
    """Return the label of a person: the name if granted, else the unit, else the number of the grant."""
    for key in (NAME, UNIT):
        if values := shown.values.get(key):
            return values[0].text
    return shown.grant.number


def search(found, text):
    """Filter grants whose number, granted name or granted unit contains the text."""
    if not (text := text.strip()):
        return found
    named = Tenant.objects.filter(name__icontains=text).values("subject")
    place = Q(unit__number__icontains=text) | Q(unit__building__name__icontains=text)
    housed = Occupancy.objects.current().filter(place).values("tenant__subject")
    return found.with_keys().filter(
        Q(number__icontains=text)
        | SharingGrant.opens(NAME) & Q(subject__in=named)
        | SharingGrant.opens(UNIT) & Q(subject__in=housed)
    )


def sort(found, by):
    """Sort as asked (`?sort=`); people who have not granted the field come last, by the end of their grant."""
    if by == "name":
        key, values = NAME, Tenant.objects.filter(subject=OuterRef("subject")).values("name")
    elif by == "unit":
        homes = Occupancy.objects.current().filter(tenant__subject=OuterRef("subject"))
        key, values = UNIT, homes.values("unit__number")
    else:  # by the end of the grant, which is always visible
        return found.order_by("ends_at", "pk")
    granted = Case(When(SharingGrant.opens(key), then=Subquery(values.order_by("pk")[:1])))
    return found.with_keys().alias(_sort=granted).order_by(F("_sort").asc(nulls_last=True), "ends_at", "pk")
