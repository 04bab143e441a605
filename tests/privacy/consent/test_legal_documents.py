"""Drafting and publishing: both languages, two people, and never a change afterwards."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from privacy.consent import consents, legal_documents
from privacy.consent.policy_files import parse
from privacy.errors import Refused
from privacy.models import DocumentVersion, LegalDocument
from privacy.subjects import get_or_create_for
from tests import factories as f

pytestmark = pytest.mark.django_db
FILE = """<!-- summary: id -->
- Pertama
<!-- summary: en -->
- First
<!-- language: id -->
# Kebijakan Kami
## 1. Definisi
Kami adalah operator yang menjalankan aplikasi ini.
<!-- language: en -->
# Our Policy
## 1. Definitions
We are the operator that runs this application.
"""


def refused(code, verb, **arguments):
    with pytest.raises(Refused) as caught:
        verb(**arguments)
    assert caught.value.code == code


def test_publish_fixes_date_hash_and_publisher():
    publisher = f.UserFactory()
    version = legal_documents.publish(version=f.VersionFactory(published=False), by=publisher)
    assert version.is_published
    assert version.is_in_force
    assert version.published_by == get_or_create_for(publisher)
    assert version.hash_id == legal_documents.text_hash(version, "id") != version.hash_en


def test_publish_moves_a_date_in_the_past_to_now():
    draft = f.VersionFactory(published=False, in_force_from=timezone.now() - timedelta(days=9))
    assert legal_documents.publish(version=draft, by=f.UserFactory()).in_force_from > timezone.now() - timedelta(
        minutes=1
    )


@pytest.mark.parametrize("column", ["body_ind", "body_en", "summary_ind", "summary_en"])
def test_publish_refuses_a_draft_without_both_languages(column):
    draft = f.VersionFactory(published=False, **{column: " \n"})
    refused("language", legal_documents.publish, version=draft, by=f.UserFactory())
    assert not DocumentVersion.objects.published().exists()


def test_publish_refuses_a_first_version_that_would_ask_nobody():
    refused(
        "first", legal_documents.publish, version=f.VersionFactory(published=False, material=False), by=f.UserFactory()
    )
    f.VersionFactory()
    assert f.VersionFactory(material=False).is_published


def test_publish_refuses_whoever_edited_last():
    editor, other = f.UserFactory(), f.UserFactory()
    draft = f.VersionFactory(published=False, drafted_by=get_or_create_for(editor))
    refused("second_person", legal_documents.publish, version=draft, by=editor)
    legal_documents.revise(version=draft, by=other)
    refused("second_person", legal_documents.publish, version=draft, by=other)
    assert legal_documents.publish(version=draft, by=editor).is_published


def test_publish_refuses_what_is_published():
    refused("published", legal_documents.publish, version=f.VersionFactory(), by=f.UserFactory())


def test_publish_refuses_a_draft_edited_since_it_was_read():
    draft = f.VersionFactory(published=False)
    seen = draft.drafted_at.isoformat()
    legal_documents.revise(version=draft, by=f.UserFactory())
    refused("changed", legal_documents.publish, version=draft, by=f.UserFactory(), seen=seen)
    assert legal_documents.publish(version=draft, by=f.UserFactory(), seen=draft.drafted_at.isoformat()).is_published


def test_publish_refuses_an_older_number_or_an_earlier_date():
    first = f.VersionFactory(published=False)
    f.VersionFactory(in_force_from=timezone.now() + timedelta(days=10))
    refused("order", legal_documents.publish, version=first, by=f.UserFactory())
    sooner = f.VersionFactory(published=False, in_force_from=timezone.now() + timedelta(days=5))
    refused("order", legal_documents.publish, version=sooner, by=f.UserFactory())


def test_publish_costs_the_same_few_queries_however_many_people_there_are():
    counts = []
    for people in (3, 10):
        f.UserFactory.create_batch(people)
        draft, publisher = f.VersionFactory(published=False), f.UserFactory()
        get_or_create_for(publisher)
        with CaptureQueriesContext(connection) as caught:
            legal_documents.publish(version=draft, by=publisher)
        counts.append(len(caught))
    assert counts[0] == counts[1] <= 12


def test_revise_refuses_a_published_version():
    refused("published", legal_documents.revise, version=f.VersionFactory(), by=f.UserFactory())


@pytest.mark.parametrize(
    "change",
    [
        lambda pk: DocumentVersion.objects.filter(pk=pk).update(body_en="other"),
        lambda pk: DocumentVersion.objects.filter(pk=pk).delete(),
        lambda pk: DocumentVersion.objects.get(pk=pk).save(),
        lambda pk: _sql("UPDATE privacy_documentversion SET body_ind = 'lain' WHERE id = %s", pk),
        lambda pk: _sql("UPDATE privacy_documentversion SET published_at = NULL WHERE id = %s", pk),
        lambda pk: _sql("DELETE FROM privacy_documentversion WHERE id = %s", pk),
    ],
)
def test_a_published_text_cannot_change_by_orm_or_sql(change):
    version = f.VersionFactory()
    with pytest.raises((DatabaseError, Refused)), transaction.atomic():
        change(version.pk)
    assert DocumentVersion.objects.get(pk=version.pk).body_en == version.body_en


def _sql(statement, pk):
    with connection.cursor() as cursor:
        cursor.execute(statement, [pk])


def test_the_database_refuses_a_published_row_without_its_evidence():
    draft = f.VersionFactory(published=False)
    with pytest.raises(DatabaseError), transaction.atomic():
        DocumentVersion.objects.filter(pk=draft.pk).update(published_at=timezone.now())


def test_draft_sent_twice_is_one_draft():
    document = f.DocumentFactory()
    content = {"document": document, "texts": {"id": "a", "en": "b"}, "summaries": {"id": "c", "en": "d"}}
    by = f.UserFactory()
    first = legal_documents.draft(**content, by=by)
    assert legal_documents.draft(**content, by=by) == first
    assert legal_documents.draft(**{**content, "texts": {"id": "A", "en": "b"}}, by=by).number == 2


def test_in_force_gives_the_newest_of_each_document_whose_date_has_come():
    f.VersionFactory()
    second = f.VersionFactory(material=False)
    f.VersionFactory(in_force_from=timezone.now() + timedelta(days=1))
    f.VersionFactory(published=False)
    terms = f.VersionFactory(document=f.DocumentFactory(kind="terms", title_ind="Syarat", title_en="Terms"))
    assert legal_documents.in_force() == [second, terms]
    assert legal_documents.current("policy") == second


def test_upcoming_is_the_next_version_that_is_announced():
    f.VersionFactory()
    assert legal_documents.upcoming("policy") is None
    announced = f.VersionFactory(in_force_from=timezone.now() + timedelta(days=3))
    f.VersionFactory(in_force_from=timezone.now() + timedelta(days=9))
    assert legal_documents.upcoming("policy") == announced
    assert legal_documents.upcoming("terms") is None


def test_between_gives_what_came_after_the_answered_version_without_texts():
    versions = [f.VersionFactory() for _count in range(4)]
    found = list(legal_documents.between(versions[0], versions[2]))
    assert found == [versions[2], versions[1]]
    assert {"body", "body_ind", "body_en"} <= found[0].get_deferred_fields()


def test_to_be_asked_counts_active_accounts_for_material_versions_only():
    f.UserFactory(is_active=False)
    version = f.VersionFactory()
    assert legal_documents.to_be_asked(version) == f.User.objects.filter(is_active=True).count() > 0
    assert legal_documents.to_be_asked(f.VersionFactory(material=False)) == 0


def test_take_in_makes_the_document_with_the_titles_of_the_file():
    version = legal_documents.import_file(file=parse(FILE), kind="policy", by=f.UserFactory())
    assert (version.document.title_ind, version.document.title_en) == ("Kebijakan Kami", "Our Policy")
    assert version.number == 1
    assert not version.is_published
    assert version.changes("en") == "- First"
    assert version.text("id").startswith("## 1. Definisi")


def test_take_in_of_one_language_completes_the_draft_that_lacks_it():
    indonesian, english = (
        parse(f"<!-- language: {code} -->\n## 1. {word}\ntext") for code, word in (("id", "Satu"), ("en", "One"))
    )
    first = legal_documents.import_file(file=indonesian, kind="terms", by=f.UserFactory())
    assert first.document.title_en == "Terms and Conditions"
    assert first.document.title_ind
    other = f.UserFactory()
    completed = legal_documents.import_file(file=english, kind="terms", by=other)
    assert completed.pk == first.pk
    stored = DocumentVersion.objects.get(pk=first.pk)
    assert (stored.body_ind, stored.body_en) == ("## 1. Satu\n\ntext", "## 1. One\n\ntext")
    assert stored.drafted_by == get_or_create_for(other)
    assert legal_documents.import_file(file=english, kind="terms", by=other).number == 2


def test_take_in_keeps_titles_that_the_file_does_not_name():
    f.DocumentFactory(title_ind="Judul", title_en="Heading")
    legal_documents.import_file(
        file=parse("<!-- language: id -->\n## 1. Satu\nteks"), kind="policy", by=f.UserFactory()
    )
    assert LegalDocument.objects.get().title_en == "Heading"


def test_take_in_leaves_the_title_that_people_have_read():
    version = f.VersionFactory(document__title_en="Our Policy")
    legal_documents.import_file(file=parse(FILE.replace("# Our Policy", "# Forged")), kind="policy", by=f.UserFactory())
    version.document.refresh_from_db()
    assert version.document.title_en == "Our Policy"


def other_document():
    return f.DocumentFactory(kind="terms", title_ind="Syarat", title_en="Terms")


def test_current_is_of_the_document_asked_for():
    version = f.VersionFactory()
    assert legal_documents.current("policy") == version
    assert legal_documents.current("terms") is None


def test_upcoming_announces_no_draft():
    soon = timezone.now() + timedelta(days=2)
    f.VersionFactory(published=False, in_force_from=soon)
    assert legal_documents.upcoming("policy") is None
    announced = f.VersionFactory(document=other_document(), in_force_from=soon)
    assert legal_documents.upcoming("terms") == announced
    assert legal_documents.upcoming("policy") is None


def test_between_names_published_versions_of_this_document_only():
    first, second = f.VersionFactory(), f.VersionFactory()
    f.VersionFactory(document=other_document())
    f.VersionFactory(document=LegalDocument.objects.get(kind="terms"))
    draft = f.VersionFactory(document=first.document, published=False)
    assert list(legal_documents.between(first, draft)) == [second]


def test_draft_of_the_same_text_for_another_document_or_after_publishing_is_a_new_one():
    document, by = f.DocumentFactory(), f.UserFactory()
    same = {
        "by": by, "texts": {"id": "Teks.", "en": "Text."}, "summaries": {"id": "- Satu", "en": "- One"},
        "in_force_from": timezone.now() + timedelta(days=2),
    }  # fmt: skip
    first = legal_documents.draft(document=document, **same)
    assert legal_documents.draft(document=document, **same) == first
    assert legal_documents.draft(document=other_document(), **same) != first
    legal_documents.publish(version=first, by=f.UserFactory())
    assert legal_documents.draft(document=document, **same).number == 2


def test_take_in_completes_no_draft_of_another_document():
    by = f.UserFactory()
    indonesian, english = (
        parse(f"<!-- language: {code} -->\n## 1. {word}\ntext") for code, word in (("id", "Satu"), ("en", "One"))
    )
    lacking = legal_documents.import_file(file=indonesian, kind="terms", by=by)
    assert legal_documents.import_file(file=english, kind="policy", by=by).document.kind == "policy"
    lacking.refresh_from_db()
    assert lacking.body_en == ""


def test_take_in_of_both_languages_completes_nothing():
    by = f.UserFactory()
    lacking = legal_documents.import_file(file=parse("<!-- language: en -->\n## 1. One\ntext"), kind="policy", by=by)
    assert legal_documents.import_file(file=parse(FILE), kind="policy", by=by).number == lacking.number + 1


def test_a_draft_is_not_in_force_however_old_its_date():
    draft = f.VersionFactory(published=False, in_force_from=timezone.now() - timedelta(days=1))
    assert not draft.is_in_force
    assert legal_documents.current("policy") is None
    assert legal_documents.in_force() == []
    assert consents.required() == {}


def test_versions_are_numbered_for_each_document():
    assert [f.VersionFactory().number for _each in range(2)] == [1, 2]
    assert DocumentVersion.objects.next_number(other_document()) == 1
