import re
from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings as site_settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.forms import ChangePasswordForm, LoginForm, ResetPasswordKeyForm
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
NEW = "Kapal-laut7x"
MISMATCH = "The email and password do not match. Check both, or reset your password."


@pytest.fixture
def client():
    return Client(headers={"Accept-Language": "en"})


@pytest.fixture
def ann():
    return UserFactory(email="ann@example.com", name="Ann Bell")


def sign_in(client, email="ann@example.com", password=PASSWORD, **more):
    return client.post(LOGIN, {"login": email, "password": password, **more})


def messages_on(response):
    return [str(message) for message in response.context["messages"]]


def link_in(letter):
    return re.search(r"http://testserver(\S+)", letter.body).group(1)


def test_sign_in_ignores_the_case_of_the_address(client, ann):
    assert sign_in(client, " Ann@Example.com").url == reverse("home")
    assert client.session["_auth_user_id"] == str(ann.pk)


@pytest.mark.parametrize(("email", "password"), [("ann@example.com", "Wrong-word-1"), ("nobody@example.com", PASSWORD)])
def test_wrong_pair_gets_one_sentence_for_all_cases(client, ann, email, password):
    response = sign_in(client, email, password)
    assert response.context["form"].non_field_errors() == [MISMATCH]
    assert email in response.content.decode()
    assert password not in response.content.decode()


def test_sign_in_says_what_is_missing(client):
    response = sign_in(client, "", "")
    assert response.context["form"].errors == {"login": ["Enter your email."], "password": ["Enter your password."]}


def test_too_many_tries_are_told_until_when(client, ann, time_machine):
    time_machine.move_to(datetime(2026, 11, 22, 7, 0, 30, tzinfo=UTC), tick=False)
    for _try in range(5):
        sign_in(client, password="Wrong-word-1")
    (sentence,) = sign_in(client).context["form"].non_field_errors()
    assert sentence.replace("\xa0", " ") == (
        "Too many tries. You can try again at 14:06 WIB. Your account and data are safe. "
        "If it was not you, reset your password."
    )
    time_machine.move_to(datetime(2026, 11, 22, 7, 6, tzinfo=UTC))
    assert sign_in(client).status_code == 302


def test_too_many_tries_from_one_address_are_stopped_whatever_the_account(client, ann):
    for number in range(10):
        # What a visitor says of the address she comes from is not believed: no proxy of ours said it
        client.post(
            LOGIN,
            {"login": f"nobody{number}@example.com", "password": PASSWORD},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
    (sentence,) = sign_in(client).context["form"].non_field_errors()
    assert sentence.startswith("Too many tries.")


def test_too_many_tries_are_told_alike_for_an_unknown_address(client):
    for _try in range(5):
        sign_in(client, "nobody@example.com")
    (sentence,) = sign_in(client, "nobody@example.com").context["form"].non_field_errors()
    assert sentence.startswith("Too many tries.")


@pytest.mark.parametrize(
    "target", ["///evil", "//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil"]
)
def test_sign_in_goes_on_within_the_site_only(client, ann, target):
    assert sign_in(client, next=target).url == reverse("home")


def test_sign_in_does_not_follow_another_of_our_hosts(client, ann, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://third.example"]
    for host in ("other.example", "third.example"):
        assert sign_in(Client(), next=f"http://{host}/").url == reverse("home")


def test_sign_in_goes_on_to_the_page_asked_for(client, ann):
    assert sign_in(client, next="/my-rights/?a=1").url == "/my-rights/?a=1"


def test_sign_in_offers_no_remembering_and_ends_with_the_browser(client, ann):
    assert list(LoginForm().fields) == ["login", "password"]
    response = sign_in(client, remember="on")
    assert client.session.get_expire_at_browser_close()
    assert all(not cookie["max-age"] and not cookie["expires"] for cookie in response.cookies.values())


def test_sign_in_greets_without_a_name(client, ann):
    response = client.get(LOGIN) and sign_in(client)
    assert "messages" not in client.session
    assert response.status_code == 302


def test_sign_in_keeps_the_language_chosen_on_the_way_in(client):
    user = UserFactory(email="ann@example.com", language="")
    client.cookies[site_settings.LANGUAGE_COOKIE_NAME] = "en"
    sign_in(client)
    user.refresh_from_db()
    assert user.language == "en"


def test_sign_in_keeps_no_language_that_nobody_chose(client):
    user = UserFactory(email="ann@example.com", language="")
    sign_in(client)
    user.refresh_from_db()
    assert user.language == ""


def test_sign_in_leaves_the_language_of_the_account(client):
    user = UserFactory(email="ann@example.com", language="id")
    client.cookies[site_settings.LANGUAGE_COOKIE_NAME] = "en"
    sign_in(client)
    user.refresh_from_db()
    assert user.language == "id"


def test_unconfirmed_people_get_the_link_again_and_stay_out(client, ann):
    ann.emailaddress_set.update(verified=False)
    assert sign_in(client).url == reverse("account_email_verification_sent")
    assert mail.outbox[0].subject == "Confirm your email address"
    assert "_auth_user_id" not in client.session


def test_deactivated_people_stay_out(client, ann):
    ann.is_active = False
    ann.save()
    sign_in(client)
    assert "_auth_user_id" not in client.session


def test_sign_out_is_a_post(client, ann):
    client.force_login(ann)
    client.get("/accounts/logout/")
    assert "_auth_user_id" in client.session
    assert client.post("/accounts/logout/").url == reverse("home")
    assert "_auth_user_id" not in client.session


def test_the_cookie_of_an_ended_session_opens_nothing(client, ann):
    sign_in(client)
    old = client.cookies[site_settings.SESSION_COOKIE_NAME].value
    assert client.get("/accounts/email/").status_code == 200
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies[site_settings.SESSION_COOKIE_NAME] = old
    assert thief.get("/accounts/email/").url.startswith(LOGIN)


def test_reset_answers_alike_for_known_and_unknown_addresses(client, ann):
    other = Client(headers={"Accept-Language": "en"})
    known = client.post("/accounts/password/reset/", {"email": "Ann@example.com"})
    unknown = other.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert set(known.cookies) == set(unknown.cookies)
    assert [letter.subject for letter in mail.outbox] == ["Reset your password"] * 2
    assert link_in(mail.outbox[1]) == reverse("account_signup")


def test_reset_sets_the_password_once_and_tells(client, ann):
    client.post("/accounts/password/reset/", {"email": "ann@example.com"})
    link = link_in(mail.outbox[0])
    form_page = client.get(link).url
    assert "set-password" in form_page
    weak = client.post(form_page, {"password1": "kapal-laut7", "password2": "kapal-laut7"})
    assert weak.context["form"].errors["password1"] == ["Add to your password: a capital letter."]
    client.post(form_page, {"password1": NEW, "password2": NEW})
    ann.refresh_from_db()
    assert ann.check_password(NEW)
    assert mail.outbox[1].subject == "Your password was changed"
    assert Client().get(link).status_code == 200  # used: no redirect to the form any more


def test_a_reset_link_of_long_ago_opens_nothing(client, ann, time_machine):
    time_machine.move_to("2026-11-22 10:00", tick=False)
    client.post("/accounts/password/reset/", {"email": "ann@example.com"})
    link = link_in(mail.outbox[0])
    time_machine.shift(site_settings.PASSWORD_RESET_TIMEOUT + 60)
    assert client.get(link).status_code == 200  # the page that says so: no redirect to the form
    time_machine.shift(-120)
    assert "set-password" in client.get(link).url


def test_a_reset_key_opens_no_other_persons_account_and_confirms_no_email(client, ann):
    other = UserFactory(email="bob@example.com")
    client.post("/accounts/password/reset/", {"email": "ann@example.com"})
    uid, key = re.search(r"/key/([^/-]+)-([^/]+)/", link_in(mail.outbox[0])).groups()
    of_other = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(other), key])
    assert user_pk_to_url_str(other) != uid
    assert client.get(of_other).status_code == 200  # no redirect to the form
    EmailAddress.objects.filter(user=ann).update(verified=False)
    client.post(f"/accounts/confirm-email/{key}/")
    assert not EmailAddress.objects.get(user=ann).verified


