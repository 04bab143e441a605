"""What staff record for somebody: a consent on paper with its scan, and a child's parent or guardian."""

import io
from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from privacy import declarations, guardians, subjects
from privacy.consent import consents, purposes, receipts
from privacy.errors import Refused
from privacy.files import uploads
from privacy.models import AccessRecord, ConsentEvent, ConsentStatus, Guardian, PaperConsent, Subject
from privacy.rights import legal_holds
from privacy.sharing import grants
from privacy.subjects import get_or_create_for
from tests import factories as f

pytestmark = pytest.mark.django_db


def refused(code, verb, **arguments):
    with pytest.raises(Refused) as caught:
        verb(**arguments)
    assert caught.value.code == code


def scan(content=b"form"):
    return ContentFile(content, "paper/form.jpg")


def record(cast, entry=None, **changed):
    said = {
        "entry": entry or cast.ann_entry, "by": cast.sam, "form": scan(), "signed_on": timezone.localdate(),
        "decision": "given", "language": "id", "documents": ["policy"],
    }  # fmt: skip
    return consents.record_paper(**(said | changed))


@pytest.fixture
def policy(cast):
    return f.VersionFactory()


@pytest.fixture
def child(cast):
    return f.TenantFactory(management=cast.anggrek, birth_date=timezone.localdate() - timedelta(days=9 * 365))


def test_paper_counts_for_the_account_and_names_who_recorded_it(cast, policy):
    (event,) = record(cast)
    assert (event.subject, event.recorded_by, event.method) == (
        get_or_create_for(cast.ann),
        get_or_create_for(cast.sam),
        "paper",
    )
    assert event.form_hash == uploads.sha256(scan()) == event.paper.form_hash
    assert event.text_hash == policy.hash_id
    assert consents.questions(cast.ann) == []
    record(cast, decision="withdrawn", form=scan(b"another"))
    assert not ConsentStatus.objects.filter(user=cast.ann).exists()


def test_paper_of_somebody_without_an_account_hangs_on_the_entry(cast, policy):
    entry = f.TenantFactory(management=cast.anggrek)
    (event,) = record(cast, entry)
    assert event.subject == entry.subject
    assert not ConsentStatus.objects.exists()


def test_paper_may_name_optional_purposes(cast):
    purposes.save(purpose=f.PurposeFactory(code="surveys", for_sharing=False))
    record(cast, documents=(), purpose_codes=["surveys"])
    assert consents.allows(cast.ann_entry.subject, "surveys")


def test_a_no_on_paper_ends_longer_sharing_like_a_no_on_the_page(cast):
    purposes.save(purpose=f.PurposeFactory(code="longer_sharing", for_sharing=False))
    record(cast, documents=(), purpose_codes=["longer_sharing"])
    grant = f.GrantFactory(subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose)
    type(grant).objects.update(ends_at=timezone.now() + timedelta(days=90))
    record(cast, documents=(), purpose_codes=["longer_sharing"], decision="withdrawn", form=scan(b"another"))
    grant.refresh_from_db()
    assert grant.withdrawn_at is not None


def test_paper_is_refused(cast, policy, child):
    refused("not_staff", record, cast=cast, by=cast.rita)
    refused("not_staff", record, cast=cast, by=cast.vera)
    refused("future", record, cast=cast, signed_on=timezone.localdate() + timedelta(days=1))
    refused("nothing", record, cast=cast, documents=[])
    refused("guardian", record, cast=cast, entry=child)
    record(cast, entry=child, decision="declined")
    record(cast)
    refused("twice", record, cast=cast)
    own_entry = f.TenantFactory(management=cast.anggrek, subject__holder=cast.sam)
    refused("own", record, cast=cast, entry=own_entry)
    assert PaperConsent.objects.count() == 2


def test_a_form_older_than_its_text_is_no_answer_to_it(cast, policy):
    purposes.save(purpose=f.PurposeFactory(code="surveys", for_sharing=False))
    yesterday = timezone.localdate() - timedelta(days=1)
    refused("old", record, cast=cast, signed_on=yesterday)
    refused("old", record, cast=cast, signed_on=yesterday, documents=(), purpose_codes=["surveys"])
    assert not ConsentEvent.objects.exists()


