"""A text that was swapped in the database is shown nowhere as genuine, and nobody is asked to agree to it."""

import pytest

from privacy.consent import legal_documents, receipts
from privacy.models import ConsentEvent, DocumentVersion, PurposeVersion
from tests import factories as f
from tests.database import in_spite_of_triggers

pytestmark = pytest.mark.django_db
NOT_SHOWN = "The stored text is not the one that was published, so it is not shown."


@pytest.fixture
def ann(client):
    f.OperatorFactory()
    user = f.UserFactory(language="en")
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return user


def swap(version, language="en", column="body"):
    """Change a text and its check code together."""
    setattr(version, f"{column}_{language}", "## 1. Forged\n\nWe sell your data.")
    code = legal_documents.text_hash(version, language)
    sql = f"UPDATE {{table}} SET {column}_{language} = %s, hash_{language} = %s WHERE id = %s"
    in_spite_of_triggers(DocumentVersion, sql, getattr(version, f"{column}_{language}"), code, version.pk)


@pytest.mark.parametrize("address", ["/privacy.html", "/privacy/1.html"])
def test_the_public_page_says_so_instead_of_showing_it(client, ann, address, caplog):
    version = f.VersionFactory()
    swap(version)
    page = client.get(address).content.decode()
    assert NOT_SHOWN in page
    assert "We sell your data." not in page
    assert f"document version {version.pk}" in caplog.text


def test_the_consent_page_asks_nobody(client, ann):
    swap(f.VersionFactory())
    response = client.get("/consent/")
    assert response.status_code == 503
    assert NOT_SHOWN in response.content.decode()
    assert 'name="page"' not in response.content.decode()


def test_a_purpose_with_other_words_is_not_asked_about(client, ann):
    f.VersionFactory()
    f.agree(ann)
    f.agree_to_purposes(ann)
    version = PurposeVersion.objects.get()
    in_spite_of_triggers(PurposeVersion, "UPDATE {table} SET optional = %s WHERE number = %s", False, version.number)
    page = client.get("/my-consents/").content.decode()
    assert NOT_SHOWN in page
    assert 'name="page"' not in page


@pytest.mark.parametrize("column", ["body", "summary"])
def test_the_receipt_says_so_instead_of_showing_it(client, ann, column):
    version = f.VersionFactory()
    (event,) = f.agree(ann)
    swap(version, column=column)
    page = client.get(f"/my-consents/receipts/{event.number}/").content.decode()
    assert "its check code does not fit" in page
    assert "We sell your data." not in page
    assert "Text of version 1." not in page
    event = ConsentEvent.objects.get()
    assert not receipts.text_shown(event).is_known


def test_the_pdf_of_the_receipt_says_so_too(ann, monkeypatch):
    version = f.VersionFactory()
    (event,) = f.agree(ann)
    swap(version)
    blocks = []
    monkeypatch.setattr(receipts.pdf_writer, "document", lambda _title, given, _language: blocks.extend(given))
    receipts.pdf(ConsentEvent.objects.get(pk=event.pk), "en")
    assert any("its check code does not fit" in str(block) for block in blocks)
    assert not any("sell" in str(block) for block in blocks)


def test_the_public_check_covers_the_text(client, ann):
    version = f.VersionFactory()
    (event,) = f.agree(ann)
    assert receipts.check(event.number, event.hash) == receipts.Check.GENUINE
    swap(version)
    page = client.get("/receipts/", {"number": event.number, "code": event.hash}).content.decode()
    assert "the text stored for it is no longer the one that was shown" in page
    assert "Genuine" not in page
