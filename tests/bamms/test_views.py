"""Home: each kind of user to their own start page, the most official role first."""

import pytest
from django.urls import reverse

from privacy import parties
from privacy.models.parties import MembershipRole

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("who", "start"),
    [
        ("ann", "tenant_home"),
        ("bob", "tenant_home"),
        ("vera", "vendor_home"),
        ("sam", "admin:index"),
        ("rita", "admin:index"),
        ("olga", "admin:index"),
        ("otto", "admin:index"),
    ],
)
def test_home_leads_each_to_their_own_start_page(cast, sign_in, who, start):
    assert sign_in(getattr(cast, who)).get("/").url == reverse(start)


def test_home_welcomes_strangers(client, cast):
    response = client.get("/")
    assert response.status_code == 200
    assert reverse("account_login") in response.content.decode()


def test_home_prefers_the_most_official_role(cast, sign_in):
    parties.appoint(user=cast.vera, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.otto)
    assert sign_in(cast.vera).get("/").url == reverse("admin:index")
    for membership in cast.vera.memberships.all():
        parties.dismiss(membership=membership, by=cast.otto)
    assert sign_in(cast.vera).get("/").url == reverse("tenant_home")
