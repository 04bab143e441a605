"""How long a sign-in lasts, where one is signed in, and how that ends (clause 5.3)."""

import re
from datetime import timedelta

import pytest
from django.conf import settings as site_settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import account_lifecycle, sessions
from accounts.models import SignIn, User
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"


@pytest.fixture
def ann():
    return UserFactory(email="ann@example.com", language="en")


def signed_in(user, agent=FIREFOX, address="203.0.113.9"):
    client = Client(headers={"User-Agent": agent, "Accept-Language": "en"}, REMOTE_ADDR=address)
    assert client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
    return client


def is_in(client):
    return client.get("/accounts/email/").status_code == 200


def test_a_pause_ends_the_session_and_the_next_page_says_so(ann, time_machine):
    time_machine.move_to("2026-11-27 10:00", tick=False)
    client = signed_in(ann)
    time_machine.shift(timedelta(minutes=site_settings.SESSION_IDLE_MINUTES) - timedelta(seconds=1))
    assert is_in(client)
    time_machine.shift(timedelta(minutes=site_settings.SESSION_IDLE_MINUTES))
    answer = client.get("/accounts/email/")
    assert answer.url.startswith("/accounts/login/?next=/accounts/email/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    page = client.get(answer.url)
    assert "You were signed out, because some time has passed." in page.content.decode()


def test_use_keeps_the_session_but_not_past_its_hours(ann, time_machine):
    time_machine.move_to("2026-11-27 10:00", tick=False)
    client = signed_in(ann)
    for _quarter in range(4 * 8 - 1):
        time_machine.shift(timedelta(minutes=15))
        assert is_in(client)
    time_machine.shift(timedelta(minutes=15))
    assert not is_in(client)


def test_use_is_written_once_a_minute_at_most(ann, time_machine, django_assert_num_queries):
    time_machine.move_to("2026-11-27 10:00", tick=False)
    client = signed_in(ann)
    client.get("/accounts/email/")
    before = Session.objects.get(pk=client.session.session_key).session_data
    time_machine.shift(timedelta(seconds=59))
    client.get("/accounts/email/")
    assert Session.objects.get(pk=client.session.session_key).session_data == before
    time_machine.shift(timedelta(seconds=1))
    client.get("/accounts/email/")
    assert Session.objects.get(pk=client.session.session_key).session_data != before


def test_a_session_that_does_not_say_when_it_began_is_over(ann):
    client = signed_in(ann)
    session = client.session
    del session[sessions.STARTED]
    session.save()
    assert not is_in(client)


def test_own_sessions_are_listed_and_ended_one_by_one(ann):
    here, there = signed_in(ann), signed_in(ann, PHONE)
    page = here.get("/accounts/sessions/").content.decode()
    assert "Firefox, Windows" in page
    assert "Chrome, Android" in page
    assert "203.0.113.0/24" in page
    assert "203.0.113.9" not in page
    other = SignIn.objects.get(browser="Chrome, Android")
    here.post("/accounts/sessions/end/", {"sign_in": other.pk})
    assert is_in(here)
    assert not is_in(there)
    assert "Chrome, Android" not in here.get("/accounts/sessions/").content.decode()


def test_all_other_sessions_end_at_once(ann):
    here, *others = (signed_in(ann) for _number in range(3))
    here.post("/accounts/sessions/end/")
    assert is_in(here)
    assert not any(is_in(client) for client in others)


def test_nobody_ends_another_persons_session(ann):
    client, bob = signed_in(ann), signed_in(UserFactory(email="bob@example.com"))
    bob.post("/accounts/sessions/end/", {"sign_in": SignIn.objects.get(user=ann).pk})
    bob.post("/accounts/sessions/end/", {"sign_in": "x"})
    bob.post("/accounts/sessions/end/")
    assert is_in(client)
    assert is_in(bob)


def test_changing_the_password_ends_all_sessions(ann):
    here, there = signed_in(ann), signed_in(ann, PHONE)
    words = {"oldpassword": PASSWORD, "password1": "Kapal-laut7x", "password2": "Kapal-laut7x"}
    assert here.post("/accounts/password/change/", words).status_code == 302
    assert not is_in(there)
    assert not is_in(here)


def test_a_session_from_before_does_not_outlive_a_deactivation(ann):
    client, otto = signed_in(ann), UserFactory(is_superuser=True, is_staff=True)
    account_lifecycle.deactivate(user=ann, by=otto)
    account_lifecycle.reactivate(user=ann, by=otto)
    assert not is_in(client)


def test_a_new_place_is_told_by_mail_and_a_known_one_is_not(ann):
    signed_in(ann)
    assert not mail.outbox  # the first of all: there is nothing to compare it with
    signed_in(ann)
    signed_in(ann, address="203.0.113.200")
    assert not mail.outbox
    for agent, address in ((PHONE, "203.0.113.9"), (FIREFOX, "198.51.100.7")):
        signed_in(ann, agent, address)
        letter = mail.outbox.pop()
        assert letter.to == ["ann@example.com"]
        assert letter.subject == "A new sign-in to your account"
        assert "/accounts/sessions/" in letter.body
        assert address not in letter.body
        signed_in(ann, agent, address)
        assert not mail.outbox


def test_a_place_is_forgotten_after_ninety_days(ann, time_machine):
    time_machine.move_to("2026-11-27 10:00", tick=False)
    signed_in(ann)
    time_machine.shift(timedelta(days=90, seconds=1))
    sessions.delete_old()
    assert not SignIn.objects.exists()


def test_an_account_that_rested_is_told_of_its_next_sign_in(ann, time_machine):
    """What was stolen long ago is tried on those; only the first sign-in of a young account is not told."""
    time_machine.move_to("2026-11-27 10:00", tick=False)
    User.objects.update(date_joined=timezone.now())
    signed_in(ann)
    time_machine.shift(timedelta(days=91))
    sessions.delete_old()
    signed_in(ann, PHONE, "198.51.100.7")
    assert mail.outbox.pop().subject == "A new sign-in to your account"


def test_an_old_sign_in_ends_no_other(ann, settings, time_machine):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    time_machine.move_to("2026-11-27 10:00", tick=False)
    here, there = signed_in(ann), signed_in(ann, PHONE)
    time_machine.shift(301)
    assert here.post("/accounts/sessions/end/").url.startswith("/accounts/reauthenticate/")
    assert is_in(there)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox, Windows"),
        (PHONE, "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("curl/8", "Another program"),
        ("", "Another program"),
        ("<script>" * 500, "Another program"),
    ],
)
def test_a_browser_is_named_by_kind_only(agent, name):
    assert sessions.browser_of(agent) == name


