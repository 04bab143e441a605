"""An email is confirmed by the letter and the account together; what only waits to be confirmed takes nothing."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import account_lifecycle, login_limits, sessions, throttling
from accounts.models import User
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
THIEF, VICTIM = "thief@evil.example", "victim@example.com"
STRANGE, HERS = "Pencuri-Masuk-9!", "Milik-Korban-55!"


def browser():
    return Client(headers={"Accept-Language": "en"})


def link_to(email):
    """The link of the last letter to this address."""
    letter = [letter for letter in mail.outbox if letter.to == [email]][-1]
    return re.search(r"http://testserver(\S+)", letter.body).group(1)


def sign_up(email, password):
    client = browser()
    client.post("/accounts/signup/", {"email": email, "password1": password, "language": "en"})
    return client


def sign_in(email, password):
    client = browser()
    client.post("/accounts/login/", {"login": email, "password": password})
    return client


def is_in(client):
    return "_auth_user_id" in client.session


def ask_for(client, email):
    return client.post(reverse("account_email"), {"email": email, "action_add": ""})


def reset(email, password):
    client = browser()
    client.post(reverse("account_reset_password"), {"email": email})
    form = client.get(link_to(email), follow=True).request["PATH_INFO"]
    client.post(form, {"password1": password, "password2": password})
    return client


def is_confirmed(email):
    return EmailAddress.objects.filter(email=email, verified=True).exists()


@pytest.fixture
def ann():
    return UserFactory(email="ann@example.com", language="en")


def test_in_the_browser_of_the_sign_up_the_button_is_enough():
    client = sign_up(VICTIM, HERS)
    assert 'type="password"' not in client.get(link_to(VICTIM)).content.decode()
    client.post(link_to(VICTIM))
    assert is_confirmed(VICTIM)


def test_in_another_browser_the_password_is_asked_for():
    sign_up(VICTIM, HERS)
    phone, link = browser(), link_to(VICTIM)
    assert "Enter the password of your account, then press the button" in phone.get(link).content.decode()
    for sent in ({}, {"password": ""}):
        assert "Enter your password." in phone.post(link, sent).content.decode()
    assert not is_confirmed(VICTIM)
    assert phone.post(link, {"password": HERS}).status_code == 302
    assert is_confirmed(VICTIM)
    assert not is_in(phone)


def test_whoever_presses_the_button_for_a_strangers_sign_up_does_not_make_his_password_hers():
    stranger = sign_up(VICTIM, STRANGE)
    link = link_to(VICTIM)
    owner = sign_up(VICTIM, HERS)  # no second account, and at most a letter that she has one
    assert "This is not your current password." in owner.post(link, {"password": HERS}).content.decode()
    assert not is_confirmed(VICTIM)
    assert not is_in(sign_in(VICTIM, STRANGE))
    cache.clear()
    reset(VICTIM, HERS)
    assert is_confirmed(VICTIM)  # she set it by the letter, so the mailbox is hers
    assert is_in(sign_in(VICTIM, HERS))
    assert not is_in(sign_in(VICTIM, STRANGE))
    assert not is_in(stranger)
    assert sessions.user_of_pending_login(stranger.session) is None


def test_guesses_on_the_page_are_counted_as_sign_ins():
    sign_up(VICTIM, HERS)
    phone = browser()
    said = [phone.post(link_to(VICTIM), {"password": f"Salah-{n}!xxxx"}).content.decode() for n in range(6)]
    assert "You can try again" in said[-1]
    assert not is_confirmed(VICTIM)


def test_a_link_of_another_account_signs_nobody_out(ann):
    sign_up(VICTIM, HERS)
    client = sign_in("ann@example.com", PASSWORD)
    assert client.get(link_to(VICTIM)).status_code == 200
    assert is_in(client)


def test_a_change_is_confirmed_by_whoever_is_signed_in_or_knows_the_password(ann):
    ask_for(sign_in("ann@example.com", PASSWORD), "ann2@example.com")
    phone = browser()
    phone.post(link_to("ann2@example.com"))
    ann.refresh_from_db()
    assert ann.email == "ann@example.com"
    phone.post(link_to("ann2@example.com"), {"password": PASSWORD})
    ann.refresh_from_db()
    assert ann.email == "ann2@example.com"


def test_the_present_mailbox_hears_that_a_change_was_asked(ann):
    ask_for(sign_in("ann@example.com", PASSWORD), THIEF)
    (letter,) = [letter for letter in mail.outbox if letter.to == ["ann@example.com"]]
    assert letter.subject == "Your account may get another email address"
    assert reverse("account_reset_password") in letter.body
    assert THIEF not in letter.body


def by_reset(ann):
    reset("ann@example.com", HERS)


def by_change(ann):
    client = sign_in("ann@example.com", PASSWORD)
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": HERS, "password2": HERS})


def by_ending_sessions(ann):
    sessions.end_all(ann)


def by_colleagues(ann):
    otto = UserFactory()
    account_lifecycle.deactivate(user=ann, by=otto)
    account_lifecycle.reactivate(user=ann, by=otto)


@pytest.mark.parametrize("shut_out", [by_reset, by_change, by_ending_sessions, by_colleagues])
def test_what_a_thief_asked_for_ends_when_he_is_shut_out(ann, shut_out):
    thief = sign_in("ann@example.com", PASSWORD)
    ask_for(thief, THIEF)
    link = link_to(THIEF)
    shut_out(ann)
    for client in (thief, browser()):
        client.post(link)
        client.post(link, {"password": PASSWORD})
    ann.refresh_from_db()
    assert ann.email == "ann@example.com"
    assert not EmailAddress.objects.filter(email=THIEF).exists()


# An email that another account only asked for


@pytest.fixture
def waiting():
    """An account that asked for the victim's email, which she never confirmed for it."""
    user = UserFactory(email=THIEF)
    ask_for(sign_in(THIEF, PASSWORD), VICTIM)
    cache.clear()
    mail.outbox.clear()
    return user


