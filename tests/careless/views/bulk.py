"""A view that changes rows itself."""

from tenants.models import Building


def close(request):
    Building.objects.filter(pk=0).update(name="x")
