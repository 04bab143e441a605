"""Changes rows without a trace."""

from tenants.models import Building


def rename():
    Building._base_manager.update(name="x")
