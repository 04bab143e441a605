"""Legal documents and consents in the admin: drafting, publishing by a second person, and evidence to read."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from privacy.consent import legal_documents
from privacy.models import Announcement, ConsentEvent, DocumentVersion, LegalDocument
from privacy.models.parties import MembershipRole
from privacy.parties import appoint
from privacy.subjects import get_or_create_for
from tests import factories as f

pytestmark = pytest.mark.django_db
LIST = "/admin/privacy/documentversion/"


@pytest.fixture
def olga(cast, client):
    client.force_login(cast.olga)
    return client


@pytest.fixture
def oskar(cast):
    """The second person: he works for the operator too."""
    user = f.UserFactory(email="oskar@example.com")
    appoint(user=user, party=cast.operator, role=MembershipRole.OPERATOR, by=cast.otto)
    return user


def published(*readers, **more):
    """A version in force that these people have agreed to, so that the gate lets them into the admin."""
    version = f.VersionFactory(**more)
    for reader in readers:
        f.agree(reader)
    return version


def fields(document, **more):
    return {
        "document": document.pk, "material": "on", "in_force_on": "", "summary_ind": "- Satu", "summary_en": "- One",
        "body_ind": "## 1. Satu\n\nTeks.", "body_en": "## 1. One\n\nText.", "seen": "", **more,
    }  # fmt: skip


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def content(response):
    assert response.status_code == 200
    return response.content.decode()


def test_adding_makes_a_draft_by_the_signed_in_person(cast, olga):
    day = timezone.localdate() + timedelta(days=3)
    document = f.DocumentFactory()
    response = olga.post(f"{LIST}add/", fields(document, in_force_on=day.isoformat()))
    assert response.status_code == 302
    version = DocumentVersion.objects.get()
    assert (version.number, version.is_published, version.drafted_by) == (1, False, get_or_create_for(cast.olga))
    assert timezone.localdate(version.in_force_from) == day


def test_adding_twice_makes_one_draft(olga):
    document = f.DocumentFactory()
    for _press in range(2):
        assert olga.post(f"{LIST}add/", fields(document)).status_code == 302
    assert DocumentVersion.objects.count() == 1


def test_adding_begins_with_the_newest_text(cast, olga):
    version = published(cast.olga, body_en="## 1. Here\n\nThe newest text.")
    page = content(olga.get(f"{LIST}add/?document={version.document_id}"))
    assert "The newest text." in page
    assert "The newest text." not in content(olga.get(f"{LIST}add/?document=x"))


def test_editing_a_draft_makes_its_editor_the_last_one(cast, olga):
    draft = f.VersionFactory(published=False)
    page = content(olga.get(f"{LIST}{draft.pk}/change/"))
    assert draft.drafted_at.isoformat() in page
    olga.post(
        f"{LIST}{draft.pk}/change/",
        fields(draft.document, seen=draft.drafted_at.isoformat(), body_en="## 1. New\n\nNewer."),
    )
    stored = DocumentVersion.objects.get()
    assert stored.body_en == "## 1. New\n\nNewer."
    assert stored.drafted_by == get_or_create_for(cast.olga)


def test_a_draft_stays_with_its_document(olga):
    draft = f.VersionFactory(published=False)
    terms = f.DocumentFactory(kind="terms", title_en="Terms")
    olga.post(f"{LIST}{draft.pk}/change/", fields(terms, seen=draft.drafted_at.isoformat()))
    stored = DocumentVersion.objects.get()
    assert (stored.document, stored.summary_en) == (draft.document, "- One")


def test_editing_what_changed_meanwhile_is_refused_and_keeps_what_was_typed(olga):
    draft = f.VersionFactory(published=False)
    seen = draft.drafted_at.isoformat()
    legal_documents.revise(version=draft, by=f.UserFactory())
    page = content(
        olga.post(f"{LIST}{draft.pk}/change/", fields(draft.document, seen=seen, body_en="## 1. Typed\n\nLong work."))
    )
    assert "This record changed while you were working." in page
    assert "Long work." in page
    assert "Long work." not in DocumentVersion.objects.get().body_en
    olga.post(
        f"{LIST}{draft.pk}/change/",
        fields(draft.document, seen=draft.drafted_at.isoformat(), body_en="## 1. Typed\n\nLong work."),
    )
    assert "Long work." in DocumentVersion.objects.get().body_en


def test_a_published_version_is_read_only(cast, olga):
    version = published(cast.olga)
    page = content(olga.get(f"{LIST}{version.pk}/change/"))
    assert 'name="body_en"' not in page
    assert "Text of version 1." in page
    assert version.hash_en in page
    assert olga.post(f"{LIST}{version.pk}/change/", fields(version.document)).status_code == 403


def test_a_version_published_while_it_is_saved_is_refused_with_a_sentence(cast, olga, monkeypatch):
    draft = f.VersionFactory(published=False)
    revise = legal_documents.revise

    def late(*, version, by):
        legal_documents.publish(version=DocumentVersion.objects.get(pk=version.pk), by=cast.otto)
        revise(version=version, by=by)

    monkeypatch.setattr(legal_documents, "revise", late)
    response = olga.post(f"{LIST}{draft.pk}/change/", fields(draft.document, seen=draft.drafted_at.isoformat()))
    assert said(response) == ["This version is published and can no longer change. Make a new version instead."]


@pytest.mark.parametrize("what", ["documentversion", "legaldocument"])
def test_nothing_is_deleted_even_by_superusers(cast, client, what):
    client.force_login(cast.otto)
    version = f.VersionFactory(published=False)
    row = version if what == "documentversion" else version.document
    assert client.post(f"/admin/privacy/{what}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert DocumentVersion.objects.exists()


def test_publish_page_shows_both_languages_the_changes_and_how_many_are_asked(cast, olga):
    published(cast.olga)
    draft = f.VersionFactory(published=False, body_en="## 1. Definitions\n\nOther words.")
    page = content(olga.get(f"{LIST}{draft.pk}/publish/"))
    assert "Teks versi 2." in page
    assert "Other words." in page
    assert "<ins>" in page
    assert f"{legal_documents.to_be_asked(draft)} people will be asked to answer again." in page
    assert f'name="seen" value="{draft.drafted_at.isoformat()}"' in page
    editorial = f.VersionFactory(published=False, material=False)
    assert "Nobody: this is an editorial change." in content(olga.get(f"{LIST}{editorial.pk}/publish/"))


def test_publish_page_says_who_is_told_beforehand(cast, olga):
    published(cast.olga)
    at_once = f.VersionFactory(published=False)
    assert "Nobody: it applies at once." in content(olga.get(f"{LIST}{at_once.pk}/publish/"))
    later = f.VersionFactory(published=False, in_force_from=timezone.now() + timedelta(days=9))
    sentence = f"{legal_documents.to_be_told(later)} people are told by email as soon as you publish."
    assert sentence in content(olga.get(f"{LIST}{later.pk}/publish/"))
    legal_documents.publish(version=later, by=cast.otto)
    assert sentence not in content(olga.get(f"{LIST}{later.pk}/publish/"))


def test_publishing_at_short_notice_is_refused_and_says_so_before(cast, olga, settings):
    settings.ANNOUNCE_DAYS = 7
    published(cast.olga)
    draft = f.VersionFactory(published=False)
    sentence = "People are told of a material change beforehand."
    page = content(olga.get(f"{LIST}{draft.pk}/publish/"))
    assert sentence in page
    assert 'name="seen"' not in page
    (message,) = said(olga.post(f"{LIST}{draft.pk}/publish/", {"seen": draft.drafted_at.isoformat()}))
    assert message.startswith(sentence)
    assert not DocumentVersion.objects.get(pk=draft.pk).is_published


def test_a_version_says_when_its_announcement_went_out_and_to_how_many(cast, olga):
    at_once = published(cast.olga)
    assert "No letters: it applied at once." in content(olga.get(f"{LIST}{at_once.pk}/change/"))
    later = f.VersionFactory(in_force_from=timezone.now() + timedelta(days=9))
    address = f"{LIST}{later.pk}/change/"
    assert f"Sent by email to {legal_documents.to_be_told(later)} people, finished on" in content(olga.get(address))
    Announcement.objects.update(finished_at=None, told=1)
    page = content(olga.get(address))
    assert "Being sent since" in page
    assert "to 1 person so far." in page


def test_publish_page_changes_nothing_when_read(olga):
    draft = f.VersionFactory(published=False)
    olga.get(f"{LIST}{draft.pk}/publish/")
    assert not DocumentVersion.objects.published().exists()


def test_publishing_by_a_second_person(cast, olga):
    draft = f.VersionFactory(published=False)
    response = olga.post(f"{LIST}{draft.pk}/publish/", {"seen": draft.drafted_at.isoformat()})
    assert said(response) == ["Privacy Policy, version 1 is published. It can no longer change."]
    assert DocumentVersion.objects.get().published_by == get_or_create_for(cast.olga)
    f.agree(cast.olga)
    again = olga.post(f"{LIST}{draft.pk}/publish/", {"seen": draft.drafted_at.isoformat()}, follow=True)
    assert "This version is already published." in content(again)
    assert "This version is already published." in content(olga.get(f"{LIST}{draft.pk}/publish/"))


def test_publishing_ones_own_draft_is_refused(cast, olga, oskar, client):
    draft = f.VersionFactory(published=False, drafted_by=get_or_create_for(cast.olga))
    page = content(olga.get(f"{LIST}{draft.pk}/publish/"))
    sentence = "You edited this draft last. Ask a second person to publish it."
    assert sentence in page
    assert 'name="seen"' not in page
    assert said(olga.post(f"{LIST}{draft.pk}/publish/", {"seen": draft.drafted_at.isoformat()})) == [sentence]
    client.force_login(oskar)
    client.post(f"{LIST}{draft.pk}/publish/", {"seen": draft.drafted_at.isoformat()})
    assert DocumentVersion.objects.get().is_published


@pytest.mark.parametrize("seen", ["", "2020-01-01T00:00:00+00:00"])
def test_publishing_another_text_than_the_one_read_is_refused(olga, seen):
    draft = f.VersionFactory(published=False)
    (sentence,) = said(olga.post(f"{LIST}{draft.pk}/publish/", {"seen": seen}))
    assert sentence.startswith("This draft changed while you were reading.")
    assert not DocumentVersion.objects.published().exists()


def test_publish_needs_its_own_permission(cast, olga):
    draft = f.VersionFactory(published=False)
    cast.olga.groups.get().permissions.remove(
        cast.olga.groups.get().permissions.get(codename="publish_documentversion")
    )
    for send in (olga.get, olga.post):
        assert send(f"{LIST}{draft.pk}/publish/").status_code == 403
    assert "/publish/" not in content(olga.get(f"{LIST}{draft.pk}/change/"))


def test_drafts_and_publishing_are_not_for_managements(cast, client):
    draft = f.VersionFactory(published=False)
    client.force_login(cast.sam)
    for page in (
        "",
        "add/",
        f"{draft.pk}/change/",
        f"{draft.pk}/preview/",
        f"{draft.pk}/publish/",
        f"{draft.pk}/history/",
    ):
        assert client.get(f"{LIST}{page}").status_code == 403
    assert client.post(f"{LIST}{draft.pk}/publish/").status_code == 403
    assert not DocumentVersion.objects.published().exists()


def test_unknown_ids_are_404(olga):
    for page in ("999/change/", "999/preview/", "999/publish/", "999/history/", "x/change/"):
        assert olga.get(f"{LIST}{page}").status_code == 404


def test_preview_shows_a_draft_that_lacks_a_language(olga):
    draft = f.VersionFactory(published=False, body_ind="", summary_ind="")
    page = content(olga.get(f"{LIST}{draft.pk}/preview/"))
    assert "Missing: write it before publishing." in page
    assert "Text of version 1." in page


@pytest.mark.parametrize("day", ["0001-01-01", "2020-01-01"])
def test_a_day_gone_is_no_day_in_force(cast, olga, day):
    page = content(olga.post(f"{LIST}add/", fields(f.DocumentFactory(), in_force_on=day)))
    assert "Choose today or a later day." in page
    assert not DocumentVersion.objects.exists()


def test_list_says_the_state_of_each_version_and_reads_no_texts(cast, olga, django_assert_max_num_queries):
    published(cast.olga)
    f.VersionFactory(in_force_from=timezone.now() + timedelta(days=3))
    f.VersionFactory(published=False)
    with django_assert_max_num_queries(20) as caught:
        page = content(olga.get(LIST))
    assert all(word in page for word in ("Published", "Announced", "Draft"))
    assert not [query for query in caught if "body_en" in query["sql"]]


def test_titles_are_changed_by_the_operator_only_and_the_kind_never(cast, oskar, client):
    document = f.DocumentFactory()
    address = f"/admin/privacy/legaldocument/{document.pk}/change/"
    client.force_login(cast.olga)
    assert client.post(address, {"title_ind": "A", "title_en": "B"}).status_code == 403
    client.force_login(oskar)
    assert "Kebijakan Privasi" in content(client.get("/admin/privacy/legaldocument/"))
    client.post(address, {"title_ind": "A", "title_en": "B", "kind": "terms"})
    document.refresh_from_db()
    assert (document.title_ind, document.title_en, document.kind) == ("A", "B", "policy")


def test_a_title_that_people_have_read_stays(cast, oskar, client):
    document = f.VersionFactory().document
    before = document.title_en
    client.force_login(oskar)
    client.post(f"/admin/privacy/legaldocument/{document.pk}/change/", {"title_ind": "A", "title_en": "B"})
    document.refresh_from_db()
    assert document.title_en == before


def test_there_is_one_document_of_each_kind(cast, client):
    client.force_login(cast.otto)
    client.post("/admin/privacy/legaldocument/add/", {"kind": "policy", "title_ind": "A", "title_en": "B"})
    client.post("/admin/privacy/legaldocument/add/", {"kind": "policy", "title_ind": "C", "title_en": "D"})
    assert LegalDocument.objects.count() == 1
    f.DocumentFactory(kind="terms")
    assert client.get("/admin/privacy/legaldocument/add/").status_code == 403


@pytest.fixture
def event(cast):
    published(cast.olga, cast.otto, cast.sam)
    return f.agree(cast.ann, "id")[0]


def test_consents_are_evidence_to_read(event, olga):
    assert event.number in content(olga.get("/admin/privacy/consentevent/"))
    page = content(olga.get(f"/admin/privacy/consentevent/{event.pk}/change/"))
    assert event.text_hash in page
    assert reverse("document_version", kwargs={"kind": "policy", "number": 1}) in page
    assert "ann@example.com" not in page


def test_consents_are_filtered_by_version(event, olga):
    other = f.VersionFactory(material=False)
    assert event.number in content(olga.get(f"/admin/privacy/consentevent/?version={event.version_id}"))
    assert event.number not in content(olga.get(f"/admin/privacy/consentevent/?version={other.pk}"))
    assert event.number in content(olga.get("/admin/privacy/consentevent/?version=x"))


@pytest.mark.parametrize("name", ["olga", "otto", "sam"])
def test_consents_are_read_only_for_everyone(cast, event, client, name):
    client.force_login(getattr(cast, name))
    base = "/admin/privacy/consentevent/"
    assert client.get(f"{base}add/").status_code == 403
    assert client.post(f"{base}{event.pk}/change/", {"decision": "declined"}).status_code == 403
    assert client.post(f"{base}{event.pk}/delete/", {"post": "yes"}).status_code == 403
    assert ConsentEvent.objects.get(pk=event.pk).decision == "given"


def test_consents_are_not_for_managements(cast, event, client):
    client.force_login(cast.sam)
    assert client.get("/admin/privacy/consentevent/").status_code == 403
    assert client.get(f"/admin/privacy/consentevent/{event.pk}/change/").status_code in (403, 404)
