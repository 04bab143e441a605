"""What the rule tests share: the world, made once a module, and a walk through the whole site, made once a run."""

from copy import deepcopy

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import translation

from tests.conftest import make_cast
from tests.rules.site import PEOPLE, visits
from tests.rules.world import build

WALKS = {}


@pytest.hookimpl(tryfirst=True)  # before xdist names the groups
def pytest_collection_modifyitems(items):
    """One worker walks for a person, and the tests that look at that walk go with it."""
    for item in items:
        if "walk" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group(f"walk of {item.callspec.params['walk']}"))


@pytest.fixture(scope="module")
def shared_world(django_db_setup, django_db_blocker):
    """Two seconds of verbs: a module's tests share it, each in a savepoint of its own, and nothing of it is kept."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(make_cast())
        transaction.set_rollback(True)


@pytest.fixture
def world(shared_world, db):
    """Copies of the rows, so that what one test does to them no other sees."""
    return deepcopy(shared_world)


@pytest.fixture
def fresh_world(transactional_db):
    """For tests that really commit; they stand in modules of their own, away from the shared one."""
    return build(make_cast())


@pytest.fixture(scope="module", params=PEOPLE)
def walk(request):
    """Every address, asked by one person after the other, in Indonesian; nothing that an answer changed is kept."""
    if request.param not in WALKS:
        world = deepcopy(request.getfixturevalue("shared_world"))
        with transaction.atomic():
            WALKS[request.param] = list(visits(world, request.param))
            transaction.set_rollback(True)
    return WALKS[request.param]


@pytest.fixture(autouse=True)
def _fresh():
    """No tries are counted, and sentences are compared in the language they are written in."""
    cache.clear()
    with translation.override("en"):
        yield
