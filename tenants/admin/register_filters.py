"""Filters of the register: they offer values in scope only, and no personal values."""

from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from privacy.admin.base import role_of
from tenants.models import Building, Tenant


class BuildingFilter(admin.SimpleListFilter):
    title = _("building")
    parameter_name = "building"

    def lookups(self, request, model_admin):
        buildings = Building.objects.visible_to(request.user, role=role_of(request))
        return [(str(pk), name) for pk, name in buildings.values_list("pk", "name")]

    def queryset(self, request, queryset):
        chosen = self.value()
        if not chosen or chosen not in dict(self.lookup_choices):
            return queryset
        homes = Tenant.objects.filter(occupancies__unit__building=chosen).values("pk")
        return queryset.filter(pk__in=homes)


class ClaimedFilter(admin.SimpleListFilter):
    title = _("account")
    parameter_name = "claimed"

    def lookups(self, request, model_admin):
        return [("yes", _("claimed")), ("no", _("not claimed"))]

    def queryset(self, request, queryset):
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(subject__holder__isnull=self.value() == "no")


class MissingFilter(admin.SimpleListFilter):
    title = _("missing")
    parameter_name = "missing"

    def lookups(self, request, model_admin):
        return [(name, capfirst(Tenant._meta.get_field(name).verbose_name)) for name in Tenant.EXPECTED]

    def queryset(self, request, queryset):
        name = self.value()
        if name not in Tenant.EXPECTED:
            return queryset
        if name == "identity_number":
            return queryset.filter(identity_index="")
        return queryset.filter(birth_date__isnull=True) if name == "birth_date" else queryset.filter(**{name: ""})
