"""security.txt says to whom a vulnerability is reported, to everybody, and never with an address that nobody reads."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from privacy import parties
from tests import factories as f

pytestmark = pytest.mark.django_db
ADDRESS = "/.well-known/security.txt"


def fields(response):
    return dict(line.split(": ", 1) for line in response.content.decode().splitlines())


def test_it_names_the_data_protection_officer_of_the_operator(client, settings):
    settings.SITE_URL = "https://portal.example.com"
    f.ManagementFactory(dpo_email="dpo@anggrek.example")
    f.OperatorFactory(email="info@operator.example", dpo_email="dpo@operator.example")
    response = client.get(ADDRESS)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    said = fields(response)
    assert list(said) == ["Contact", "Expires", "Preferred-Languages", "Canonical"]
    assert said["Contact"] == "mailto:dpo@operator.example"
    assert said["Preferred-Languages"] == "id, en"
    assert said["Canonical"] == f"https://portal.example.com{ADDRESS}"


def test_it_names_the_operator_where_no_officer_has_an_address(client):
    f.OperatorFactory(email="a+b?c@operator.example", dpo_email="")
    assert fields(client.get(ADDRESS))["Contact"] == "mailto:a%2Bb%3Fc@operator.example"


def test_it_expires_within_a_year_of_being_read(client, time_machine):
    f.OperatorFactory()
    time_machine.move_to(datetime(2026, 3, 1, 1, 2, 3, 456789, tzinfo=UTC), tick=False)
    expires = fields(client.get(ADDRESS))["Expires"]
    assert expires.endswith("Z")
    assert timezone.now() < datetime.fromisoformat(expires) < timezone.now() + timedelta(days=365)


@pytest.mark.parametrize("operator", [None, {"email": "", "dpo_email": ""}])
def test_there_is_none_without_an_address(client, operator):
    if operator is not None:
        f.OperatorFactory(**operator)
    assert bool(parties.operator()) == (operator is not None)
    assert client.get(ADDRESS).status_code == 404


def test_it_leaves_no_cookie_and_takes_nothing(client):
    f.OperatorFactory()
    assert not client.get(ADDRESS).cookies
    assert client.head(ADDRESS).status_code == 200
    assert client.post(ADDRESS).status_code == 405
