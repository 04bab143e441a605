"""What the rule tests share: the world, and a walk through the whole site, made once."""

import pytest
from django.core.cache import cache
from django.utils import translation

from tests.rules.world import build


@pytest.fixture
def world(cast):
    return build(cast)


@pytest.fixture(autouse=True)
def _fresh():
    """No tries are counted, and sentences are compared in the language they are written in."""
    cache.clear()
    with translation.override("en"):
        yield
