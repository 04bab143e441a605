"""The navigation says where one is, and is absent where one cannot go yet."""

import re

import pytest
from django.urls import reverse

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
