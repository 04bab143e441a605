"""What no page of ours sends is answered in words, never with a broken page."""

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from privacy import private_search
from tests import factories as f

LONG, TOO_LONG = "9" * 30, "9" * 5000
pytestmark = pytest.mark.django_db


def client_of(user=None):
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def test_a_wrong_host_is_answered_400():
    response = client_of().get("/", headers={"host": "evil.example.com"})
    assert response.status_code == 400


@pytest.mark.parametrize(
    "address", ["/my-sharing/%00/", "/my-data/requests/%00/", "/vendor/shared/?q=%00", "/my-consents/%00/withdraw/"]
)
def test_a_nul_is_answered_400(cast, address):
    assert client_of(cast.ann).get(address).status_code == 400
    assert client_of(cast.vera).get(address).status_code == 400


@pytest.mark.parametrize("number", [LONG, TOO_LONG])
@pytest.mark.parametrize(
    "address", ["/my-data/?entry={}", "/my-data/change/?entry={}", "/files/tenants.tenant/{}/photo/"]
)
def test_a_number_that_no_row_has_is_404(cast, address, number):
    assert client_of(cast.ann).get(address.format(number)).status_code == 404


@pytest.mark.parametrize("number", [LONG, TOO_LONG])
@pytest.mark.parametrize(
    "address",
    [
        "privacy/consentevent/?version={}",
        "privacy/documentversion/?document={}",
        "privacy/documentversion/add/?document={}",
        "tenants/unit/?building__id__exact={}",
        "privacy/sharingagreement/?vendor__party_ptr__exact={}",
        "tenants/tenant/{}/change/",
    ],
)
def test_the_admin_breaks_on_no_number(cast, address, number):
    f.VersionFactory()
    f.agree(cast.otto)
    assert client_of(cast.otto).get(f"/admin/{address.format(number)}").status_code in {200, 302, 400, 404}


@pytest.mark.parametrize("query", ["name__regex=(", "changed_at__year=99999999", "phone__startswith=0", "q=%00"])
def test_a_list_answers_only_what_it_offers(cast, query):
    assert client_of(cast.sam).get(f"/admin/tenants/tenant/?{query}").status_code == 400


def test_a_word_for_a_number_is_no_choice(cast):
    assert client_of(cast.sam).get("/admin/privacy/sharingrequest/add/?tenant=abc").status_code == 200
    assert client_of(cast.sam).post("/admin/privacy/sharingrequest/add/", {"tenant": "abc"}).status_code == 200
    home = {"occupancies-TOTAL_FORMS": "1", "occupancies-INITIAL_FORMS": "0", "occupancies-0-unit": "abc"}
    assert client_of(cast.sam).post("/admin/tenants/tenant/add/", home | {"name": "Eve"}).status_code == 200
    assert client_of(cast.sam).get("/admin/tenants/tenant/add/?birth_date=2020-01-01").status_code == 200


def test_a_word_for_a_selected_row_is_refused(cast):
    picked = {"action": "dismiss", "_selected_action": "abc"}
    assert client_of(cast.otto).post("/admin/privacy/membership/", picked).status_code == 400


@pytest.mark.parametrize("cookie", [r'"\000aaaaaaaaaa"', "a b", "é", "../x"])
def test_a_session_cookie_that_is_no_name_of_one_is_not_looked_up(cast, cookie):
    with CaptureQueriesContext(connection) as queries:
        answer = client_of().get("/", headers={"cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"})
    assert answer.status_code == 200
    assert not any("django_session" in query["sql"] for query in queries)


@pytest.mark.parametrize(("who", "page"), [("vera", "/vendor/shared/"), ("sam", "/admin/tenants/tenant/")])
def test_a_nul_in_a_search_is_dropped(cast, who, page):
    assert client_of(getattr(cast, who)).post(page, {"q": "a\0b"}, follow=True).status_code == 200
    assert private_search.decrypt_query(private_search.encrypt_query("a\0b", by=cast.sam), by=cast.sam) == "ab"


@pytest.mark.parametrize("charset", ["hex", "rot13", "idna", "undefined", "utf-16", "nothing"])
def test_a_form_in_another_encoding_is_answered_400(charset):
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.cookies[settings.CSRF_COOKIE_NAME] = "q" * 32  # so that the body is read for its token
    body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nabc\r\n--x--\r\n'
    sent = f"multipart/form-data; boundary=x; charset={charset}"
    assert client.generic("POST", "/accounts/login/", body, content_type=sent).status_code in {400, 403}
    assert (
        client.generic("POST", "/accounts/login/", body, content_type=sent.replace(charset, "UTF8")).status_code == 403
    )


def test_options_shows_no_page(cast):
    answer = client_of(cast.ann).options("/home/")
    assert (answer.status_code, answer.content) == (405, b"")
