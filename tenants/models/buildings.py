"""Companies, buildings and units: no personal data."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from privacy.models import Party
from privacy.models.parties import PartyKind
from privacy.scope import Role, ScopedQuerySet


class BuildingManagement(Party):
    """A company that manages buildings; its staff see their own rows only."""

    party_kind = PartyKind.MANAGEMENT

    office_hours = models.CharField(
        _("office hours"), max_length=200, blank=True, help_text=_("Shown to tenants beside the contact details.")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("building management")
        verbose_name_plural = _("building managements")

    class Privacy:
        controller = "pk"


class Vendor(Party):
    """An outside company under contract; it sees only what tenants share with it."""

    party_kind = PartyKind.VENDOR

    trade = models.CharField(
        _("trade"), max_length=120, blank=True, help_text=_("For example: plumbing, lifts, cleaning.")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("vendor")
        verbose_name_plural = _("vendors")

    class Privacy:
        # Staff choose vendors from this directory when they draft an agreement
        vendor = "pk"
        open_to = (Role.STAFF,)


class Building(models.Model):
    management = models.ForeignKey(
        BuildingManagement, models.PROTECT, related_name="buildings", verbose_name=_("building management")
    )
    name = models.CharField(_("name"), max_length=120)
    address = models.TextField(_("address"), blank=True)
    directions = models.TextField(_("how to find the management office"), blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["management", "name"], name="tenants_building_name_per_management")
        ]

    class Privacy:
        controller = "management"

    def __str__(self):
        return self.name


class Unit(models.Model):
    building = models.ForeignKey(Building, models.PROTECT, related_name="units", verbose_name=_("building"))
    number = models.CharField(_("unit number"), max_length=20)
    floor = models.CharField(_("floor"), max_length=10, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["building", "number"]
        constraints = [models.UniqueConstraint(fields=["building", "number"], name="tenants_unit_number_per_building")]

    class Privacy:
        controller = "building__management"

    def __str__(self):
        return self.number
