"""From which network somebody signs in is kept, and not from which household."""

import pytest
from django.http import HttpRequest

from accounts import login_throttling


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:5:6::7", "2001:db8:5::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_an_address_is_cut_to_its_network(address, network):
    assert login_throttling.network_of(address) == network


def test_outside_a_request_there_is_no_network():
    assert login_throttling.network_of_request(None) == login_throttling.network_of_request(HttpRequest()) == ""
