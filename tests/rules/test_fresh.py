"""Sensitive acts ask for a fresh sign-in, before anything is shown and before anything is done."""

import re

import pytest

from tests.rules.site import client_for, routes

# What reveals, exports, publishes, erases or discloses: the end of the route → a person who may
SENSITIVE = re.compile(r"/(reveal|publish|export|release|run)/$|disclosure/<int:pk>/\w+/$|^my-rights/download/$")


def sensitive():
    return sorted({route for route in routes() if SENSITIVE.search(route)})


def test_the_list_finds_them():
    assert len(sensitive()) >= 10


@pytest.mark.parametrize("who", ["ann", "sam", "olga", "otto"])
def test_sensitive_acts_ask_for_a_fresh_sign_in(world, who, settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    client = client_for(world, who)
    asked = 0
    for route in sensitive():
        path = "/" + route.replace("<int:pk>", "1")
        for method in (client.get, client.post):
            answer = method(path)
            where = answer.headers.get("Location", "")
            assert answer.status_code in {302, 403, 404, 405}, f"{path} answers {answer.status_code} to {who}"
            asked += where.startswith("/accounts/reauthenticate/")
    assert asked
