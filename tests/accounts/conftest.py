import pytest
from django.core.cache import cache
from django.utils import translation


@pytest.fixture(autouse=True)
def _fresh_limits():
    """Every test starts with no tries counted."""
    cache.clear()


@pytest.fixture(autouse=True)
def _english():
    """Sentences are compared in the language they are written in."""
    with translation.override("en"):
        yield