@pytest.fixture
def older_policy(cast):
    with time_machine.travel(timezone.now() - timedelta(days=9)):
        return f.VersionFactory()


def on(days_ago):
    return timezone.localdate() - timedelta(days=days_ago)


@pytest.mark.parametrize("decision", ["given", "withdrawn"])
def test_a_later_answer_is_not_undone_by_an_older_form(cast, older_policy, decision):
    record(cast, signed_on=on(3), decision=decision)
    refused("later", record, cast=cast, signed_on=on(4), form=scan(b"older"))
    refused("later", record, cast=cast, signed_on=on(4), form=scan(b"older"), decision="withdrawn")
    purposes.save(purpose=f.PurposeFactory(code="surveys", for_sharing=False))
    record(cast, signed_on=on(0), form=scan(b"of another thing"), documents=(), purpose_codes=["surveys"])


def test_a_later_answer_on_the_page_is_not_undone_either(cast, older_policy):
    consents.give(by=cast.ann, token=f.shown(cast.ann))
    refused("later", record, cast=cast, signed_on=on(1), decision="withdrawn")
    refused("later", record, cast=cast, signed_on=on(1))


def test_of_two_answers_of_one_day_the_no_counts(cast, older_policy):
    record(cast, signed_on=on(3))
    record(cast, signed_on=on(3), form=scan(b"no"), decision="withdrawn")
    refused("later", record, cast=cast, signed_on=on(3), form=scan(b"yes again"))
    assert consents.questions(cast.ann) != []


def test_a_no_from_before_the_record_was_claimed_is_not_undone(cast, older_policy):
    entry = f.TenantFactory(management=cast.anggrek)
    record(cast, entry, signed_on=on(3), decision="withdrawn")
    Subject.objects.filter(pk=entry.subject_id).update(holder=cast.bob)
    refused("later", record, cast=cast, entry=entry, signed_on=on(5), form=scan(b"older"))


def test_a_no_on_a_form_to_an_older_text_is_heard(cast, older_policy):
    record(cast, signed_on=on(8))
    f.VersionFactory(document=older_policy.document)
    record(cast, signed_on=on(1), form=scan(b"no"), decision="withdrawn")
    assert not ConsentStatus.objects.filter(user=cast.ann).exists()


@pytest.mark.parametrize("verb", ["paper", "guardian", "hold"])
def test_nothing_is_recorded_about_who_was_erased_meanwhile(cast, policy, monkeypatch, verb):
    """Between the first look at the record and its lock."""
    path = declarations.entry_path()

    def erased_first():
        Subject.objects.filter(pk=cast.ann_entry.subject_id).update(erased_at=timezone.now(), holder=None)
        return path

    monkeypatch.setattr(declarations, "entry_path", erased_first)
    if verb == "paper":
        refused("erased", record, cast=cast)
    elif verb == "guardian":
        refused("erased", guardians.record, entry=cast.ann_entry, by=cast.sam, name="Ibu", relation="parent")
    else:
        review = timezone.localdate() + timedelta(days=9)
        refused("erased", legal_holds.place, entry=cast.ann_entry, reason="x", law="x", review_on=review, by=cast.sam)


def test_a_child_is_somebody_under_the_age_that_is_set(cast, settings, child):
    child.birth_date = date(2008, 2, 29)
    child.save()
    for today, expected in ((date(2026, 2, 28), True), (date(2026, 3, 1), False)):
        assert (child.birth_date > subjects.youngest_adult(today)) == expected
    assert subjects.youngest_adult(date(2028, 2, 29)) == date(2010, 2, 28)
    settings.AGE_OF_MAJORITY = 12
    assert not subjects.is_minor(child.subject)


