import re
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from accounts.forms import SignupForm
from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "Kapal-laut7x"
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
SIGNUP = "/accounts/signup/"


@pytest.fixture
def client():
    return Client(headers={"Accept-Language": "en"})


def sign_up(client, **fields):
    return client.post(SIGNUP, {"email": "new@example.com", "password1": PASSWORD, "language": "en", **fields})


def link_in(letter):
    return re.search(r"http://testserver(\S+)", letter.body).group(1)


def errors_of(response):
    return response.context["form"].errors


def test_sign_up_makes_an_account_and_sends_the_link(client):
    response = sign_up(client, email="New@Example.com", language="id")
    assert response.url == reverse("account_email_verification_sent")
    user = User.objects.get()
    assert (user.email, user.language) == ("new@example.com", "id")
    assert user.check_password(PASSWORD)
    assert not EmailAddress.objects.get(user=user).verified
    assert mail.outbox[0].to == ["new@example.com"]
    assert "_auth_user_id" not in client.session


def test_sign_up_reads_nothing_but_email_password_and_language(client):
    sign_up(
        client,
        is_staff="on", is_superuser="1", is_active="", name="Boss", role="dpo", party="1", groups="1", id="99",
        first_name="Boss", username="boss", must_consent="", date_joined="2000-01-01", verified="1",
    )  # fmt: skip
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.is_active, user.name) == (False, False, True, "")
    assert user.pk != 99
    assert user.date_joined.year > 2000
    assert not user.groups.exists()
    assert not EmailAddress.objects.get().verified
    assert list(SignupForm().fields) == ["email", "password1", "language"]


def test_sign_up_answers_alike_for_a_known_address(client):
    UserFactory(email="ann@example.com", language="id")
    other = Client(headers={"Accept-Language": "en"})
    known, unknown = sign_up(client, email="ANN@example.com"), sign_up(other)
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert set(known.cookies) == set(unknown.cookies)
    pages = [each.get(known.url).content for each in (client, other)]
    assert re.sub(rb'value="\w{64}"', b"", pages[0]) == re.sub(rb'value="\w{64}"', b"", pages[1])
    assert User.objects.count() == 2
    assert [letter.to for letter in mail.outbox] == [["ann@example.com"], ["new@example.com"]]
    assert link_in(mail.outbox[0]) == reverse("account_reset_password")


def test_sign_up_takes_as_long_for_a_known_address(client):
    """Hashing the password is the slow part, so it is done in both cases."""
    UserFactory(email="ann@example.com")
    for email in ("ann@example.com", "new@example.com"):
        with patch("django.contrib.auth.hashers.MD5PasswordHasher.encode", autospec=True, return_value="x") as hashed:
            sign_up(Client(), email=email)
        assert hashed.call_count == 1, email


def test_sign_up_sent_twice_in_the_same_moment_makes_one_account(client, monkeypatch):
    UserFactory(email="new@example.com")
    monkeypatch.setattr(SignupForm, "validate_unique_email", lambda self, email: email)
    assert sign_up(client).url == reverse("account_email_verification_sent")
    assert User.objects.count() == 1


def test_sign_up_saves_nothing_half(client, monkeypatch):
    def fail(*args, **kwargs):
        raise IntegrityError

    monkeypatch.setattr("allauth.account.forms.setup_user_email", fail)
    sign_up(client)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "", "Enter your email."),
        ("email", "ann at home", "Write the email address like this: nama@contoh.id."),
        ("email", "a\x00b@example.com", "Null characters are not allowed."),
        ("password1", "", "Enter your password."),
        ("password1", "Kapal-laut", "Add to your password: a digit."),
        ("language", "", "Choose a language."),
        ("language", "fr", "Choose a language."),
    ],
)
def test_sign_up_says_what_to_do_and_saves_nothing(client, field, value, sentence):
    response = sign_up(client, **{field: value})
    assert response.status_code == 200
    assert sentence in errors_of(response)[field]
    assert not User.objects.exists()
    assert not mail.outbox
    assert PASSWORD not in response.content.decode()


