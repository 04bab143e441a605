"""Fixtures and settings shared by all tests: test-only settings, and the cast."""

import gc
import tempfile
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.core.signals import setting_changed
from django.db import transaction
from django.middleware import csrf
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from xdist.scheduler import LoadGroupScheduling

from accounts.models import User
from privacy import parties
from privacy.models import Party, Purpose, SharingAgreement
from privacy.models.parties import MembershipRole
from tenants.models import BuildingManagement, Tenant, Vendor
from tests import factories as f

pytest_plugins = ["tests.database", "tests.tasks"]
TASKS = settings.TASKS
DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}

# Pages hold random CSRF tokens: of letters in which no name and no number that a test looks for can appear.
csrf.CSRF_ALLOWED_CHARS = "qxzQXZ"

# Derandomised, without deadline: a failure is caused by the change, not by chance or a slow machine.
# `make fuzz` tries new examples; those that fail are added as an @example.
hypothesis.register_profile("fuzz", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
hypothesis.register_profile("suite", hypothesis.get_profile("fuzz"), max_examples=100, derandomize=True)
hypothesis.load_profile("suite")


def pytest_addoption(parser):
    parser.addoption(
        "--only-database", action="store_true",
        help="leave out tests that use no database and the browser tests: a run on another database has them",
    )  # fmt: skip


def pytest_configure(config):
    # Garbage collection took a tenth of the time, and tests create few reference cycles
    gc.set_threshold(100_000)
    # Argon2 is slow by design; the tests sign in hundreds of times
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Tests use force_login, without a second factor; tests about it switch it on
    settings.SECOND_FACTOR = settings.ACCOUNT_REAUTHENTICATION_REQUIRED = False
    # A persistent connection in a thread of the live server would prevent dropping the test database
    settings.DATABASES["default"]["CONN_MAX_AGE"] = 0
    # Keep evidence of tests out of the real journal
    settings.EVIDENCE_JOURNAL = Path(tempfile.mkdtemp(prefix="bamms-tests-")) / "journal.jsonl"
    # No collectstatic before tests: files are served from the source tree
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True


class ModuleScheduling(LoadGroupScheduling):
    """Send a whole module to one worker, since its tests share fixtures; a test in a group goes with its group."""

    def _split_scope(self, nodeid):
        return super()._split_scope(nodeid).partition("::")[0]


@pytest.hookimpl(optionalhook=True)  # without xdist there is nothing to schedule
def pytest_xdist_make_scheduler(config, log):
    return ModuleScheduling(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_collection_modifyitems(config, items):
    """Order each module's tests: those that need an empty database run before the first that needs the cast."""
    if config.getoption("only_database"):
        kept = [test for test in items if uses_database(test) and "chromium" not in test.fixturenames]
        config.hook.pytest_deselected(items=list(set(items) - set(kept)))
        items[:] = kept
    items[:] = [
        test
        for _module, tests in groupby(items, attrgetter("module"))
        for test in sorted(tests, key=lambda test: "cast" in test.fixturenames)
    ]
    for test in items:
        test.module.SHARES_CAST = True
    for test in items:
        if really_commits(test):
            test.module.SHARES_CAST = False


def uses_database(test):
    return bool(test.get_closest_marker("django_db")) or not DATABASE_FIXTURES.isdisjoint(test.fixturenames)


def really_commits(test):
    mark = test.get_closest_marker("django_db")
    in_transaction = not mark or not mark.kwargs.get("transaction")
    return not in_transaction or not {"transactional_db", "live_server"}.isdisjoint(test.fixturenames)


@pytest.fixture(autouse=True)
def _nothing_counted():
    """Clear the rate limits: the cache is not rolled back, and account ids are reused."""
    cache.clear()


@pytest.fixture(autouse=True)
def _no_journal():
    """Leave no journal: with it, the database of the next test would look like a restored one."""
    journal = settings.EVIDENCE_JOURNAL
    yield
    journal.unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def _immediate_tasks():
    """Begin with the task backend of the settings, whatever backend an earlier test of this worker used."""
    if settings.TASKS != TASKS:
        settings.TASKS = TASKS
    setting_changed.send(sender=None, setting="TASKS", value=TASKS, enter=False)


@dataclass
class Cast:
    """Two managements, a vendor, and their members; all have consented to the versions in force, if any."""

    operator: Party
    anggrek: BuildingManagement  # of ann and sam
    bougenvil: BuildingManagement  # of bob and rita
    teknik: Vendor  # of vera
    agreement: SharingAgreement  # between anggrek and teknik
    purpose: Purpose
    ann: User
    bob: User
    vera: User
    sam: User
    rita: User
    olga: User
    otto: User
    ann_entry: Tenant
    bob_entry: Tenant


@pytest.fixture(scope="module")
def shared_cast(request, django_db_setup, django_db_blocker):
    """Create the cast once per module and roll it back; not for modules whose tests commit."""
    if not request.module.SHARES_CAST:
        yield None
        return
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_cast()
        transaction.set_rollback(True)


@pytest.fixture
def cast(shared_cast, db):
    """Return copies of the rows, so that tests cannot affect each other."""
    return deepcopy(shared_cast) or make_cast()


def make_cast():
    call_command("setup_groups", verbosity=0)
    operator = f.OperatorFactory()
    anggrek = f.ManagementFactory(name="Pengelola Anggrek", email="kantor@anggrek.example")
    bougenvil = f.ManagementFactory(name="Pengelola Bougenvil", email="kantor@bougenvil.example")
    teknik = f.VendorFactory(name="PT Teknik Andal")
    people = {name: f.UserFactory(email=f"{name}@example.com") for name in ("ann", "bob")}
    for name in ("vera", "sam", "rita", "olga"):
        people[name] = f.UserFactory(email=f"{name}@example.com", name=name.capitalize())
    otto = f.UserFactory(email="otto@example.com", name="Otto", is_staff=True, is_superuser=True)
    for name, party, role in (
        ("sam", anggrek, MembershipRole.HEAD),
        ("rita", bougenvil, MembershipRole.OFFICER),
        ("vera", teknik, MembershipRole.VENDOR),
        ("olga", operator, MembershipRole.DPO),
    ):
        parties.appoint(user=people[name], party=party, role=role, by=otto)
    entries = {}
    for name, management in (("ann", anggrek), ("bob", bougenvil)):
        entry = f.TenantFactory(
            management=management,
            name={"ann": "Ann Wijaya", "bob": "Bob Santoso"}[name],
            identity_kind="ktp",
            identity_number={"ann": "3172055504900001", "bob": "3172051503850002"}[name],
            gender={"ann": "female", "bob": "male"}[name],
            birth_date={"ann": date(1990, 4, 15), "bob": date(1985, 3, 15)}[name],
            birth_place="Jakarta",
            address="Jalan Contoh 1",
            phone={"ann": "+6281234567890", "bob": "+6281298765432"}[name],
            nationality="ID",
            email=f"{name}@example.com",
            subject__holder=people[name],
        )
        f.OccupancyFactory(tenant=entry, unit__number={"ann": "A-12-03", "bob": "B-07-01"}[name])
        entries[name] = entry
    purpose = f.PurposeFactory()
    agreement = f.AgreementFactory(management=anggrek, vendor=teknik, purposes=[purpose])
    return Cast(
        operator=operator, anggrek=anggrek, bougenvil=bougenvil, teknik=teknik, agreement=agreement, purpose=purpose,
        otto=otto, ann_entry=entries["ann"], bob_entry=entries["bob"], **people,
    )  # fmt: skip


@pytest.fixture
def sign_in(client):
    """Return a function: `sign_in(cast.ann)` returns a client signed in as ann."""

    def _sign_in(user):
        client.force_login(user)
        return client

    return _sign_in


@pytest.fixture
def grant(cast):
    """Return a grant of ann's name, phone and unit to vera's company."""
    return f.GrantFactory(subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose)
