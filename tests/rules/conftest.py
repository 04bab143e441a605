"""What the rule tests share: the world, and a walk through the whole site, made once a process."""

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import translation

from tests.conftest import make_cast
from tests.rules.site import visits
from tests.rules.world import build


@pytest.fixture
def world(cast):
    return build(cast)


@pytest.fixture(scope="session")
def walk(django_db_setup, django_db_blocker):
    """Every address, asked by everybody, in Indonesian; nothing that an answer changed is kept."""
    with django_db_blocker.unblock(), transaction.atomic():
        found = list(visits(build(make_cast())))
        transaction.set_rollback(True)
    return found


@pytest.fixture(autouse=True)
def _fresh():
    """No tries are counted, and sentences are compared in the language they are written in."""
    cache.clear()
    with translation.override("en"):
        yield