def test_confirming_who_is_there_gives_the_session_a_new_key(ann):
    client = signed_in(ann)
    before = client.session.session_key
    client.post("/accounts/reauthenticate/", {"password": "Wrong-word-1"})
    assert client.session.session_key == before
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()
    assert SignIn.objects.get().session_key == client.session.session_key
    assert is_in(client)


def left_on(page):
    return tuple(int(re.search(rf'data-{name}="(\d+)"', page.content.decode())[1]) for name in ("idle", "whole"))


def test_a_page_knows_when_it_is_to_be_emptied(ann, time_machine):
    time_machine.move_to("2026-11-27 10:00", tick=False)
    client = signed_in(ann)
    idle, whole = site_settings.SESSION_IDLE_MINUTES * 60, site_settings.SESSION_COOKIE_AGE
    assert left_on(client.get("/accounts/email/")) == (idle, whole)
    time_machine.shift(45)
    assert left_on(client.get("/accounts/email/")) == (idle - 45, whole - 45)
    assert b"session-end" not in Client().get("/accounts/login/").content


def test_who_says_to_be_there_stays_but_not_past_the_hours(ann, time_machine):
    time_machine.move_to("2026-11-27 10:00", tick=False)
    client = signed_in(ann)
    idle, whole = site_settings.SESSION_IDLE_MINUTES * 60, site_settings.SESSION_COOKIE_AGE
    time_machine.shift(30)
    said = client.post("/accounts/sessions/stay/").json()
    assert (said["idle"], said["whole"]) == (idle, whole - 30)
    for _time in range(whole // idle):
        time_machine.shift(idle - 5)
        client.post("/accounts/sessions/stay/")
    assert client.post("/accounts/sessions/stay/").json()["whole"] < idle
    time_machine.shift(idle - 5)
    assert client.post("/accounts/sessions/stay/").status_code == 403
    assert not is_in(client)


def test_nobody_stays_who_is_not_signed_in():
    assert Client().post("/accounts/sessions/stay/").status_code == 403


def test_of_two_confirmations_at_once_one_gives_a_new_key(ann):
    """Two new keys would make a session that no list shows, and that nobody could end."""
    client = signed_in(ann)
    key = client.session.session_key
    asked = [RequestFactory().post("/"), RequestFactory().post("/")]
    for request in asked:
        request.user, request.session = ann, SessionStore(key)
        request.session.get("_auth_user_id")  # read before the other one is done
    assert [sessions.renew(request) for request in asked] == [True, False]
    assert Session.objects.count() == 1
    assert [row.session_key for row in SignIn.objects.filter(user=ann)] == [asked[0].session.session_key]
    sessions.end_all(ann)
    assert not Session.objects.exists()


def test_the_slower_of_two_confirmations_keeps_the_cookie_of_the_faster(ann, monkeypatch):
    client = signed_in(ann)

    def slower(request):
        sessions.record_use(request.session, at_once=True)
        return False

    monkeypatch.setattr(sessions, "renew", slower)
    answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert answer.url == "/"
    assert site_settings.SESSION_COOKIE_NAME not in answer.cookies