def test_a_childs_consent_is_refused_until_a_guardian_is_recorded(cast, policy, child):
    child.subject.holder = cast.bob
    child.subject.save()
    refused("guardian", consents.give, by=cast.bob, token=f.shown(cast.bob))
    purposes.save(purpose=f.PurposeFactory(code="surveys", for_sharing=False))
    refused("guardian", f.agree_to_purposes, user=cast.bob)
    until = timezone.localdate() + timedelta(days=5)
    sharing = {
        "subject": child.subject, "agreement": cast.agreement, "purpose": cast.purpose,
        "fields": ["tenants.tenant.name"], "until": until, "by": cast.bob,
    }  # fmt: skip
    refused("guardian", grants.give, **sharing)
    assert not ConsentEvent.objects.exists()
    guardians.record(entry=child, by=cast.sam, name="Bob", relation="parent")
    (event,) = consents.give(by=cast.bob, token=f.shown(cast.bob))
    assert event.capacity == "guardian"
    assert receipts.machine(event)["givenAs"] == "guardian"
    assert "parent or guardian" in str(receipts.facts(event))
    assert grants.give(**sharing).subject == child.subject


def test_a_childs_record_is_handed_over_only_with_a_guardian(cast, child):
    refused("guardian", subjects.hand_over, subject=child.subject, to=cast.bob, by=cast.sam)
    guardians.record(entry=child, by=cast.sam, name="Bob", relation="guardian")
    subjects.hand_over(subject=child.subject, to=cast.bob, by=cast.sam)
    assert child.subject.__class__.objects.get(pk=child.subject_id).holder == cast.bob


def test_a_guardian_is_recorded_once_and_anew(cast, child):
    guardians.record(entry=child, by=cast.sam, name="Somebody", relation="parent", document=scan())
    guardian = guardians.record(entry=child, by=cast.sam, name="Somebody else", relation="guardian")
    assert Guardian.objects.get() == guardian
    assert (guardian.name, bool(guardian.document)) == ("Somebody else", True)
    refused("not_staff", guardians.record, entry=child, by=cast.rita, name="X", relation="parent")
    own_entry = f.TenantFactory(management=cast.anggrek, subject__holder=cast.sam)
    refused("own", guardians.record, entry=own_entry, by=cast.sam, name="X", relation="parent")


def picture():
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(out, "JPEG")
    return SimpleUploadedFile("form.jpg", out.getvalue(), "image/jpeg")


def test_staff_record_paper_in_the_admin(cast, policy, sign_in):
    client = sign_in(cast.sam)
    f.agree(cast.sam)
    data = {
        "tenant": cast.ann_entry.pk, "decision": "given", "documents": ["policy"], "language": "en",
        "signed_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    address = "/admin/privacy/paperconsent/add/"
    assert "Choose" in client.post(address, data).content.decode()
    assert client.post(address, data | {"form": picture()}).status_code == 302
    paper = PaperConsent.objects.get()
    page = client.get(f"/admin/privacy/paperconsent/{paper.pk}/change/").content.decode()
    assert paper.events.get().number in page
    assert f"/files/privacy.paperconsent/{paper.pk}/form/" in page
    assert "already recorded" in client.post(address, data | {"form": picture()}).content.decode()
    assert AccessRecord.objects.filter(subject=get_or_create_for(cast.ann), actor=get_or_create_for(cast.sam)).exists()


def test_staff_record_a_guardian_in_the_admin(cast, child, sign_in):
    client = sign_in(cast.sam)
    address = f"/admin/privacy/guardian/add/?tenant={child.pk}"
    assert f'value="{child.pk}" selected' in client.get(address).content.decode()
    data = {"tenant": child.pk, "name": "Bob Santoso", "relation": "parent", "document": picture()}
    assert client.post(address, data).status_code == 302
    page = client.get(f"/admin/privacy/guardian/{Guardian.objects.get().pk}/change/").content.decode()
    assert "Bob Santoso" in page
    foreign = f.TenantFactory(management=cast.bougenvil)
    assert "Choose the tenant." in client.post(address, data | {"tenant": foreign.pk}).content.decode()
