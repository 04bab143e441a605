"""Clause 5.4, regular change: a reminder that can be passed, or the change first where the operator requires it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from tests import factories as f
from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cast")]
CHANGE = "/accounts/password/change/"
NEW = "Kapal-laut7x"
REMINDER = "You have used your password for a long time."


def aged(user, days):
    User.objects.filter(pk=user.pk).update(password_changed_at=timezone.now() - timedelta(days=days))
    return user


def client_of(user):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def required(settings):
    settings.PASSWORD_CHANGE_REQUIRED = True


@pytest.mark.parametrize(("who", "home"), [("ann", "/home/"), ("vera", "/vendor/"), ("sam", "/admin/")])
def test_home_reminds_after_180_days_and_lets_pass(cast, who, home):
    client = client_of(aged(getattr(cast, who), 179))
    assert REMINDER not in client.get(home).content.decode()
    aged(getattr(cast, who), 181)
    page = client.get(home)
    assert page.status_code == 200
    assert REMINDER in page.content.decode()
    assert CHANGE in page.content.decode()


def test_nought_days_reminds_never(cast, settings):
    settings.PASSWORD_REMIND_DAYS = 0
    assert REMINDER not in client_of(aged(cast.ann, 3000)).get("/home/").content.decode()


def test_an_account_without_a_date_counts_from_its_making(cast):
    User.objects.filter(pk=cast.ann.pk).update(password_changed_at=None)
    assert REMINDER not in client_of(cast.ann).get("/home/").content.decode()
    User.objects.filter(pk=cast.ann.pk).update(date_joined=timezone.now() - timedelta(days=181))
    assert REMINDER in client_of(cast.ann).get("/home/").content.decode()


def test_whoever_has_no_password_is_reminded_of_none():
    user = f.UserFactory(date_joined=timezone.now() - timedelta(days=400))
    user.set_unusable_password()
    assert not user.password_is_old


def test_every_way_of_setting_a_password_begins_anew(cast):
    client = client_of(aged(cast.ann, 400))
    client.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    cast.ann.refresh_from_db()
    assert cast.ann.check_password(NEW)
    assert not cast.ann.password_is_old
    assert f.UserFactory().password_changed_at is not None


def test_a_better_hash_of_the_same_password_is_no_change(cast, settings):
    aged(cast.ann, 400)
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    Client().post("/accounts/login/", {"login": cast.ann.email, "password": PASSWORD})
    cast.ann.refresh_from_db()
    assert cast.ann.password.startswith("pbkdf2")
    assert cast.ann.password_is_old


def test_nothing_is_required_by_default(cast):
    assert client_of(aged(cast.ann, 400)).get("/my-data/").status_code == 200


@pytest.mark.usefixtures("required")
class TestRequired:
    def test_an_old_password_is_changed_first_and_the_wanted_page_comes_after(self, cast):
        client = client_of(aged(cast.ann, 181))
        led = client.get("/my-data/?a=1", follow=True)
        assert led.redirect_chain == [(f"{CHANGE}?next=%2Fmy-data%2F", 302)]
        assert 'name="next" value="/my-data/"' in led.content.decode()
        sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, "next": "/my-data/"}
        assert client.post(CHANGE, sent, follow=True).redirect_chain[-1][0] == "/accounts/login/?next=/my-data/"
        entered = client.post("/accounts/login/?next=/my-data/", {"login": cast.ann.email, "password": NEW})
        assert entered.url == "/my-data/"
        assert client.get(entered.url).status_code == 200

    def test_a_young_password_is_not_asked_for(self, cast):
        assert client_of(aged(cast.ann, 179)).get("/my-data/").status_code == 200

    def test_a_stopped_post_leads_back_to_the_page_it_came_from(self, cast):
        client = client_of(aged(cast.ann, 181))
        answer = client.post("/my-data/change/", {}, headers={"referer": "http://testserver/my-data/"})
        assert answer.url == f"{CHANGE}?next=%2Fmy-data%2F"

    @pytest.mark.parametrize("page", ["/home/", "/my-access-log/", "/accounts/email/", "/claim/"])
    def test_nothing_else_opens(self, cast, page):
        assert client_of(aged(cast.ann, 181)).get(page).url.startswith(CHANGE)

    @pytest.mark.parametrize("who", ["vera", "sam", "olga", "otto"])
    def test_nobody_is_excepted(self, cast, who):
        assert client_of(aged(getattr(cast, who), 181)).get("/admin/").url.startswith(CHANGE)

    @pytest.mark.parametrize(
        "page",
        ["/my-rights/", "/my-rights/ask/copy/", "/my-rights/download/", "/my-consents/", "/privacy.html", CHANGE],
    )
    def test_rights_and_the_change_itself_stay_open(self, cast, page):
        f.VersionFactory()
        aged(cast.ann, 181)
        client = client_of(cast.ann)
        answer = client.get(page)
        assert answer.status_code == 200 or not answer.url.startswith(CHANGE)

    def test_signing_out_stays_open(self, cast):
        client = client_of(aged(cast.ann, 181))
        client.post("/accounts/logout/")
        assert "_auth_user_id" not in client.session

    def test_consent_is_asked_before_the_password_and_neither_waits_for_the_other(self, cast):
        f.VersionFactory()
        client = client_of(aged(cast.ann, 181))
        assert client.get("/home/").url.startswith("/consent/")
        assert client.get("/consent/").status_code == 200
        assert client.get(CHANGE).url.startswith("/consent/")

    def test_the_admin_leads_to_the_one_page_for_passwords(self, cast):
        client = client_of(aged(cast.sam, 181))
        assert client.get(reverse("admin:index")).url.startswith(CHANGE)

    def test_the_gate_asks_no_query(self, cast):
        client = client_of(aged(cast.ann, 181))
        with CaptureQueriesContext(connection) as caught:
            client.get("/home/")
        assert len(caught) == 2  # the session, and the user


def test_the_change_asks_who_is_there_before_it_asks_for_passwords(cast, required, settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    client = client_of(aged(cast.ann, 181))
    asked = client.get(client.get("/home/").url)
    assert asked.url.startswith("/accounts/reauthenticate/")
    assert "New password" in client.post(asked.url, {"password": PASSWORD}, follow=True).content.decode()
    client.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    cast.ann.refresh_from_db()
    assert cast.ann.check_password(NEW)


def test_no_password_is_changed_without_a_fresh_sign_in(cast, settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client_of(cast.ann).post(CHANGE, sent).url.startswith("/accounts/reauthenticate/")
    cast.ann.refresh_from_db()
    assert cast.ann.check_password(PASSWORD)
