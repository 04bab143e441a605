import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _fresh_limits():
    """Every story starts with no tries counted."""
    cache.clear()
