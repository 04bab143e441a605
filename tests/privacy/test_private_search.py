"""Words that are searched for stand in no address, and only who searched opens them again."""

from urllib.parse import parse_qs, urlsplit

import pytest

from privacy import private_search
from tests import factories as f

pytestmark = pytest.mark.django_db
REGISTER, ACCOUNTS, PEOPLE, SHARED = (
    "/admin/tenants/tenant/", "/admin/accounts/user/", "/admin/privacy/membership/", "/vendor/shared/",
)  # fmt: skip
WHERE = [(REGISTER, "sam"), (ACCOUNTS, "otto"), (PEOPLE, "otto"), (SHARED, "vera")]


def test_only_who_searched_opens_the_words(cast):
    token = private_search.encrypt_query("  Ann Wijaya ", by=cast.sam)
    assert "Ann" not in token
    assert private_search.decrypt_query(token, by=cast.sam) == "Ann Wijaya"
    assert private_search.decrypt_query(token, by=cast.rita) is None
    assert private_search.decrypt_query("Ann", by=cast.sam) is None
    assert private_search.encrypt_query(" ", by=cast.sam) == private_search.decrypt_query("", by=cast.sam) == ""


def test_no_more_than_a_hundred_characters_are_searched(cast):
    assert len(private_search.decrypt_query(private_search.encrypt_query("x" * 500, by=cast.sam), by=cast.sam)) == 100


@pytest.mark.parametrize(("address", "who"), WHERE)
def test_a_search_leads_to_an_address_without_the_words(cast, sign_in, address, who):
    user = getattr(cast, who)
    answer = sign_in(user).post(address, {"q": "Wijaya"})
    assert answer.status_code == 302
    place = urlsplit(answer.url)
    assert place.path == address
    assert "ijaya" not in answer.url
    assert private_search.decrypt_query(parse_qs(place.query)["q"][0], by=user) == "Wijaya"


@pytest.mark.parametrize(("address", "who"), WHERE)
def test_words_typed_into_the_address_are_led_on(cast, sign_in, address, who):
    answer = sign_in(getattr(cast, who)).get(address, {"q": "Wijaya", "o": "1"})
    assert answer.status_code == 302
    assert answer.url.startswith(f"{address}?o=1&q=")
    assert "ijaya" not in answer.url


@pytest.mark.parametrize(("address", "who"), WHERE)
def test_the_box_shows_the_words_and_is_sent_by_post(cast, sign_in, address, who):
    html = sign_in(getattr(cast, who)).post(address, {"q": "zzz-nobody"}, follow=True).content.decode()
    assert 'value="zzz-nobody"' in html
    assert 'method="get"' not in html


@pytest.mark.parametrize(("address", "who"), WHERE)
def test_filters_and_order_are_kept_and_an_empty_box_shows_all(cast, sign_in, address, who):
    assert sign_in(getattr(cast, who)).post(address, {"q": " ", "o": "-1"}).url == f"{address}?o=-1"


def test_a_search_of_somebody_else_finds_nothing(cast, sign_in):
    token = private_search.encrypt_query("Bob", by=cast.sam)
    answer = sign_in(cast.otto).get(REGISTER, {"q": token}, follow=True)
    assert not answer.context["cl"].queryset.exists()


def test_who_may_not_read_the_list_may_not_search_it(cast, sign_in):
    assert sign_in(cast.rita).post(ACCOUNTS, {"q": "ann"}, follow=True).status_code == 403


def test_an_action_on_found_rows_is_no_search(cast, sign_in):
    data = {"action": "deactivate", "_selected_action": cast.bob.pk, "index": 0}
    client = sign_in(cast.otto)
    found = client.post(ACCOUNTS, {"q": "bob@"}).url
    client.post(found, data)
    cast.bob.refresh_from_db()
    assert not cast.bob.is_active


@pytest.mark.parametrize("address", ["/home/?q=Ann", "/admin/tenants/tenant/?q=Ann"])
def test_the_way_to_the_sign_in_page_leaves_out_what_stood_behind_the_address(client, address):
    place = urlsplit(client.get(address).url)
    assert parse_qs(place.query)["next"] == [address.partition("?")[0]]


def test_the_way_to_the_consent_page_too(cast, sign_in):
    f.VersionFactory()
    place = urlsplit(sign_in(cast.vera).get("/vendor/shared/?q=Ann").url)
    assert (place.path, parse_qs(place.query)["next"]) == ("/consent/", ["/vendor/shared/"])
