"""Session cookies only: no cookie outlives the browser session (clause 7)."""

import pytest
from django.conf import settings

from privacy.models import SharingRequest
from tests.factories import PASSWORD
from tests.rules.site import client_for

pytestmark = pytest.mark.django_db
KNOWN = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME}


def faults(response):
    """Return faults of the cookies of a response. Deleting a cookie (max-age 0, empty) is none."""
    found = []
    for name, cookie in response.cookies.items():
        taken_back = not cookie.value and cookie["max-age"] == 0
        if name not in KNOWN:
            found.append(f"{name} is not one of ours")
        if (cookie["expires"] or cookie["max-age"]) and not taken_back:
            found.append(f"{name} is kept: expires={cookie['expires']} max-age={cookie['max-age']}")
        if not taken_back and (not cookie["httponly"] or cookie["samesite"] != "Lax"):
            found.append(f"{name} is not HttpOnly and SameSite=Lax")
    return found


def lasting(visits):
    return [f"{visit}: {fault}" for visit in visits for fault in faults(visit.response)]


def test_no_answer_sets_a_lasting_cookie(walk):
    set_somewhere = {name for visit in walk for name in visit.response.cookies}
    assert set_somewhere >= {settings.CSRF_COOKIE_NAME}
    found = lasting(walk)
    assert not found, "Set no expiry, and no cookie beside session, CSRF and language:\n  " + "\n  ".join(found)


def test_signing_in_and_out_and_choosing_a_language_set_no_lasting_cookie(world):
    client = client_for(world, "anonymous")
    answers = [
        client.post("/language/", {"language": "en", "next": "/"}),
        client.post("/accounts/login/", {"login": "ann@example.com", "password": PASSWORD, "remember": "on"}),
        client.post("/language/", {"language": "id", "next": "/"}),
        client.get("/home/"),
        client.post(
            f"/my-sharing/requests/{world.rows['anggrek'][SharingRequest].number}/", {"answer": "decline"}, follow=True
        ),
        client.post("/accounts/logout/"),
    ]
    found = [fault for response in answers for fault in faults(response)]
    assert not found
    assert {name for response in answers for name in response.cookies} >= {
        settings.SESSION_COOKIE_NAME,
        settings.LANGUAGE_COOKIE_NAME,
    }


def test_the_session_ends_with_the_browser_and_the_cookies_keep_to_tls():
    assert settings.SESSION_EXPIRE_AT_BROWSER_CLOSE
    assert settings.CSRF_COOKIE_AGE is None
    assert settings.LANGUAGE_COOKIE_AGE is None
    assert settings.MESSAGE_STORAGE == "django.contrib.messages.storage.session.SessionStorage"


@pytest.mark.parametrize(
    ("cookie", "fault"),
    [
        ({"max_age": 60}, "is kept"),
        ({"expires": "Thu, 24 Nov 2027 00:00:00 GMT"}, "is kept"),
        ({"httponly": False}, "HttpOnly"),
    ],
)
def test_the_check_sees_a_fault(client, cookie, fault):
    response = client.get("/")
    response.set_cookie(settings.SESSION_COOKIE_NAME, "x", **({"httponly": True, "samesite": "Lax"} | cookie))
    assert any(fault in each for each in faults(response))
    response.set_cookie("tracker", "x", httponly=True, samesite="Lax")
    assert "tracker is not one of ours" in faults(response)
