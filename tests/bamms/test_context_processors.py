"""The navigation says where one is, and is absent where one cannot go yet."""

import re

import pytest
from django.urls import reverse

from tests.factories import VersionFactory

pytestmark = pytest.mark.django_db


def current(client, url_name):
    page = client.get(reverse(url_name)).content.decode()
    return re.findall(r'<a href="([^"]+)" aria-current="page">', page)


@pytest.mark.parametrize(
    ("url_name", "entry"),
    [
        ("tenant_home", "tenant_home"),
        ("my_data", "my_data"),
        ("update_new", "my_data"),
        ("hub", "hub"),
        ("sharing", "hub"),
        ("access_log", "hub"),
        ("consents", "hub"),
        ("rights", "hub"),
    ],
)
def test_tenant_navigation_marks_the_entry_that_the_page_stands_under(cast, sign_in, url_name, entry):
    assert current(sign_in(cast.ann), url_name) == [reverse(entry)]


@pytest.mark.parametrize("url_name", ["vendor_home", "vendor_shared", "vendor_requests", "vendor_agreements"])
def test_vendor_navigation_marks_only_the_page_itself(cast, sign_in, url_name):
    assert current(sign_in(cast.vera), url_name) == [reverse(url_name)]


def test_strangers_get_no_navigation(client, cast):
    assert 'class="nav-main"' not in client.get(reverse("account_login")).content.decode()


def places(client):
    """Where the frame says that this person may go."""
    return [place["url"] for place in client.get(reverse("rights")).context["roles"]]


@pytest.mark.parametrize(
    ("who", "start_pages"),
    [
        ("ann", ["tenant_home"]),
        ("vera", ["vendor_home", "tenant_home"]),
        ("sam", ["admin:index", "tenant_home"]),
        ("olga", ["admin:index", "tenant_home"]),
    ],
)
def test_the_frame_offers_every_hat_once(cast, sign_in, who, start_pages):
    assert places(sign_in(getattr(cast, who))) == [reverse(page) for page in start_pages]


def test_strangers_are_offered_no_role(client, cast):
    assert list(client.get(reverse("account_login")).context["roles"]) == []


def test_who_has_not_agreed_gets_no_navigation(cast, sign_in):
    VersionFactory()
    assert list(sign_in(cast.ann).get(reverse("rights")).context["nav"]) == []


def test_the_vendor_portal_names_the_company(cast, sign_in):
    vera = sign_in(cast.vera)
    assert str(vera.get(reverse("vendor_home")).context["party_name"]) == "PT Teknik Andal"
    assert str(vera.get(reverse("my_data")).context["party_name"]) == ""


def test_the_frame_names_the_operator(client, cast):
    assert client.get(reverse("account_login")).context["operator"].name == cast.operator.name


@pytest.mark.parametrize("place", ["/", "/my-data/", "/my-rights/", "/my-access-log/"])
def test_pages_say_the_hours_that_are_set(cast, client, settings, place):
    settings.ANSWER_HOURS = 48
    if place != "/":
        client.force_login(cast.ann)
    text = client.get(place).content.decode()
    assert "48 hours" in text or "48 jam" in text
    assert not re.search(r"\b72\b", text.split("<main", 1)[1].split("</main>", 1)[0])
