from pathlib import Path

import allauth
import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import RequestFactory

from accounts.adapters import MESSAGES, AccountAdapter


def said(template, **options):
    request = RequestFactory().get("/")
    request._messages = CookieStorage(request)
    AccountAdapter().add_message(request, messages.INFO, template, {"email": "ann@example.com"}, **options)
    return [message.message for message in request._messages]


@pytest.mark.parametrize("template", sorted(MESSAGES))
def test_messages_hold_no_address(template):
    assert all("@" not in sentence for sentence in said(template))


def test_a_message_of_our_own_is_said():
    assert said(None, message="Done.") == ["Done."]


def test_every_message_of_allauth_that_we_can_meet_is_in_our_words():
    templates = Path(allauth.__file__).parent / "templates"
    theirs = {
        f"{app}/messages/{path.name}"
        for app in ("account", "mfa")
        for path in (templates / app / "messages").glob("*.txt")
    }
    not_in_use = {name for name in theirs if name.startswith("account/") and ("phone" in name or "code" in name)}
    assert theirs - not_in_use == set(MESSAGES)
