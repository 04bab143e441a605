"""Whatever stands in `next`, nobody is led away from the site: the link of a stranger must not look like ours."""

import re

import pytest
from allauth.core import context
from django.test import RequestFactory
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.adapters import AccountAdapter
from accounts.redirects import safe_next_url
from accounts.views import set_language

HOST = "testserver"
PIECES = st.sampled_from(
    [
        "/", "//", "\\", "///", "http:", "https:", "HTTP://", "javascript:", "data:text/html,", "mailto:",
        "evil.example", HOST, f"//{HOST}", f"http://{HOST}", f"https://{HOST}", "@", ":80", ":", ".", "..", "?", "#",
        "%2f", "%5c", "%09", "%0d%0a", "\t", "\r\n", "\0", " ", "\u3002", "\uff0f", "[", "]",
        "my-data", "next=", "\x1b", "\u202e",
    ]
)  # fmt: skip
WANTED = st.lists(PIECES, max_size=7).map("".join) | st.text(max_size=30)


def leaves(url, scheme):
    """Whether a browser would leave the site for it (WHATWG URL, clause 4.4)."""
    read = re.sub(r"[\t\n\r]", "", url.strip("".join(map(chr, range(0x21))))).replace("\\", "/")
    if named := re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", read):
        if named[1].lower() not in {"http", "https"} or (scheme == "https" and named[1].lower() != "https"):
            return True
        read = "//" + read[named.end() :].lstrip("/")
    if not read.startswith("//"):
        return False
    host = re.split(r"[/?#]", read.lstrip("/"), maxsplit=1)[0].rpartition("@")[2].lower()
    return host not in {HOST, ""}  # an address without a host is none: the browser stays


def requests(wanted):
    for scheme in ("http", "https"):
        yield scheme, RequestFactory().post("/", {"next": wanted}, secure=scheme == "https")
        yield scheme, RequestFactory().get("/", {"next": wanted}, secure=scheme == "https")


@pytest.mark.parametrize(
    "url",
    ["//evil.example", "/\\evil.example", "\t//evil.example", "https:evil.example", "javascript:alert(1)", "/\t/e"],
)
def test_a_browser_would_leave_for_these(url):
    assert leaves(url, "https")
    assert not leaves("/my-data/?a=//b", "https")
    assert not leaves(f"https://{HOST}/my-data/", "https")


@given(WANTED)
def test_after_consent_people_stay_on_the_site(wanted):
    for scheme, request in requests(wanted):
        way = safe_next_url(request)
        assert way.startswith("/")
        assert not leaves(way, scheme)


@given(WANTED)
@example("//\t")
def test_after_sign_in_people_stay_on_the_site(wanted):
    for scheme, request in requests(wanted):
        with context.request_context(request):
            assert not (AccountAdapter(request).is_safe_url(wanted) and leaves(wanted, scheme))


@given(WANTED)
@example("//\t")
def test_after_a_choice_of_language_people_stay_on_the_site(wanted):
    for scheme, request in requests(wanted):
        if request.method == "POST":
            assert not leaves(set_language(request).headers["Location"], scheme)
