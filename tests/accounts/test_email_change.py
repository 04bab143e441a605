"""Changing the address one signs in with, by the buttons that the page really shows."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(client):
    user = UserFactory(email="ann@example.com")
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return user


def press(client, words, email):
    """Send the form whose button has these words, as a browser would."""
    page = client.get(reverse("account_email")).content.decode()
    name = re.search(rf'<button[^>]*?name="(\w+)"[^>]*>{words}</button>', page).group(1)
    return client.post(reverse("account_email"), {"email": email, name: ""}, follow=True)


def test_the_page_sends_a_link_to_the_new_address_and_shows_that_it_waits(client, ann):
    page = press(client, "Send me a link", "new@example.com").content.decode()
    assert sorted(letter.to for letter in mail.outbox) == [["ann@example.com"], ["new@example.com"]]
    assert "new@example.com" in page
    assert "ann@example.com" in page
    ann.refresh_from_db()
    assert ann.email == "ann@example.com"


def test_a_waiting_change_can_be_taken_back(client, ann):
    press(client, "Send me a link", "new@example.com")
    press(client, "Keep the current email", "new@example.com")
    assert [row.email for row in EmailAddress.objects.filter(user=ann)] == ["ann@example.com"]


def test_a_wrong_address_keeps_what_was_typed(client, ann):
    page = press(client, "Send me a link", "new-at-example").content.decode()
    assert "Write the email address like this" in page
    assert 'value="new-at-example"' in page
