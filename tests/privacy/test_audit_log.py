"""The security journal: every act leaves one entry, and no entry holds a value of a person."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core import mail
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts import account_lifecycle
from accounts.models import User
from privacy import audit_log, parties, subjects
from privacy.errors import Refused
from privacy.models import AuditLogEntry
from privacy.models.audit_log import OF_ACCOUNT, Kind
from privacy.models.parties import MembershipRole
from privacy.oversight import evidence_checks
from privacy.rights import erasures, exports
from privacy.rights.models.erasures import ErasureReason
from privacy.scope import Role
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _no_tries_counted():
    cache.clear()


def entries(*kinds, about=None):
    found = AuditLogEntry.objects.filter(kind__in=kinds)
    return list(found.filter(about__holder=about) if about else found)


def kinds_of(user):
    return {entry.kind for entry in AuditLogEntry.objects.filter(about__holder=user)}


@pytest.fixture
def ann(db):
    user = UserFactory(email="ann@example.com")
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    return user


# Coming in and going out


def test_a_sign_in_and_a_sign_out_are_written_down(ann):
    client = Client()
    client.post(LOGIN, {"login": ann.email, "password": PASSWORD})
    client.post("/accounts/logout/")
    coming, going = entries(Kind.SIGNED_IN, about=ann), entries(Kind.SIGNED_OUT, about=ann)
    assert len(coming) == len(going) == 1
    assert coming[0].actor == coming[0].about == subjects.get_or_create_for(ann)
    assert (coming[0].network, coming[0].route) == ("127.0.0.0/24", "/accounts/login/")
    assert len(coming[0].request) == len("1A2B3C4D")
    assert coming[0].facts == {"with": ["password"]}


def test_a_wrong_password_is_kept_for_the_account(ann):
    Client().post(LOGIN, {"login": "Ann@Example.com", "password": "Wrong-word-1"})
    (kept,) = entries(Kind.FAILED)
    assert (kept.about, kept.actor, kept.network) == (subjects.get_or_create_for(ann), None, "127.0.0.0/24")
    assert not entries(Kind.SIGNED_IN)


def test_an_unknown_email_is_kept_without_it():
    Client().post(LOGIN, {"login": "nobody@example.com", "password": "Wrong-word-1"})
    (kept,) = entries(Kind.FAILED)
    assert kept.about is None
    assert "nobody" not in str(vars(kept))


# Passwords and emails


def test_a_new_password_is_written_down(ann, client):
    client.force_login(ann)
    new = {"oldpassword": PASSWORD, "password1": "Kapal-laut7x", "password2": "Kapal-laut7x"}
    client.post("/accounts/password/change/", new)
    assert Kind.PASSWORD in kinds_of(ann)
    assert not AuditLogEntry.objects.filter(facts__icontains="Kapal").exists()


def test_a_password_set_by_a_link_is_written_down(ann):
    client = Client()
    client.post("/accounts/password/reset/", {"email": ann.email})
    link = next(word for word in mail.outbox[-1].body.split() if "reset/key" in word)
    page = client.get(link, follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": "Kapal-laut7x", "password2": "Kapal-laut7x"})
    assert Kind.RESET in kinds_of(ann)


# What is decided about accounts


def test_inviting_deactivating_and_reactivating_are_written_down(cast):
    account_lifecycle.invite(user=cast.vera, by=cast.olga)
    account_lifecycle.deactivate(user=cast.vera, by=cast.olga)
    account_lifecycle.reactivate(user=cast.vera, by=cast.olga)
    told = entries(Kind.INVITED, Kind.DEACTIVATED, Kind.REACTIVATED, about=cast.vera)
    assert len(told) == 3
    assert {entry.actor for entry in told} == {subjects.get_or_create_for(cast.olga)}


def test_a_refused_deactivation_leaves_nothing(cast):
    with pytest.raises(Exception, match="own account"):
        account_lifecycle.deactivate(user=cast.olga, by=cast.olga)
    assert not entries(Kind.DEACTIVATED)


def test_appointing_and_dismissing_say_which_role(cast):
    before = AuditLogEntry.objects.count()
    membership = parties.appoint(user=cast.rita, party=cast.bougenvil, role=MembershipRole.HEAD, by=cast.otto)
    parties.dismiss(membership=membership, by=cast.otto)
    told = entries(Kind.RIGHTS, about=cast.rita)
    roles = [entry.facts["role"] for entry in told if "role" in entry.facts]
    assert ["officer", "head"] in roles
    assert ["head", None] in roles
    assert all(entry.actor == subjects.get_or_create_for(cast.otto) for entry in told if "role" in entry.facts)
    assert AuditLogEntry.objects.count() > before + 2


def test_groups_are_told_by_name_from_either_side(cast):
    group = Group.objects.get(name="DPO")
    cast.ann.groups.add(group)
    group.user_set.remove(cast.ann)
    group.user_set.add(cast.bob)
    cast.bob.groups.clear()
    assert [entry.facts for entry in reversed(entries(Kind.RIGHTS, about=cast.ann))] == [
        {"given": ["DPO"]},
        {"taken": ["DPO"]},
    ]
    assert [entry.facts for entry in reversed(entries(Kind.RIGHTS, about=cast.bob))] == [
        {"given": ["DPO"]},
        {"taken": ["DPO"]},
    ]


def test_permissions_of_a_group_are_told(cast):
    group = Group.objects.get(name="tenant officer")
    group.permissions.remove(group.permissions.get(codename="export_tenant"))
    entry = entries(Kind.RIGHTS)[0]
    assert (entry.facts, entry.model, entry.row) == ({"taken": ["export_tenant"]}, "auth.Group", str(group.pk))


def test_switches_of_an_account_are_told_with_their_values(cast):
    cast.ann.is_staff = True
    cast.ann.save()
    entry = entries(Kind.CHANGED)[0]
    assert entry.facts == {"changes": {"is_staff": [False, True]}}


# The admin, exports and refusals


def test_a_form_sent_in_the_admin_is_written_down(cast, sign_in):
    sign_in(cast.otto).post(
        "/admin/accounts/user/", {"action": "deactivate", "_selected_action": cast.ann.pk, "index": 0}
    )
    (entry,) = entries(Kind.ADMIN)
    assert (entry.actor, entry.route) == (subjects.get_or_create_for(cast.otto), "/admin/accounts/user/")
    assert entry.facts["action"] == "deactivate"
    assert entries(Kind.DEACTIVATED, about=cast.ann)


def test_looking_at_the_admin_is_no_act(cast, sign_in):
    sign_in(cast.otto).get("/admin/accounts/user/")
    assert not entries(Kind.ADMIN)


def test_a_copy_of_ones_data_is_written_down(cast):
    exports.bundle(by=cast.ann)
    (entry,) = entries(Kind.EXPORTED)
    assert entry.actor == subjects.get_or_create_for(cast.ann)
    assert entry.facts["rows"] == 1


@pytest.mark.parametrize(("who", "address"), [("rita", "/admin/privacy/party/"), ("ann", "/vendor/agreements/")])
def test_a_refused_page_is_written_down(cast, sign_in, who, address):
    user = getattr(cast, who)
    assert sign_in(user).get(address).status_code in {403, 404}
    (entry,) = entries(Kind.REFUSED)
    assert (entry.actor, entry.route) == (subjects.get_or_create_for(user), address)


@pytest.mark.parametrize("who", ["ann", "vera"])
def test_a_page_of_the_admin_that_leads_somebody_away_is_written_down(cast, sign_in, who):
    user = getattr(cast, who)
    assert sign_in(user).get("/admin/tenants/tenant/").status_code == 302
    (entry,) = entries(Kind.REFUSED)
    assert (entry.actor, entry.route) == (subjects.get_or_create_for(user), "/admin/tenants/tenant/")


def test_strangers_cannot_fill_the_journal():
    before = AuditLogEntry.objects.count()
    Client(enforce_csrf_checks=True).post(LOGIN, {"login": "x"})
    Client().get("/no/such/page/")
    assert AuditLogEntry.objects.count() == before


# Who reads it


def test_who_reads_which_entries(cast):
    for user in (cast.ann, cast.sam, cast.rita, cast.vera):
        audit_log.record(Kind.SIGNED_IN, by=user, about=user)
    mine = {name: entries(Kind.SIGNED_IN, about=getattr(cast, name))[0] for name in ("ann", "sam", "rita", "vera")}

    def read(user, role):
        seen = set(AuditLogEntry.objects.visible_to(user, role=role).filter(kind=Kind.SIGNED_IN))
        return {name for name, entry in mine.items() if entry in seen}

    assert read(cast.olga, Role.OPERATOR) == {"ann", "sam", "rita", "vera"}
    assert read(cast.sam, Role.STAFF) == {"sam"}  # he leads Anggrek
    assert read(cast.rita, Role.STAFF) == set()  # an officer leads nobody
    assert read(cast.vera, Role.VENDOR) == set()
    assert read(cast.ann, Role.TENANT) == {"ann"}


def test_a_person_finds_her_own_doings_in_her_copy_and_no_more(cast):
    audit_log.record(Kind.SIGNED_IN, by=cast.ann, about=cast.ann)
    audit_log.record(Kind.RIGHTS, by=cast.otto, about=cast.ann)
    kinds = set(AuditLogEntry.objects.visible_to(cast.ann, role=Role.TENANT).values_list("kind", flat=True))
    assert kinds == {"signed_in"} <= set(OF_ACCOUNT)


# How long it is kept


def old_entry(days):
    return AuditLogEntry.objects.create(kind=Kind.SIGNED_IN, at=timezone.now() - timedelta(days=days))


def test_old_entries_go_and_the_register_knows_why(settings):
    settings.JOURNAL_DAYS = 730
    old, young = old_entry(731), old_entry(729)
    evidence_checks.checkpoint()
    assert audit_log.delete_old() == 1
    left = set(AuditLogEntry.objects.values_list("pk", flat=True))
    assert young.pk in left
    assert old.pk not in left
    (note,) = entries(Kind.FORGOTTEN)
    assert note.facts["rows"] == 1
    assert evidence_checks.verify().holds
    assert audit_log.delete_old() == 0


def test_the_database_keeps_what_is_younger_than_a_year(settings):
    settings.JOURNAL_DAYS = 100
    old_entry(300)
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        audit_log.delete_old()


def test_more_gone_than_was_noted_is_a_fault(settings):
    old_entry(800)
    old_entry(801)
    evidence_checks.checkpoint()
    settings.JOURNAL_DAYS = 730
    with connection.cursor() as cursor:
        oldest = AuditLogEntry.objects.order_by("at").values("pk")[:1].get()["pk"]
        pk = AuditLogEntry._meta.pk.get_db_prep_value(oldest, connection)
        cursor.execute("DELETE FROM privacy_journalentry WHERE id = %s", [pk])
    audit_log.delete_old()
    assert evidence_checks.verify().fault.model is AuditLogEntry


def test_nobody_changes_an_entry():
    entry = audit_log.record(Kind.SIGNED_OUT)
    for attempt in (entry.save, entry.delete, AuditLogEntry.objects.all().delete):
        with pytest.raises(Refused):
            attempt()


def test_erasure_cuts_the_person_loose_and_leaves_the_entries(cast):
    audit_log.record(Kind.SIGNED_IN, by=cast.ann, about=cast.ann)
    account = cast.ann.pk
    erasures.order(subject=cast.ann_entry.subject, why=ErasureReason.RIGHT)
    assert not User.objects.filter(pk=account).exists()
    entry = AuditLogEntry.objects.filter(kind=Kind.SIGNED_IN).last()
    assert entry.about.holder is None
    assert evidence_checks.verify().holds
