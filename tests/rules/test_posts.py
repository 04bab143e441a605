"""Changes need POST with a CSRF token: GET changes nothing, and no form works from another site."""

import pytest

from privacy.models import AccessRecord, SharingRequest
from tests.rules.doors import MODELS, PAGES, PORTAL, ROOF, words_of
from tests.rules.site import admin_address, client_for

pytestmark = pytest.mark.django_db
# Tables written by GET: access records, sessions, cache, and the following
SIDE_EFFECTS = {
    "privacy_presentation",  # what was shown is evidence, whether or not it is answered
    "privacy_accessrecord",
    "privacy_journalentry",  # a refused page, or a copy of one's data
    "privacy_subject",
    "tenants_pageuse",  # the page is counted
    "django_session",
    "django_content_type",
    "account_emailconfirmation",
    "bamms_cache",
}
# Browsers send these without a token; they only add a line to the log
WITHOUT_TOKEN = {"csp-report/"}


def taking_posts():
    return {route: address for route, (address, _get, *post) in (PORTAL | ROOF).items() if post}


def admin_addresses(world, who):
    """Yield the model pages that open for this person; for otto, only those that do not open for sam."""
    for label, pages in MODELS.items():
        for page, answers in pages.items():
            sam, _rita, _olga, otto = answers.split()
            if (sam == "200") if who == "sam" else (otto == "200" != sam):
                yield admin_address(world, *label.split("."), PAGES.get(page, page))


def taken_without_token(client, addresses):
    """Return the URLs that accept POST of a client that checks tokens and sends none."""
    found = []
    for address in addresses:
        response = client.post(address, {"answer": "decline", "login": "ann@example.com"})
        if response.status_code != 403:
            found.append(f"POST {address}: {response.status_code}")
    return found


def test_every_post_without_a_token_is_refused(world):
    words, accepted = words_of(world), []
    addresses = [address.format(**words) for route, address in taking_posts().items() if route not in WITHOUT_TOKEN]
    for who in ("anonymous", "ann", "vera", "sam", "otto"):
        client = client_for(world, who, enforce_csrf_checks=True)
        accepted += [f"{who} {found}" for found in taken_without_token(client, addresses)]
    assert not accepted, "These take a POST without a token; remove csrf_exempt:\n  " + "\n  ".join(accepted)
    assert SharingRequest.objects.filter(status="waiting").count() == 2


def test_every_post_of_the_admin_without_a_token_is_refused(world):
    for who in ("sam", "otto"):
        client = client_for(world, who, enforce_csrf_checks=True)
        for address in admin_addresses(world, who):
            assert client.post(address, {"action": "dismiss"}).status_code == 403, f"{who} POST {address}"


def test_what_takes_only_posts_refuses_get(world):
    only = [route for route, (_address, get, *_post) in PORTAL.items() if get is None]
    assert {"language/", "claim/<str:number>/message/", "vendor/requests/<str:number>/cancel/"} <= set(only)
    words = words_of(world)
    client = client_for(world, "vera")
    for route in only:
        assert client.get(PORTAL[route][0].format(**words)).status_code == 405, route


def written_by_get(visits):
    gets = (visit for visit in visits if visit.method == "GET")
    return [f"{visit} writes {wrote}" for visit in gets if (wrote := visit.written - SIDE_EFFECTS)]


def test_get_changes_nothing(walk):
    """No consent by a link, withdrawal by an image URL, or deletion by a crawler."""
    gets = [visit for visit in walk if visit.method == "GET"]
    found = written_by_get(walk)
    assert not found, "Let a POST do this:\n  " + "\n  ".join(found)
    assert len(gets) > 50


def test_the_records_of_a_walk_are_only_ever_looks(world):
    """Access records that GET writes have the action "viewed"."""
    client = client_for(world, "vera")
    before = AccessRecord.objects.count()
    client.get(PORTAL["vendor/shared/<str:number>/"][0].format(**words_of(world)))
    assert set(AccessRecord.objects.order_by("pk")[before:].values_list("action", flat=True)) == {"viewed"}


def test_every_door_that_takes_a_post_is_known(walk):
    """The tests use the table in doors.py: a page that accepts POST and is not listed would be missed."""
    taking = {visit.route for visit in walk if visit.method == "POST" and visit.answer not in {"405", "login", "gate"}}
    assert taking <= set(taking_posts()), (
        f"Write the answers to POST of {taking - set(taking_posts())} in tests/rules/doors.py."
    )
