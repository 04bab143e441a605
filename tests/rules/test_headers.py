"""Headers of every response: pages, files, redirects and refusals, with and without TLS."""

import re

import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD
from tests.rules.site import client_for

pytestmark = pytest.mark.django_db
WANTED = {
    "Content-Security-Policy": r"(.*; )?default-src '(self|none)'(;.*)?",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": r".*\bcamera=\(\).*\bgeolocation=\(\).*\bpublickey-credentials-get=\(self\).*",
    "Referrer-Policy": "same-origin",
    "Reporting-Endpoints": 'csp="/csp-report/"',
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# Texts without anything personal, which scripts of other sites may read, so that they can watch the evidence log
PUBLIC_TEXTS = re.compile(r"/evidence/(checkpoint|keys\.pem|consistency/[0-9]+)")
IN_EVERY_POLICY = ("base-uri 'none'", "frame-ancestors 'none'", "form-action '")


def missing(response):
    """Return headers of a response that are missing or wrong."""
    headers = response.headers
    found = [name for name, wanted in WANTED.items() if not re.fullmatch(wanted, headers.get(name, ""))]
    found += [part for part in IN_EVERY_POLICY if part not in headers.get("Content-Security-Policy", "")]
    kind = headers.get("Content-Type", "")
    if (kind.startswith("text/") or "+xml" in kind or "javascript" in kind) and "charset=utf-8" not in kind.replace(
        '"', ""
    ):
        found.append(f"charset of {kind}")
    open_to_all = headers.get("Access-Control-Allow-Origin") == "*" and PUBLIC_TEXTS.fullmatch(
        response.request["PATH_INFO"]
    )
    return found + [name for name in headers if name.startswith("Access-Control-") and not open_to_all]


def read(response):
    """Close a file by reading it: `close()` would also close the database connection of the test."""
    if response.streaming:
        b"".join(response.streaming_content)
    return response


@pytest.fixture
def _tls(settings):
    settings.SECURE_SSL_REDIRECT = settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SECURE_HSTS_SECONDS = 31_536_000


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/", 200),
        ("/static/css/base.css", 200),
        ("/static/js/portal.js", 200),
        ("/static/icons/sprite.svg", 200),
        ("/static/no-such-file.css", 404),
        ("/no/such/page/", 404),
        ("/home/", 302),
        ("/accounts/login", 301),
        ("/vendor/%00/", 400),
    ],
)
@pytest.mark.usefixtures("_tls")
def test_every_kind_of_answer_over_tls(address, status):
    response = read(Client().get(address, secure=True))
    assert response.status_code == status
    assert not missing(response)
    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000; includeSubDomains")


@pytest.mark.usefixtures("_tls")
@pytest.mark.parametrize("address", ["/", "/static/icons/sprite.svg", "/csp-report/"])
def test_the_way_to_https_is_guarded_too(address):
    response = Client().get(address)
    assert response.status_code == 301
    assert response.headers["Location"] == f"https://testserver{address}"
    assert not missing(response)


@pytest.mark.usefixtures("_tls")
@pytest.mark.parametrize("secure", [False, True])
def test_a_wrong_host_is_answered_with_every_header(secure):
    response = Client().get("/", headers={"host": "evil.example.com"}, secure=secure)
    assert response.status_code == 400
    assert "evil.example.com" not in response.content.decode()
    assert not missing(response)


def test_refusals_carry_every_header(world):
    client = client_for(world, "ann", enforce_csrf_checks=True)
    for response, status in (
        (client.post("/claim/"), 403),
        (client.put("/home/"), 405),
        (client.get("/vendor/"), 404),
        (client.post("/csp-report/", "{", content_type="application/csp-report"), 400),
    ):
        assert response.status_code == status
        assert not missing(response), status


def test_a_fault_of_ours_carries_every_header(world, monkeypatch):
    client = client_for(world, "ann")
    monkeypatch.setattr("bamms.views.parties.roles_of", lambda _user: [])
    response = client.get("/")
    assert response.status_code == 500
    assert not missing(response)


def test_a_private_file_may_do_nothing(world):
    address = f"/files/tenants.tenant/{world.ann_entry.pk}/identity_scan/"
    response = client_for(world, "ann").get(address)
    assert response.status_code == 200
    assert not missing(response)
    policy = {part.strip() for part in response.headers["Content-Security-Policy"].split(";")}
    assert policy == {
        "default-src 'none'", "sandbox", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    }  # fmt: skip


def test_every_static_file_says_its_kind_and_charset():
    """Test one file per extension, including the country flags and the admin's images."""
    paths = {path for finder in get_finders() for path, _storage in finder.list([])}
    for path in {path.rpartition(".")[2]: path for path in sorted(paths)}.values():
        response = read(Client().get(f"/static/{path}"))
        assert response.status_code == 200
        assert not missing(response), path


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "OPTIONS"])
def test_static_files_take_no_other_method(method):
    response = Client().generic(method, "/static/css/base.css")
    assert response.status_code == 405
    assert not missing(response)


@pytest.mark.parametrize(
    ("who", "name"), [("ann", "account_logout"), ("vera", "account_logout"), ("sam", "admin:logout")]
)
def test_signing_out_clears_what_the_browser_kept(world, who, name):
    client = client_for(world, who)
    assert "Clear-Site-Data" not in client.get(reverse(name)).headers
    response = client.post(reverse(name))
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert settings.SESSION_COOKIE_NAME in response.cookies


def test_nothing_else_clears_what_the_browser_kept(world):
    client = client_for(world, "ann")
    assert "Clear-Site-Data" not in client.post("/language/", {"language": "en"}).headers
    assert "Clear-Site-Data" not in client.post("/claim/").headers


@pytest.mark.parametrize("forged", ["203.0.113.9", "203.0.113.9, 198.51.100.7", "nonsense", "' OR 1=1 --"])
def test_a_forged_address_before_that_of_the_proxy_counts_for_nothing(settings, forged):
    """With one proxy of ours, only the last entry is trustworthy; the entries before it are sent by the client."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.LIMITS = settings.LIMITS | {"sign_in": {"network": (2, 60)}}
    client, seen = Client(), []
    for number in range(4):
        sent = {"login": f"nobody{number}@example.com", "password": PASSWORD}
        headers = {"X-Forwarded-For": f"{number}.{forged}, 192.0.2.44"}
        seen.append("Terlalu banyak" in client.post("/accounts/login/", sent, headers=headers).content.decode())
    assert seen == [False, False, True, True]
    others = client.post("/accounts/login/", sent, headers={"X-Forwarded-For": f"{forged}, 192.0.2.45"})
    assert "Terlalu banyak" not in others.content.decode()


@pytest.mark.parametrize("said", [None, "192.0.2.44", "nonsense, 192.0.2.44", "192.0.2.44, nonsense", ","])
def test_fewer_proxies_than_expected_break_nothing(settings, said):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    headers = {"X-Forwarded-For": said} if said else {}
    sent = {"login": "nobody@example.com", "password": PASSWORD}
    response = Client(raise_request_exception=False).post("/accounts/login/", sent, headers=headers)
    assert response.status_code in {200, 400, 403}
