import logging

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import ValidationError

from accounts import account_lifecycle, mfa
from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga():
    return UserFactory(email="olga@example.com", is_superuser=True)


def test_make_account_opens_it_without_a_password_and_sends_the_link(olga, client):
    made = account_lifecycle.create_account(email=" Sam@Example.com ", name="Sam", language="en", by=olga)
    assert (made.email, made.name, made.language, made.is_staff) == ("sam@example.com", "Sam", "en", False)
    assert not made.has_usable_password()
    assert EmailAddress.objects.get(user=made).verified
    letter = mail.outbox[0]
    assert letter.to == ["sam@example.com"]
    assert letter.subject == "Set your password"
    link = next(word for word in letter.body.split() if word.startswith("http"))
    page = client.get(link.removeprefix("http://testserver"), follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": "Kapal-laut7x", "password2": "Kapal-laut7x"})
    made.refresh_from_db()
    assert made.check_password("Kapal-laut7x")


@pytest.mark.parametrize("email", ["olga@example.com", "OLGA@example.com", "second@example.com"])
def test_make_account_refuses_an_address_in_use(olga, email):
    EmailAddress.objects.create(user=olga, email="second@example.com", verified=True)
    with pytest.raises(ValidationError, match="already exists"):
        account_lifecycle.create_account(email=email, by=olga)
    assert User.objects.count() == 1
    assert not mail.outbox


def test_make_account_takes_an_address_that_somebody_only_claimed(olga):
    EmailAddress.objects.create(user=UserFactory(), email="sam@example.com", verified=False)
    assert account_lifecycle.create_account(email="sam@example.com", by=olga).email == "sam@example.com"


def test_make_account_refuses_what_is_no_address(olga):
    with pytest.raises(ValidationError):
        account_lifecycle.create_account(email="olga at home", by=olga)
    assert not mail.outbox


def test_invite_refuses_an_inactive_account(olga):
    with pytest.raises(ValidationError, match="not active"):
        account_lifecycle.invite(user=UserFactory(is_active=False), by=olga)


def test_deactivate_signs_the_person_out_at_the_next_request(olga, client):
    sam = UserFactory()
    client.force_login(sam)
    account_lifecycle.deactivate(user=sam, by=olga)
    assert client.get("/accounts/password/change/").status_code == 302
    account_lifecycle.reactivate(user=sam, by=olga)
    sam.refresh_from_db()
    assert sam.is_active


def test_deactivate_logs_numbers_only(olga, caplog):
    sam = UserFactory(email="sam@example.com", name="Sam Park")
    with caplog.at_level(logging.INFO):
        account_lifecycle.deactivate(user=sam, by=olga)
    assert f"Account {sam.pk} was deactivated by account {olga.pk}" in caplog.text
    assert "sam" not in caplog.text.lower()


@pytest.mark.parametrize("verb", [account_lifecycle.deactivate, account_lifecycle.reactivate])
def test_nobody_switches_their_own_account(olga, verb):
    with pytest.raises(ValidationError, match="your own account"):
        verb(user=olga, by=olga)


@pytest.mark.parametrize("verb", [account_lifecycle.deactivate, account_lifecycle.reactivate])
def test_only_a_superuser_switches_a_superuser(olga, verb):
    with pytest.raises(ValidationError, match="superuser"):
        verb(user=olga, by=UserFactory())


def test_choose_language_keeps_the_choice_of_its_owner_only(olga):
    account_lifecycle.choose_language(user=olga, language="id", by=olga)
    olga.refresh_from_db()
    assert olga.language == "id"
    with pytest.raises(ValidationError, match="owner"):
        account_lifecycle.choose_language(user=olga, language="en", by=UserFactory())


def test_deactivate_by_an_operator_reaches_colleagues_and_by_a_superuser_everyone(olga):
    colleague, omar, otto = UserFactory(), UserFactory(), UserFactory(is_superuser=True)
    for user, by in ((colleague, omar), (otto, olga)):
        account_lifecycle.deactivate(user=user, by=by)
        assert not User.objects.get(pk=user.pk).is_active


def test_an_act_looks_at_the_account_as_it_is_now_not_as_it_was_read(olga):
    ann = UserFactory(email="ann@example.com")
    read_before = User.objects.get(pk=ann.pk)
    account_lifecycle.deactivate(user=ann, by=olga)
    with pytest.raises(ValidationError, match="not active"):
        account_lifecycle.replace_email(user=read_before, email="new@example.com", by=olga)
    ann.refresh_from_db()
    assert (ann.email, ann.is_active) == ("ann@example.com", False)


def test_nobody_reaches_an_account_that_became_a_superusers_meanwhile(olga):
    otto = UserFactory()
    read_before = User.objects.get(pk=otto.pk)
    User.objects.filter(pk=otto.pk).update(is_superuser=True)
    for verb in (account_lifecycle.deactivate, account_lifecycle.reactivate, mfa.remove_all):
        with pytest.raises(ValidationError, match="superuser"):
            verb(user=read_before, by=UserFactory())
        read_before.is_superuser = False
