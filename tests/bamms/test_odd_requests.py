"""What no page of ours sends is answered in words, never with a broken page."""

import pytest
from django.test import Client

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
