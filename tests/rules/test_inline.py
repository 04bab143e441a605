"""No inline script, style or event handler on any page, admin included, and a CSP that blocks them."""

from html.parser import HTMLParser

import pytest
from django.conf import settings

from tests.rules.test_headers import missing

pytestmark = pytest.mark.django_db
POLICY = {
    "default-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
    "report-uri": "/csp-report/",
    "report-to": "csp",
}
ADDRESSES = {
    "href",
    "src",
    "action",
    "formaction",
    "poster",
    "srcset",
    "xlink:href",
    "data",
    "background",
    "ping",
    "cite",
}
# Resources of a page are loaded from the site itself; links in a text may lead elsewhere
LOADED = {
    ("script", "src"),
    ("link", "href"),
    ("img", "src"),
    ("use", "href"),
    ("source", "srcset"),
    ("iframe", "src"),
    ("object", "data"),
}


class Page(HTMLParser):
    """Collects what a strict policy would block, or what must not occur."""

    def __init__(self, html):
        super().__init__()
        self.faults = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        line = self.getpos()[0]
        if tag == "script" and not given.get("src") and given.get("type") != "application/json":
            self.faults.append(f"line {line}: <script> without src")
        if tag in {"style", "object", "embed", "iframe", "base"}:
            self.faults.append(f"line {line}: <{tag}>")
        for name, value in attrs:
            self.check(tag, name, (value or "").strip().lower(), line)

    handle_startendtag = handle_starttag

    def check(self, tag, name, value, line):
        if name == "style" or name.startswith("on"):
            self.faults.append(f"line {line}: {name}= on <{tag}>")
        if name in ADDRESSES and value.startswith(("data:", "javascript:", "vbscript:", "blob:")):
            self.faults.append(f"line {line}: {name}={value[:30]} on <{tag}>")
        if (tag, name) in LOADED and "//" in value:
            self.faults.append(f"line {line}: <{tag}> loads {value}")
        if tag == "meta" and name == "http-equiv":
            self.faults.append(f"line {line}: <meta http-equiv>")


def pages(visits):
    return [visit for visit in visits if visit.is_page and visit.response.content]


def inline(visits):
    seen, found = set(), []
    for visit in pages(visits):
        if visit.html not in seen:
            seen.add(visit.html)
            found += [f"{visit}: {fault}" for fault in Page(visit.html).faults]
    return found


def test_no_page_holds_anything_inline(walk):
    assert len({visit.route for visit in pages(walk)}) > 5
    found = inline(walk)
    assert not found, "Move it to static/js or static/css (data-… for what it needs to know):\n  " + "\n  ".join(
        sorted(set(found))[:60]
    )


def test_every_answer_carries_the_strict_policy(walk):
    for visit in walk:
        policy = visit.response.headers.get("Content-Security-Policy", "")
        alone = visit.route.startswith("files/") and visit.answer == "200"  # a file is served with a stricter policy
        assert alone == (policy.startswith("default-src 'none'")), f"{visit}: {policy}"
        assert alone or dict(part.strip().split(" ", 1) for part in policy.split(";")) == POLICY, f"{visit}: {policy}"


def test_the_policy_has_no_way_round():
    assert not hasattr(settings, "CONTENT_SECURITY_POLICY_REPORT_ONLY")
    assert set(settings.CONTENT_SECURITY_POLICY) == {"DIRECTIVES"}, "EXCLUDE_URL_PREFIXES would open pages."
    assert "unsafe" not in str(settings.CONTENT_SECURITY_POLICY)
    assert "nonce" not in str(settings.CONTENT_SECURITY_POLICY).lower()


def unguarded(visits):
    """Return responses without the common headers, or that may be cached on a shared computer."""
    found = [f"{visit}: {fault}" for visit in visits for fault in missing(visit.response)]
    return found + [
        f"{visit} may be kept"
        for visit in visits
        if visit.who != "anonymous" and "no-store" not in visit.response.headers.get("Cache-Control", "")
    ]


def test_no_page_is_kept_framed_or_guessed_at(walk):
    assert not unguarded(walk)


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<p style='color:red'>",
        "<style>p{}</style>",
        "<a onclick='x()'>",
        "<img src='data:image/png;base64,x'>",
        "<a href=' javascript:x'>",
        "<script src='https://elsewhere.example/x.js'></script>",
        "<link href='//elsewhere.example/x.css'>",
        "<iframe src='/x'></iframe>",
        "<meta http-equiv='refresh' content='0'>",
        "<base href='/x'>",
    ],
)
def test_the_check_sees_a_fault(html):
    assert Page(html).faults


def test_the_check_lets_good_pages_pass():
    assert not Page(
        "<script src='/static/x.js' defer></script><a href='https://example.com'>x</a><svg><use href='/s.svg#x'/></svg>"
    ).faults
