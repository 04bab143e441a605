"""The demo: loaded once, by the verbs, without a letter; everyone in it can sign in and has something to try."""

from dataclasses import dataclass
from io import StringIO

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count
from django.test import override_settings
from django_tasks import task_backends
from django_tasks.backends.immediate import ImmediateBackend

from accounts.models import User
from bamms import demo
from bamms.demo import accounts, register
from privacy.consent import consents, legal_documents
from privacy.models import (
    AccessRecord,
    DocumentVersion,
    ProfileUpdateRequest,
    SharingAgreement,
    SharingGrant,
    SharingRequest,
)
from privacy.parties import roles_of
from privacy.scope import Role
from tenants import claims, identity
from tenants.models import Building, Bulletin, Claim, Tenant
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def load(**options):
    said = StringIO()
    call_command("load_demo", stdout=said, **options)
    return said.getvalue()


@pytest.fixture(autouse=True)
def in_development(settings):
    settings.DEBUG = True
    cache.clear()  # the claims of earlier loads are counted


@dataclass
class DemoData:
    said: str
    letters: list


@pytest.fixture(scope="module")
def demo_data(django_db_setup, django_db_blocker):
    """Load the demo once; the tests that want a database without it stand above those that use it."""
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(DEBUG=True):
        cache.clear()  # the claims of earlier loads are counted
        mail.outbox.clear()
        yield DemoData(load(), list(mail.outbox))
        transaction.set_rollback(True)


@pytest.fixture
def said(demo_data):
    return demo_data.said


def account(name):
    return User.objects.get(email=accounts.email(name))


def test_load_demo_needs_debug_because_everybody_knows_the_password(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="known password"):
        load()
    assert not User.objects.exists()
    load(force=True)
    assert User.objects.exists()


def test_load_demo_leaves_a_database_with_accounts_alone():
    UserFactory(email="boss@example.org")
    assert "no demo data was loaded" in load()
    assert (User.objects.count(), Tenant.objects.count()) == (1, 0)


def test_load_demo_makes_all_or_nothing(monkeypatch):
    def fail(*_args):
        raise RuntimeError

    monkeypatch.setattr(demo.story, "tell", fail)
    with pytest.raises(RuntimeError):
        load()
    assert not User.objects.exists()
    assert type(task_backends["default"]) is ImmediateBackend


# From here on the demo is loaded


def test_load_demo_loads_once_and_names_the_accounts_every_time(said):
    counts = [model.objects.count() for model in (User, Tenant, AccessRecord, DocumentVersion)]
    again = load()
    assert [model.objects.count() for model in (User, Tenant, AccessRecord, DocumentVersion)] == counts
    for name in accounts.CAST:
        assert f"{name}@example.com" in again
    assert accounts.PASSWORD in again
    assert register.number_of("cici") in again
    assert (said.count("Demo data is loaded."), again.count("Demo data is loaded.")) == (1, 0)


def test_load_demo_sends_no_letter(demo_data):
    assert demo_data.letters == []
    assert type(task_backends["default"]) is ImmediateBackend


def test_everyone_of_the_demo_can_sign_in_and_has_agreed(said, client):
    validate_password(accounts.PASSWORD, User(email="ann@example.com", name="Ann"))
    for name in accounts.CAST:
        user = account(name)
        signed_in = client.post("/accounts/login/", {"login": user.email, "password": accounts.PASSWORD})
        assert signed_in.status_code == 302
        assert client.get("/", follow=True).status_code == 200
        assert not consents.questions(user)
        client.logout()
    start = {name: roles_of(account(name))[0] for name in accounts.CAST}
    assert start == {
        "ann": "tenant",
        "bob": "tenant",
        "vera": "vendor",
        "sam": "staff",
        "rita": "staff",
        "olga": "operator",
        "otto": "operator",
    }


def test_there_is_something_to_try_for_everyone(said):
    ann = account("ann")
    (grant,) = SharingGrant.objects.current().filter(subject__holder=ann)
    assert grant.access_records.filter(hat="vendor", allowed=True).count() == 2
    assert SharingGrant.objects.attestation_due().get().subject == grant.subject
    assert AccessRecord.objects.filter(subject=grant.subject, allowed=False).exists()
    assert SharingRequest.objects.get(subject__holder=ann).status == SharingRequest.Status.WAITING
    assert ProfileUpdateRequest.objects.waiting().filter(subject__holder=ann).count() == 1
    assert {claim.management.name for claim in Claim.objects.waiting()} == {"Pengelola Anggrek"}
    assert Claim.objects.waiting().count() == 2
    states = dict(SharingAgreement.objects.values_list("status").annotate(Count("pk")))
    assert states == {"active": 1, "draft": 1}
    shown = {name: Bulletin.objects.visible_to(account(name), role=Role.TENANT) for name in ("ann", "bob", "dewi")}
    assert {name: found.count() for name, found in shown.items()} == {"ann": 2, "bob": 0, "dewi": 0}
    assert shown["ann"][0].is_survey
    assert {version.document.kind for version in legal_documents.in_force()} == {"policy", "terms"}


def test_the_texts_were_published_by_a_second_person(said):
    for version in DocumentVersion.objects.all():
        assert version.drafted_by.holder == account("olga")
        assert version.published_by.holder == account("otto")


def test_the_newcomer_claims_her_record_and_it_opens_by_itself(said):
    cici = UserFactory(email=accounts.email("cici"))
    _name, _gender, born, _place, unit = register.KNOWN["cici"]
    claim = claims.claim(
        building=Building.objects.get(name="Menara Anggrek"),
        unit_number=unit,
        identity_kind="ktp",
        identity_number=register.number_of("cici"),
        birth_date=Tenant._meta.get_field("birth_date").to_python(born),
        by=cici,
    )
    claim.refresh_from_db()
    assert claim.status == Claim.Status.OPENED
    assert claim.entry.subject.holder == cici


def test_the_register_is_patchy_and_names_nobody_real(said):
    entries = Tenant.objects.all()
    assert len(entries) > 30
    assert any(entry.missing for entry in entries)
    assert all(entry.email.endswith("example.com") for entry in entries if entry.email)
    for entry in entries:
        if entry.identity_number:
            facts = {"birth_date": entry.birth_date, "gender": entry.gender}
            assert not identity.check(entry.identity_kind, entry.identity_number, **facts).warnings
