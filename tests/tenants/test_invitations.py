"""Invitations: single use, hashed, 72 hours, bound to the entry and to its address."""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from privacy.errors import Refused
from privacy.models import Subject
from tenants import invitations
from tenants.models import Invitation, Tenant
from tests import factories as f


@pytest.fixture
def entry(cast):
    return f.TenantFactory(management=cast.anggrek, email="dewi@example.com")


@pytest.fixture
def dewi(db):
    return f.UserFactory(email="dewi@example.com")


def invite(entry, by):
    """Send an invitation and read the token from the letter, as the invited person does."""
    invitation = invitations.invite(tenant=entry, by=by)
    link = next(word for word in mail.outbox[-1].body.split() if "/invitation/" in word)
    return invitation, link.rstrip("/").rsplit("/", 1)[1]


def code_of(call, **arguments):
    with pytest.raises(Refused) as refusal:
        call(**arguments)
    return refusal.value.code


def test_invite_takes_turns_with_another_one(entry, cast):
    """Or two at once would leave two links that work."""
    with CaptureQueriesContext(connection) as queries:
        invitations.invite(tenant=entry, by=cast.sam)
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    said = [query["sql"] for query in queries]
    lock = next(n for n, sql in enumerate(said) if 'FROM "privacy_subject"' in sql and "FOR UPDATE" in sql)
    assert lock < next(n for n, sql in enumerate(said) if sql.startswith('UPDATE "tenants_invitation"'))


def test_accept_hands_the_entry_over(entry, dewi, cast):
    _invitation, token = invite(entry, cast.sam)
    invitations.accept(token=token, by=dewi)
    entry.subject.refresh_from_db()
    assert entry.subject.holder == dewi


def test_accept_is_refused_once_staff_corrected_the_address(entry, dewi, cast):
    _invitation, token = invite(entry, cast.sam)
    entry.email = "the.real.dewi@example.com"
    entry.save()
    assert code_of(invitations.accept, token=token, by=dewi) == "over"


def test_token_is_stored_as_hash_only(entry, cast):
    invitation, token = invite(entry, cast.sam)
    assert token not in str(Invitation.objects.filter(pk=invitation.pk).values().get())


def test_letter_names_nobody(entry, cast):
    invite(entry, cast.sam)
    assert entry.name not in mail.outbox[-1].body + mail.outbox[-1].subject


def test_letter_says_the_hours_that_are_set(entry, cast, settings):
    settings.INVITATION_HOURS = 48
    invitation, _token = invite(entry, cast.sam)
    assert "48 jam" in mail.outbox[-1].body
    assert invitation.expires_at - invitation.created_at < timedelta(hours=49)


def test_accept_twice_is_refused(entry, dewi, cast):
    _invitation, token = invite(entry, cast.sam)
    invitations.accept(token=token, by=dewi)
    entry.subject.holder = None
    entry.subject.save()
    assert code_of(invitations.accept, token=token, by=dewi) == "over"


def test_accept_after_72_hours_is_refused(entry, dewi, cast):
    invitation, token = invite(entry, cast.sam)
    assert invitation.expires_at - invitation.created_at >= timedelta(hours=71, minutes=59)
    with time_machine.travel(timezone.now() + timedelta(hours=72, seconds=1)):
        assert code_of(invitations.accept, token=token, by=dewi) == "over"


def test_accept_by_another_address_is_refused(entry, dewi, cast):
    _invitation, token = invite(entry, cast.sam)
    assert code_of(invitations.accept, token=token, by=cast.bob) == "email"


def test_accept_by_an_unconfirmed_address_is_refused(entry, dewi, cast):
    _invitation, token = invite(entry, cast.sam)
    EmailAddress.objects.filter(user=dewi).update(verified=False)
    assert code_of(invitations.accept, token=token, by=dewi) == "email"


def test_accept_minds_no_capitals_in_the_address(entry, dewi, cast):
    entry.email = "Dewi@Example.com"
    entry.save()
    _invitation, token = invite(entry, cast.sam)
    assert invitations.accept(token=token, by=dewi).used_at


def test_accept_of_an_unknown_token_is_refused(dewi):
    assert code_of(invitations.accept, token="guess", by=dewi) == "over"


def test_accept_of_an_entry_claimed_meanwhile_is_refused(entry, dewi, cast):
    _invitation, token = invite(entry, cast.sam)
    entry.subject.holder = cast.bob
    entry.subject.save()
    assert code_of(invitations.accept, token=token, by=dewi) == "claimed"


def test_invite_again_ends_the_earlier_link(entry, dewi, cast):
    _first, token = invite(entry, cast.sam)
    invite(entry, cast.sam)
    assert code_of(invitations.accept, token=token, by=dewi) == "over"


def test_invite_by_other_staff_is_refused(entry, cast):
    for outsider in (cast.rita, cast.vera, cast.ann, cast.olga):
        assert code_of(invitations.invite, tenant=entry, by=outsider) == "not_staff"


def test_invite_without_an_address_is_refused(cast):
    assert code_of(invitations.invite, tenant=f.TenantFactory(management=cast.anggrek), by=cast.sam) == "no_email"


def test_invite_to_a_claimed_entry_is_refused(cast):
    assert code_of(invitations.invite, tenant=cast.ann_entry, by=cast.sam) == "claimed"


def run_invite(client, *entries):
    return client.post(
        "/admin/tenants/tenant/", {"action": "invite", "_selected_action": [entry.pk for entry in entries]}, follow=True
    ).content.decode()


def test_staff_invite_from_the_list(entry, cast, sign_in):
    page = run_invite(sign_in(cast.sam), entry, cast.ann_entry)
    assert "1 invitation is sent." in page
    assert "This record already belongs to an account." in page
    assert [letter.to for letter in mail.outbox] == [["dewi@example.com"]]


def test_staff_of_another_company_invite_nobody(entry, cast, sign_in):
    run_invite(sign_in(cast.rita), entry)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("who", ["olga", "otto"])
def test_operators_do_not_invite(entry, cast, sign_in, who):
    client = sign_in(getattr(cast, who))
    assert 'value="invite"' not in client.get("/admin/tenants/tenant/").content.decode()
    run_invite(client, entry)
    assert not Invitation.objects.exists()


def test_accept_is_refused_to_the_look_alike_of_the_address(entry, cast):
    """PostgreSQL compares by capitals in `iexact`, where ı is an I."""
    _invitation, token = invite(entry, cast.sam)
    assert code_of(invitations.accept, token=token, by=f.UserFactory(email="dewı@example.com")) == "email"


def test_invite_writes_to_nobody_who_was_erased_meanwhile(entry, cast, monkeypatch):
    """Between the first look at the record and its lock."""
    visible_to = type(Tenant.objects.all()).visible_to

    def erased_first(rows, by, *, role):
        found = visible_to(rows, by, role=role)
        pks = list(found.values_list("pk", flat=True))
        Subject.objects.filter(pk=entry.subject_id).update(erased_at=timezone.now())
        return rows.filter(pk__in=pks)

    monkeypatch.setattr(type(Tenant.objects.all()), "visible_to", erased_first)
    assert code_of(invitations.invite, tenant=entry, by=cast.sam) == "erased"
    assert not mail.outbox
