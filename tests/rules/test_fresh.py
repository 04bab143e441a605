"""Sensitive pages require a fresh sign-in before they show or do anything.

Actions inside other pages (answers to rights requests, appointments, acts on accounts, ending sessions) have their own
tests.
"""

import re

import pytest

from tests.rules.site import STAFF, client_for, routes

# End of the routes that reveal, export, publish, erase or disclose
SENSITIVE = re.compile(r"/(reveal|publish|export|release|run)/$|(disclosure|investigationcase)/<int:pk>/\w+/(<|$)")
ASKED, SOMEBODY = "/accounts/reauthenticate/", "00000000-0000-4000-8000-000000000000"


def sensitive():
    return sorted({route for route in routes() if SENSITIVE.search(route)})


def address(route):
    return re.sub("<uuid:.*?>", SOMEBODY, route.replace("<int:pk>", "1"))


def test_the_list_finds_them():
    assert len(sensitive()) >= 10


@pytest.mark.parametrize("who", STAFF)
def test_every_sensitive_page_asks_everyone_for_a_fresh_sign_in(world, who, settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    client = client_for(world, who)
    silent = [
        f"{send.__name__} {route}"
        for route in sensitive()
        for send in (client.get, client.post)
        if not send(f"/{address(route)}").headers.get("Location", "").startswith(ASKED)
    ]
    assert not silent


def test_a_copy_of_ones_own_data_asks_for_a_fresh_sign_in(world, settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    client = client_for(world, "ann")
    for send in (client.get, client.post):
        assert send("/my-rights/download/").url.startswith(ASKED)
