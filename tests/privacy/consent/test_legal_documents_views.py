"""The public pages of policy and terms: every published version, and never a draft."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(client):
    def _read(page, language="en", status=200):
        response = client.get(page, headers={"accept-language": language})
        assert response.status_code == status
        return response.content.decode()

    return _read


def test_document_shows_the_version_in_force_with_date_and_check_code(read):
    version = f.VersionFactory()
    page = read("/privacy.html")
    assert "Privacy Policy, version 1" in page
    assert "In force since" in page
    assert "Text of version 1." in page
    assert version.hash_en in page
    assert 'href="#clause-1"' in page
    assert 'id="clause-1"' in page


def test_document_follows_the_language_and_says_in_english_that_the_indonesian_prevails(read):
    version = f.VersionFactory()
    banner = "Where the English and Indonesian texts differ, the Indonesian text applies."
    indonesian = read("/privacy.html", "id")
    assert "Teks versi 1." in indonesian
    assert version.hash_id in indonesian
    assert banner not in indonesian
    assert banner in read("/privacy.html")


def test_document_without_a_version_says_so(read):
    assert "No version is in force yet." in read("/privacy.html")
    assert "No version is in force yet." in read("/terms.html")


def test_document_announces_the_next_version_with_its_changes(read):
    f.VersionFactory()
    f.VersionFactory(
        in_force_from=timezone.now() + timedelta(days=20), summary_en="- Cookies explained\n- Backups daily"
    )
    page = read("/privacy.html")
    assert "Version 2 applies from" in page
    assert "<li>Cookies explained</li>" in page
    assert "Text of version 1." in page
    announced = read("/privacy/2.html")
    assert "This version is announced." in announced
    assert "Text of version 2." in announced
    assert 'href="/privacy.html"' in announced


def test_document_announced_before_any_is_in_force_is_named(read):
    f.VersionFactory(in_force_from=timezone.now() + timedelta(days=20))
    page = read("/privacy.html")
    assert "No version is in force yet." in page
    assert "Read version 1" in page


def test_old_versions_stay_at_their_addresses(read):
    f.VersionFactory()
    f.VersionFactory()
    assert 'href="/privacy/1.html"' in read("/privacy.html")
    old = read("/privacy/1.html")
    assert "This is an old version." in old
    assert "Text of version 1." in old
    assert "This is an old version." not in read("/privacy/2.html")


def test_drafts_are_never_reachable(read):
    f.VersionFactory()
    f.VersionFactory(published=False, body_en="## 1. Secret\n\nNot yet.")
    read("/privacy/2.html", status=404)
    read("/privacy/99999999999999999999.html", status=404)
    assert "Not yet." not in read("/privacy.html")
    assert "/privacy/2.html" not in read("/privacy.html")


def test_versions_of_the_other_document_are_not_here(read):
    f.VersionFactory(document=f.DocumentFactory(kind="terms", title_en="Terms and Conditions"))
    read("/privacy/1.html", status=404)
    assert "Terms and Conditions, version 1" in read("/terms/1.html")


def test_document_names_the_operator_at_the_head_and_its_contacts_at_the_end(read):
    f.VersionFactory()
    f.OperatorFactory(legal_name="PT Contoh <Tbk>", address="Jalan 1\nJakarta", phone="+622112345678")
    page = read("/privacy.html")
    assert page.index("PT Contoh &lt;Tbk&gt;") < page.index("Text of version 1.") < page.index("dpo@operator.example")
    assert "tel:+622112345678" in page


def test_document_keeps_a_visitor_out_of_the_session(client):
    f.VersionFactory()
    with CaptureQueriesContext(connection) as caught:
        response = client.get("/privacy.html")
    assert not [query for query in caught if "django_session" in query["sql"]]
    assert settings.SESSION_COOKIE_NAME not in response.cookies


def test_document_costs_the_same_with_many_versions(client):
    counts = []
    for more in (2, 12):
        for _count in range(more):
            f.VersionFactory()
        client.get("/privacy.html")
        with CaptureQueriesContext(connection) as caught:
            client.get("/privacy.html")
        counts.append(len(caught))
    assert counts[0] == counts[1]
    # Texts are read of the version in force and of the announced one only
    assert sum("body_en" in query["sql"] for query in caught) == 2


def test_document_is_read_only(client):
    assert client.post("/privacy.html").status_code == 405
    assert client.post("/privacy/1.html").status_code == 405
