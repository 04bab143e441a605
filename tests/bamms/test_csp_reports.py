"""Reports of browsers are public and believed in nothing: one line says where, and never who or what."""

import json

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from bamms import csp_reports
from bamms.csp_reports import named, place

pytestmark = pytest.mark.django_db
OLD, NEW = "application/csp-report", "application/reports+json"


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()
    yield
    cache.clear()


def send(said, kind=OLD, **headers):
    body = said if isinstance(said, str | bytes) else json.dumps(said)
    return Client(enforce_csrf_checks=True).post("/csp-report/", body, content_type=kind, headers=headers)


def lines(caplog):
    return [r.getMessage() for r in caplog.records if r.name == "bamms.csp_reports"]


def old(blocked, page="http://testserver/home/", directive="script-src-elem"):
    return {"csp-report": {"effective-directive": directive, "blocked-uri": blocked, "document-uri": page}}


def test_a_report_of_the_older_form_is_one_line(caplog):
    response = send(old("https://evil.example/x.js?who=ann@example.com"))
    assert response.status_code == 204
    assert not response.cookies
    assert lines(caplog) == ["The content security policy blocked https://evil.example: script-src-elem on /home/"]


def test_a_report_of_the_newer_form_is_one_line_each(caplog):
    body = {"effectiveDirective": "img-src", "blockedURL": "data", "documentURL": "http://testserver/privacy.html?x=1"}
    report = {"type": "csp-violation", "age": 1, "url": "http://testserver/", "user_agent": "x", "body": body}
    assert send([report, {"type": "deprecation", "body": {"id": "x"}}, report], NEW).status_code == 204
    assert lines(caplog) == ["The content security policy blocked data: img-src on /privacy.html"] * 2


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("inline", "inline"),
        ("http://testserver/invitation/secret-token/?ann@example.com", "/invitation/<str:token>/"),
        ("http://testserver/my-sharing/IB-2026-0001/#ann", "/my-sharing/<str:number>/"),
        ("http://testserver/static/css/base.css?ann", "/static/css/base.css"),
        ("http://testserver/static/Ann Wijaya.css", "an address that we do not have"),
        ("http://testserver/no/such/ann/", "an address that we do not have"),
        ("https://ann:3172055504900001@evil.example/", "unknown"),
        ("https://evil.example:8443/ann?x#y", "https://evil.example:8443"),
        ("wss://evil.example/ann", "wss://evil.example"),
        ("chrome-extension://ann/x.js", "chrome-extension:"),
        ("data:text/html,ann", "data:"),
        ("ann@example.com", "unknown"),
        ("http://[::1", "unknown"),
        ("https://evil.example\r\nERROR forged line", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
        ({"a": 1}, "unknown"),
    ],
)
def test_a_place_says_where_and_never_who(address, said):
    assert place(address, "testserver") == said


@pytest.mark.parametrize(
    ("directive", "said"),
    [
        ("img-src", "img-src"),
        ("script-src 'self' https://x", "script-src"),
        ("Ann Wijaya", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_directive_is_a_word_of_the_policy(directive, said):
    assert named(directive) == said


@pytest.mark.parametrize("body", ["", "{", b"\xff\xfe", "[" * 16_000, "NaN "[:2]])
def test_what_is_no_report_is_refused(body, caplog):
    assert send(body).status_code == 400
    assert not lines(caplog)


@pytest.mark.parametrize(
    "body", ["[]", "{}", "7", "null", '"x"', '[7, null, "x"]', '{"csp-report": 7}', '[{"body": []}]']
)
def test_a_report_of_nothing_says_nothing(body, caplog):
    assert send(body).status_code == 204
    assert not lines(caplog)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["csp-report", "body", "type", "blocked-uri", "document-uri"]), inner)
        ),
    )
)
@hypothesis(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_report_breaks_it(said):
    cache.clear()
    assert send(json.dumps(said)).status_code in {204, 413}


def test_a_long_report_is_not_read(caplog):
    assert send(old("x" * csp_reports.MOST_BYTES)).status_code == 413
    assert not lines(caplog)


def test_many_reports_in_one_body_are_a_few_lines(caplog):
    report = {"type": "csp-violation", "body": {"effectiveDirective": "img-src", "blockedURL": "data"}}
    send([report] * 50, NEW)
    assert len(lines(caplog)) == csp_reports.MOST_REPORTS


def test_a_household_of_ipv6_is_one_address(monkeypatch):
    monkeypatch.setattr(csp_reports, "PER_ADDRESS", 2)
    codes = [
        Client(REMOTE_ADDR=f"2001:db8:9:1::{number}").post("/csp-report/", "{}", content_type=OLD).status_code
        for number in range(1, 4)
    ]
    assert codes == [204, 204, 429]


def test_so_many_an_hour_from_one_address_and_from_all(caplog, monkeypatch):
    monkeypatch.setattr(csp_reports, "PER_ADDRESS", 2)
    monkeypatch.setattr(csp_reports, "PER_SITE", 3)
    assert [send(old("inline")).status_code for _time in range(3)] == [204, 204, 429]
    other = Client(REMOTE_ADDR="192.0.2.7")
    codes = [other.post("/csp-report/", "{}", content_type=OLD).status_code for _time in range(2)]
    assert codes == [429, 429]  # the refused try counted for all: three are through
    assert len(lines(caplog)) == 2


def test_whoever_has_not_agreed_may_report_too(cast):
    client = Client()
    client.force_login(cast.ann)
    assert client.post("/csp-report/", json.dumps(old("inline")), content_type=OLD).status_code == 204
    assert client.get("/csp-report/").status_code == 405