def test_sign_up_keeps_what_was_typed(client):
    assert "new@example.com" in sign_up(client, password1="short").content.decode()


@pytest.mark.parametrize("password", ["Short-7", "New@example.com1"])
def test_sign_up_refuses_weak_passwords(client, password):
    assert "password1" in errors_of(sign_up(client, password1=password))


def test_signup_form_has_autocomplete_and_no_placeholders():
    form = SignupForm()
    assert form.fields["email"].widget.attrs["autocomplete"] == "email"
    assert form.fields["password1"].widget.attrs["autocomplete"] == "new-password"
    assert not any("placeholder" in field.widget.attrs for field in form.fields.values())
    assert [name for _code, name in form.fields["language"].choices] == ["Bahasa Indonesia", "English"]


def test_confirming_is_a_post_behind_a_button(client):
    sign_up(client)
    link = link_in(mail.outbox[0])
    assert client.get(link).status_code == 200
    assert not EmailAddress.objects.get().verified
    assert client.post(link).status_code == 302
    assert EmailAddress.objects.get().verified


def test_confirming_does_not_sign_in(client):
    sign_up(client)
    client.post(link_in(mail.outbox[0]))
    assert "_auth_user_id" not in client.session


def test_confirm_link_is_of_this_site_whatever_host_was_asked(settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://portal.example"
    sign_up(Client(headers={"Host": "evil.example"}))
    assert "https://portal.example/accounts/confirm-email/" in mail.outbox[0].body
    assert "evil" not in mail.outbox[0].body


@pytest.mark.parametrize("key", ["nonsense", "MQ:1a2b3c:nonsense"])
def test_a_wrong_confirm_link_gets_a_page(client, key):
    assert client.get(f"/accounts/confirm-email/{key}/").status_code == 200


def test_a_confirm_link_of_long_ago_confirms_nothing(client, time_machine):
    time_machine.move_to(NOON, tick=False)
    sign_up(client)
    link = link_in(mail.outbox[0])
    time_machine.shift(3 * 24 * 60 * 60 + 60)
    client.post(link, {"password": PASSWORD})
    assert not EmailAddress.objects.get().verified
    time_machine.shift(-120)
    client.post(link, {"password": PASSWORD})
    assert EmailAddress.objects.get().verified


def test_send_again_sends_another_link_after_a_minute(client, time_machine):
    time_machine.move_to(NOON)
    sign_up(client)
    again = reverse("account_send_again")
    assert client.post(again).url == reverse("account_email_verification_sent")
    assert len(mail.outbox) == 1
    time_machine.shift(61)
    client.post(again)
    assert [letter.to for letter in mail.outbox] == [["new@example.com"]] * 2


def test_send_again_answers_alike_for_a_known_address(client, time_machine):
    time_machine.move_to(NOON)
    UserFactory(email="ann@example.com")
    sign_up(client, email="ann@example.com")
    time_machine.shift(61)
    assert client.post(reverse("account_send_again")).url == reverse("account_email_verification_sent")
    assert len(mail.outbox) == 2


def test_send_again_without_a_sign_up_leads_to_sign_in(client):
    assert client.post(reverse("account_send_again")).url == reverse("account_login")
    assert client.get(reverse("account_send_again")).status_code == 405
    assert not mail.outbox


@pytest.mark.parametrize("email", ["ann@gmaıl.com", "ſam@example.com", "ann@exámple.com"])
def test_sign_up_refuses_an_email_in_letters_that_look_like_others(email, client):
    page = client.post(SIGNUP, {"email": email, "password1": "Kapal-laut7x", "language": "en"})
    assert page.status_code == 200
    assert "nama@contoh.id" in page.content.decode()
    assert not User.objects.exists()