def test_its_owner_signs_up_for_an_account_of_her_own(waiting):
    client = sign_up(VICTIM, HERS)
    client.post(link_to(VICTIM))
    assert is_in(sign_in(VICTIM, HERS))
    assert User.objects.get(email=VICTIM) != waiting


def test_a_reset_for_it_sets_no_password_on_that_account(waiting):
    browser().post(reverse("account_reset_password"), {"email": VICTIM})
    (letter,) = mail.outbox
    assert "/accounts/password/reset/key/" not in letter.body


def test_a_change_to_an_email_with_which_somebody_signed_up_is_refused_in_words(ann):
    sign_up(VICTIM, STRANGE)
    cache.clear()
    client = sign_in("ann@example.com", PASSWORD)
    ask_for(client, VICTIM)
    page = client.post(link_to(VICTIM), follow=True)
    assert "This email cannot be confirmed: another account already uses it." in page.content.decode()
    ann.refresh_from_db()
    assert (ann.email, is_confirmed(VICTIM)) == ("ann@example.com", False)


def test_a_pass_after_a_reset_is_only_for_the_email_of_the_account(ann):
    ask_for(sign_in(THIEF, PASSWORD) if UserFactory(email=THIEF) else None, "ann@example.com")
    cache.clear()
    session = reset(THIEF, STRANGE).session
    assert login_limits.visit_after_reset(session, email=THIEF)
    assert not login_limits.visit_after_reset(session, email="ann@example.com")


def test_a_pass_of_one_visit_leaves_the_tries_of_another(ann):
    def begin(session):
        visit = login_limits.visit_after_reset(session, email="ann@example.com")
        return login_limits.begin(email="ann@example.com", address="198.51.100.7", visit=visit)

    mine, theirs = {}, {}
    for session in (mine, theirs):
        login_limits.grant_tries_after_reset(session, email="ann@example.com")
    for _try in range(10):
        begin(theirs)
    with pytest.raises(throttling.RateLimited):
        begin(theirs)
    assert begin(mine)


def test_a_mailbox_gets_a_few_letters_an_hour_from_whatever_network(time_machine):
    time_machine.move_to("2026-11-22T05:00:00Z", tick=False)
    UserFactory(email="ann@example.com")
    for email in (VICTIM, "ann@example.com"):
        for number in range(9):
            client = Client(REMOTE_ADDR=f"203.0.{number}.9")
            answer = client.post("/accounts/signup/", {"email": email, "password1": STRANGE, "language": "en"})
            assert answer.status_code == 302
            time_machine.shift(61)
        assert len([letter for letter in mail.outbox if letter.to == [email]]) == 5
    time_machine.shift(3600)
    sign_in(VICTIM, STRANGE)
    assert len([letter for letter in mail.outbox if letter.to == [VICTIM]]) == 6