def test_change_password_signs_out_and_tells_without_details(client, ann):
    client.force_login(ann)
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    client.post("/accounts/password/change/", data, headers={"User-Agent": "Browser-of-Ann"})
    ann.refresh_from_db()
    assert ann.check_password(NEW)
    assert "_auth_user_id" not in client.session
    (letter,) = mail.outbox
    assert letter.subject == "Your password was changed"
    for detail in ("127.0.0.1", "Browser-of-Ann", "Ann", "ann@"):
        assert detail not in letter.body


def test_change_password_refuses_a_wrong_current_one(client, ann):
    client.force_login(ann)
    data = {"oldpassword": "Wrong-word-1", "password1": NEW, "password2": NEW}
    response = client.post("/accounts/password/change/", data)
    assert response.context["form"].errors["oldpassword"] == [
        "This is not your current password. Check it, or reset your password."
    ]
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)


def test_change_password_refuses_two_different_ones(client, ann):
    client.force_login(ann)
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW + "x"}
    response = client.post("/accounts/password/change/", data)
    assert "password2" in response.context["form"].errors


@pytest.mark.parametrize("form", [ChangePasswordForm, ResetPasswordKeyForm])
def test_new_passwords_tell_their_rules_and_are_named_for_password_managers(form):
    fields = form().fields
    assert fields["password1"].widget.attrs["autocomplete"] == "new-password"
    assert "capital" in str(fields["password1"].help_text) or "kapital" in str(fields["password1"].help_text)
    assert not fields["password2"].help_text


def test_another_address_is_confirmed_before_it_counts(client, ann):
    client.force_login(ann)
    client.post("/accounts/email/", {"action_add": "", "email": "ann2@example.com"})
    ann.refresh_from_db()
    assert (ann.email, mail.outbox[1].to) == ("ann@example.com", ["ann2@example.com"])
    client.post(link_in(mail.outbox[1]))
    ann.refresh_from_db()
    assert ann.email == "ann2@example.com"
    assert "ann@example.com" in [letter.to[0] for letter in mail.outbox]
    assert all("ann2" not in letter.body for letter in mail.outbox if letter.to == ["ann@example.com"])
    response = client.get("/accounts/email/")
    assert not any("@" in message for message in messages_on(response))


def test_csrf_is_checked_on_every_account_form(ann):
    strict = Client(enforce_csrf_checks=True)
    for path in (LOGIN, "/accounts/signup/", "/accounts/password/reset/", "/accounts/logout/", "/accounts/send-again/"):
        assert strict.post(path).status_code == 403
