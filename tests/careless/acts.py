"""An act that belongs behind a POST."""

from tenants.models import Building


def rename_nothing():
    Building.objects.filter(pk=0).update(name="x")
