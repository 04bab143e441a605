"""Fixtures of the rule tests: the world, built once per module, and requests to all URLs, made once per run."""

from copy import deepcopy

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import translation

from tests.conftest import make_cast
from tests.rules.site import PEOPLE, visits
from tests.rules.world import build

WALKS = {}  # person → their visits, and the marks of the world that they saw
GROUPS = 4  # of walks: each makes the world once; more would make it more often, fewer would keep workers waiting


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items):
    """Run all tests that use one person's walk on the same worker."""
    for item in items:
        if "walk" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group(f"walks {PEOPLE.index(item.callspec.params['walk']) % GROUPS}"))


@pytest.fixture(scope="module")
def shared_world(django_db_setup, django_db_blocker):
    """Build the world once per module, in about two seconds, and roll it back; each test runs in a savepoint."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(make_cast())
        transaction.set_rollback(True)


@pytest.fixture
def world(shared_world, db):
    """Return copies of the rows, so that tests cannot affect each other."""
    return deepcopy(shared_world)


@pytest.fixture
def fresh_world(transactional_db):
    """Return a world for tests that commit; they are in modules that do not use the shared one."""
    return build(make_cast())


@pytest.fixture(scope="module", params=PEOPLE)
def walk(request):
    """Return the responses to one person's requests to every URL, in Indonesian; changes are rolled back."""
    if request.param not in WALKS:
        world = deepcopy(request.getfixturevalue("shared_world"))
        with transaction.atomic():
            WALKS[request.param] = list(visits(world, request.param)), world.marks
            transaction.set_rollback(True)
    return WALKS[request.param][0]


@pytest.fixture
def marks(walk):
    """The marks of each company in the world of this walk: numbers and names differ from one world to the next."""
    return WALKS[walk[0].who][1]


@pytest.fixture(autouse=True)
def _fresh():
    """Clear the rate limits, and use the language in which messages are written."""
    cache.clear()
    with translation.override("en"):
        yield
