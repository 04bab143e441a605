import pytest
from django.conf import settings as site_settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from accounts.middleware import LanguageMiddleware, NoStoreMiddleware, signed_in
from tests.factories import UserFactory

COOKIE = site_settings.LANGUAGE_COOKIE_NAME


class Touchy:
    """A user whose being read fails the test."""

    @property
    def is_authenticated(self):
        raise AssertionError("the user was read")


def ask(path="/", *, user=None, cookies=None, accept=None, view=None):
    request = RequestFactory().get(path, headers={"Accept-Language": accept} if accept else {})
    request.COOKIES = cookies or {}
    request.user = user or AnonymousUser()
    return request


def language_of(request):
    spoken = []
    LanguageMiddleware(lambda _request: spoken.append(translation.get_language()) or HttpResponse())(request)
    assert spoken[0] == request.LANGUAGE_CODE
    return spoken[0]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "id"),
        ("fr", "id"),
        ("en-GB,en;q=0.9", "en"),
        ("id-ID,en;q=0.5", "id"),
        ("fr,en;q=0.5", "en"),
        ("%%", "id"),
    ],
)
def test_browser_decides_at_first_and_indonesian_otherwise(accept, expected):
    assert language_of(ask(accept=accept)) == expected


def test_choice_of_this_visit_wins_over_the_browser():
    assert language_of(ask(cookies={COOKIE: "en"}, accept="id")) == "en"


@pytest.mark.parametrize("nonsense", ["xx", "", "../en", "id\x00"])
def test_nonsense_in_the_cookie_is_ignored(nonsense):
    assert language_of(ask(cookies={COOKIE: nonsense}, accept="en")) == "en"


@pytest.mark.django_db
@pytest.mark.parametrize(("kept", "expected"), [("id", "id"), ("", "en"), ("xx", "en")])
def test_language_of_the_account_wins_over_all(kept, expected):
    cookies = {site_settings.SESSION_COOKIE_NAME: "s", COOKIE: "en"}
    assert language_of(ask(user=UserFactory(language=kept), cookies=cookies)) == expected


def test_response_says_its_language_and_what_it_varies_by():
    response = LanguageMiddleware(lambda request: HttpResponse())(ask(accept="en"))
    assert response["Content-Language"] == "en"
    assert response["Vary"] == "Accept-Language, Cookie"


def test_language_does_not_leak_into_the_next_work_of_the_thread():
    with translation.override("id"):
        language_of(ask(accept="en"))
        assert translation.get_language() == "id"


def test_neither_middleware_opens_a_session_that_did_not_come():
    request = ask(user=Touchy())
    assert signed_in(request) is None
    LanguageMiddleware(NoStoreMiddleware(lambda request: HttpResponse()))(request)


@pytest.mark.django_db
def test_pages_of_a_person_are_kept_in_no_cache():
    request = ask(user=UserFactory(), cookies={site_settings.SESSION_COOKIE_NAME: "s"})
    assert NoStoreMiddleware(lambda request: HttpResponse())(request)["Cache-Control"] == "no-store"


def test_account_pages_are_kept_in_no_cache_for_anyone():
    assert NoStoreMiddleware(lambda request: HttpResponse())(ask("/accounts/signup/"))["Cache-Control"] == "no-store"


def test_public_pages_may_be_kept():
    assert "Cache-Control" not in NoStoreMiddleware(lambda request: HttpResponse())(ask("/privacy.html"))


def test_a_view_may_decide_for_itself():
    decided = HttpResponse(headers={"Cache-Control": "max-age=60"})
    assert NoStoreMiddleware(lambda request: decided)(ask("/accounts/x/"))["Cache-Control"] == "max-age=60"


@pytest.mark.django_db
def test_set_language_keeps_the_choice_for_this_visit_without_an_expiry(client):
    response = client.post(reverse("set_language"), {"language": "en", "next": "/accounts/login/?next=/x/"})
    assert response.url == "/accounts/login/?next=/x/"
    cookie = response.cookies[COOKIE]
    assert cookie.value == "en"
    assert cookie["max-age"] == cookie["expires"] == ""
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert client.get("/accounts/login/")["Content-Language"] == "en"


@pytest.mark.django_db
def test_set_language_keeps_the_choice_on_the_account(client):
    ann = UserFactory(language="id")
    client.force_login(ann)
    client.post(reverse("set_language"), {"language": "en"})
    ann.refresh_from_db()
    assert ann.language == "en"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "target",
    [
        "///evil",
        "//evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "\\\\evil",
        "http:///evil",
        "\x00/",
        "",
    ],
)
def test_set_language_goes_back_within_the_site_only(client, target):
    assert client.post(reverse("set_language"), {"language": "en", "next": target}).url == reverse("home")


@pytest.mark.django_db
def test_set_language_survives_a_next_that_is_no_path(client):
    assert client.post(reverse("set_language"), {"language": "en", "next": "nowhere"}).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["xx", "", "id-ID"])
def test_set_language_ignores_a_language_we_do_not_speak(client, language):
    ann = UserFactory(language="en")
    client.force_login(ann)
    response = client.post(reverse("set_language"), {"language": language})
    ann.refresh_from_db()
    assert (response.status_code, ann.language) == (302, "en")
    assert COOKIE not in response.cookies


@pytest.mark.django_db
def test_set_language_is_post_only_and_protected(client):
    assert client.get(reverse("set_language"), {"language": "en"}).status_code == 405
    assert Client(enforce_csrf_checks=True).post(reverse("set_language"), {"language": "en"}).status_code == 403
