"""`manage.py import_policy`: a file becomes a draft, or a sentence says why not."""

from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from privacy.consent import legal_documents
from privacy.consent.policy_files import parse
from privacy.models import DocumentVersion, LegalDocument
from privacy.subjects import get_or_create_for
from tests import factories as f

pytestmark = pytest.mark.django_db
ROOT = Path(settings.BASE_DIR)
SEED = ROOT / "tests" / "data" / "privacy-policy.txt"


@pytest.fixture
def otto():
    return f.UserFactory(is_staff=True, is_superuser=True)


def run(*arguments, **options):
    out = StringIO()
    call_command("import_policy", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "text.md"
    path.write_text("<!-- language: id -->\n## 1. Satu\nTeks.\n<!-- language: en -->\n## 1. One\nText.\n")
    return path


def test_import_makes_a_draft_of_the_seed_with_every_word(otto):
    said = run(SEED, "--kind", "policy")
    version = DocumentVersion.objects.get()
    assert not version.is_published
    assert version.drafted_by == get_or_create_for(otto)
    assert version.document.kind == "policy"
    for language in legal_documents.LANGUAGES:
        assert version.text(language) == parse(SEED.read_bytes())[language].markdown
    assert "English: 12 sections" in said
    assert "Indonesian: 12 sections" in said
    assert "Write the summary of changes in the admin, in both languages." in said


@pytest.mark.parametrize("kind", ["policy", "terms"])
def test_import_of_the_shipped_texts_can_be_published_at_once(otto, kind):
    said = run(ROOT / "privacy" / "texts" / f"{kind}.md", "--kind", kind)
    assert "summary" not in said
    version = legal_documents.publish(version=DocumentVersion.objects.get(), by=f.UserFactory())
    assert version.material


def test_import_takes_options(otto, file):
    by = f.UserFactory(email="olga@example.com")
    day = timezone.localdate() + timedelta(days=30)
    run(file, "--kind", "terms", "--by", "Olga@example.com", "--editorial", "--in-force", day.isoformat())
    version = DocumentVersion.objects.get()
    assert (version.material, version.drafted_by) == (False, get_or_create_for(by))
    assert version.in_force_from == datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Asia/Jakarta"))


def test_import_says_which_language_is_missing(otto, tmp_path):
    path = tmp_path / "one.md"
    path.write_text("<!-- language: en -->\n## 1. One\nText.\n")
    assert "The text in Indonesian is missing." in run(path, "--kind", "policy")


def refused(sentence, *arguments):
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)
    assert not DocumentVersion.objects.exists()
    assert not LegalDocument.objects.exists()


def test_import_refuses_a_file_that_is_not_there(otto):
    refused("cannot be read", "/nowhere/at/all.md", "--kind", "policy")


def test_import_refuses_a_file_that_is_no_policy(otto, tmp_path):
    (tmp_path / "x.txt").write_text("Just words.")
    refused("no numbered sections", tmp_path / "x.txt", "--kind", "policy")


def test_import_refuses_a_day_that_has_passed(otto, file):
    refused("has passed", file, "--kind", "policy", "--in-force", "2020-01-01")
    refused("invalid day value", file, "--kind", "policy", "--in-force", "1 May")


def test_import_refuses_an_unknown_kind(otto, file):
    refused("invalid choice", file, "--kind", "letter")


def test_import_needs_to_know_who_drafts(file):
    refused("--by EMAIL", file, "--kind", "policy")
    f.UserFactory.create_batch(2, is_superuser=True)
    refused("--by EMAIL", file, "--kind", "policy")
    f.UserFactory(email="olgı@example.com")  # a look-alike, which PostgreSQL takes for the same in any case
    for email in ("nobody@example.com", "olgi@example.com"):
        refused(f"no active account {email}", file, "--kind", "policy", "--by", email)
    f.UserFactory(email="gone@example.com", is_active=False)
    refused("no active account", file, "--kind", "policy", "--by", "gone@example.com")
