"""Erasing a person leaves the proof and nobody: searched for in the whole database and among the files."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts import mail
from accounts.encryption import DecryptionError, decrypt
from accounts.models import User
from privacy import access, guardians, integrity, subjects
from privacy.consent import consents
from privacy.errors import Refused
from privacy.models import (
    AccessRecord,
    ConsentEvent,
    Erasure,
    ErasureOrder,
    Guardian,
    PaperConsent,
    ProfileUpdateRequest,
    SharingEvent,
    SharingGrant,
    SharingRequest,
    Subject,
)
from privacy.models.access import AccessReason as Look
from privacy.oversight import evidence_checks, restored_database
from privacy.rights import erasures, legal_holds, profile_updates, rights_requests
from privacy.rights.models.erasures import ErasureReason
from privacy.scope import Role
from privacy.sharing import grants
from privacy.subjects import get_or_create_for
from tenants import invitations
from tenants.models import Claim, Invitation, Tenant
from tests import factories as f

pytestmark = pytest.mark.django_db(transaction=False)


@pytest.fixture(autouse=True)
def _journal(settings, tmp_path):
    """A journal of its own, and letters that wait in the queue like in production."""
    settings.EVIDENCE_JOURNAL = tmp_path / "journal.jsonl"
    with override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}):
        yield


def refused(code, verb, **arguments):
    with pytest.raises(Refused) as caught:
        verb(**arguments)
    assert caught.value.code == code


@pytest.fixture
def lived(cast):
    """Ann has used everything: consent, files, permissions, requests, claims, sessions, letters in the queue."""
    entry, ann = cast.ann_entry, cast.ann
    ann.name = "Ann Wijaya Kusuma"
    ann.save()
    for column in ("identity_scan", "photo"):
        getattr(entry, column).save(f"scans/{column}.jpg", ContentFile(b"picture"))
    entry.other, entry.address = "Allergic to peanuts", "Jalan Melati 7"
    entry.save()
    f.VersionFactory()
    f.agree(ann)
    guardians.record(
        entry=entry, by=cast.sam, name="Ibu Wijaya", relation="parent", document=ContentFile(b"x", "g/x.jpg")
    )
    consents.record_paper(
        entry=entry, by=cast.sam, form=ContentFile(b"form", "paper/f.jpg"), signed_on=timezone.localdate(),
        decision="given", language="id", documents=["policy"],
    )  # fmt: skip
    grant = grants.give(
        subject=entry.subject, agreement=cast.agreement, purpose=cast.purpose,
        fields=["tenants.tenant.name", "tenants.tenant.phone"], until=timezone.localdate() + timedelta(days=20), by=ann,
    )  # fmt: skip
    grants.open_shared(number=grant.number, by=cast.vera)
    other = f.PurposeFactory(code="delivery", name_ind="Antar", name_en="Deliveries")
    cast.agreement.purposes.add(other)
    grants.ask(
        subject=entry.subject, agreement=cast.agreement, purpose=other, fields=["tenants.tenant.name"], by=cast.sam,
        role=Role.STAFF, until=timezone.localdate() + timedelta(days=5), reason="Parcel for Ann Wijaya",
    )  # fmt: skip
    proposal = Tenant.objects.get(pk=entry.pk)
    proposal.phone = "+6281299990000"
    profile_updates.ask(
        record=entry, proposal=proposal, by=ann, note="Ann's new phone", evidence=ContentFile(b"bill", "e/b.jpg")
    )
    Claim.objects.create(
        number="KL-2026-0009", claimant=get_or_create_for(cast.bob), management=cast.anggrek,
        building=entry.occupancies.get().unit.building, unit_number="A-12-03", identity_kind="ktp",
        identity_number=entry.identity_number, birth_date="1990-04-15", status=Claim.Status.UNMATCHED,
    )  # fmt: skip
    invitations.invite(tenant=f.TenantFactory(management=cast.anggrek, email="x@example.com"), by=cast.sam)
    Invitation.objects.create(
        tenant=entry,
        email=entry.email,
        token_hash="0" * 64,
        created_by=get_or_create_for(cast.sam),
        expires_at=timezone.now(),
    )
    access.record_access(entry, by=cast.sam, role=Role.STAFF, why=Look.RECORD)
    Client().force_login(ann)
    mail.email_address(email=entry.email, language="id", template="invitation", path="/invitation/secret/")
    mail.email_user(user=ann, template="request_answered")
    return cast


VALUES = (
    "Ann Wijaya", "ann@example.com", "3172055504900001", "81234567890", "81299990000", "Jalan Melati 7", "1990-04-15",
    "Allergic to peanuts", "Ibu Wijaya", "Ann's new phone",
)  # fmt: skip


def whole_dump():
    """Every value of every row of every table, as stored, and once more with what is sealed opened."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield table, " ".join(str(bytes(v) if isinstance(v, memoryview) else v) for v in row)
    for model in apps.get_models():
        for row in model._base_manager.all():
            for column in model._meta.concrete_fields:
                yield f"{model.__name__}.{column.name}", f"{getattr(row, column.attname)} "
    for task in DBTaskResult.objects.all():
        letter = task.args_kwargs["kwargs"].get("letter")
        if letter:
            yield "letter", decrypt(letter, context="accounts.mail")


def found(values=VALUES):
    return {(place, value) for place, text in whole_dump() for value in values if value.lower() in text.lower()}


def stored_files():
    folder = settings.PRIVATE_FILES_DIR
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def erase(cast, capture, **changed):
    with capture(execute=True):
        return erasures.order(
            subject=cast.ann_entry.subject, why=ErasureReason.RIGHT, by=cast.olga, reference="HK-1", **changed
        )


def test_the_search_finds_what_is_there(lived):
    assert {value for _place, value in found()} == set(VALUES)


def test_nothing_is_found_after_an_erasure(lived, django_capture_on_commit_callbacks):
    entry, update = lived.ann_entry, ProfileUpdateRequest.objects.get()
    files = [entry.identity_scan, entry.photo, Guardian.objects.get().document, update.evidence]
    names = [file.name for file in (*files, PaperConsent.objects.get().form)]
    assert set(names) <= stored_files()
    erase(lived, django_capture_on_commit_callbacks)
    certificate = Erasure.objects.get()
    letters = [row for row in DBTaskResult.objects.all() if row.args_kwargs["kwargs"].get("template") == "erased"]
    assert len(letters) == 1
    DBTaskResult.objects.filter(pk__in=[row.pk for row in letters]).delete()  # sent, and forgotten the day after
    assert found() == set()
    assert not set(names) & stored_files()
    assert certificate.files == len(names)
    assert certificate.account_closed
    assert not User.objects.filter(pk=lived.ann.pk).exists()


def test_the_proof_stays_and_still_verifies(lived, django_capture_on_commit_callbacks):
    evidence_checks.checkpoint()
    events, looks = ConsentEvent.objects.count(), AccessRecord.objects.count()
    event = ConsentEvent.objects.get(subject__holder=lived.ann, method="portal")
    assert event.commitments["email"] == integrity.commitment(event.subject.salt, "ann@example.com")
    erase(lived, django_capture_on_commit_callbacks)
    assert (ConsentEvent.objects.count(), AccessRecord.objects.count()) == (events, looks)
    assert evidence_checks.verify().holds
    for subject in Subject.objects.filter(erased_at__isnull=False):
        assert (subject.holder, bytes(subject.salt)) == (None, b"")
    assert Subject.objects.filter(erased_at__isnull=False).count() == 2


def test_permissions_and_requests_end(lived, django_capture_on_commit_callbacks):
    erase(lived, django_capture_on_commit_callbacks)
    assert not SharingGrant.objects.current().filter(subject=lived.ann_entry.subject).exists()
    assert SharingEvent.objects.filter(kind="erased").count() == 1
    assert SharingRequest.objects.get().status == "cancelled"
    assert ProfileUpdateRequest.objects.get().status == "withdrawn"
    assert Claim.objects.get(number="KL-2026-0009").status == "closed"
    refused("not_holder", grants.withdraw, grant=SharingGrant.objects.get(), by=lived.bob)


def test_other_people_keep_theirs(lived, django_capture_on_commit_callbacks):
    Client().force_login(lived.bob)
    sessions = apps.get_model("sessions", "Session").objects.count()
    mail.email_user(user=lived.bob, template="request_answered")
    erase(lived, django_capture_on_commit_callbacks)
    assert Tenant.objects.get(pk=lived.bob_entry.pk).name == "Bob Santoso"
    assert User.objects.filter(pk=lived.bob.pk, is_active=True).exists()
    assert apps.get_model("sessions", "Session").objects.count() == sessions - 1
    letters = [row.args_kwargs["kwargs"].get("user_id") for row in DBTaskResult.objects.all()]
    assert lived.bob.pk in letters
    assert lived.ann.pk not in letters
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("still", ["another record", "work"])
def test_an_account_on_which_something_hangs_stays(lived, still, django_capture_on_commit_callbacks):
    if still == "work":
        f.MembershipFactory(user=lived.ann, party=lived.bougenvil)
    else:
        f.TenantFactory(management=lived.bougenvil, subject__holder=lived.ann)
    erase(lived, django_capture_on_commit_callbacks)
    assert User.objects.filter(pk=lived.ann.pk, is_active=True).exists()
    assert Subject.objects.filter(holder=lived.ann, own=True).exists()
    assert not Erasure.objects.get().account_closed
    assert Tenant.objects.get(pk=lived.ann_entry.pk).name == ""


def test_twice_is_refused_and_an_account_alone_cannot_be_erased(lived, django_capture_on_commit_callbacks):
    refused("own", erasures.order, subject=get_or_create_for(lived.bob), why=ErasureReason.RIGHT)
    order = erase(lived, django_capture_on_commit_callbacks)
    refused("erased", erasures.order, subject=lived.ann_entry.subject, why=ErasureReason.RIGHT)
    assert erasures.carry_out(order=order) == Erasure.objects.get()


def test_an_account_that_holds_nothing_is_erased_whole(lived, django_capture_on_commit_callbacks):
    newcomer = f.UserFactory(email="newcomer@example.com")
    f.agree(newcomer)
    subject = get_or_create_for(newcomer)
    with django_capture_on_commit_callbacks(execute=True):
        erasures.order(subject=subject, why=ErasureReason.RIGHT, by=lived.olga)
    assert not User.objects.filter(email="newcomer@example.com").exists()
    assert ConsentEvent.objects.filter(subject=subject).exists()
    refused("own", erasures.order, subject=get_or_create_for(lived.sam), why=ErasureReason.RIGHT)


def test_a_granted_request_erases_and_tells_once(lived, django_capture_on_commit_callbacks):
    request = rights_requests.ask(subject=lived.ann_entry.subject, kind="erase", by=lived.ann)
    with django_capture_on_commit_callbacks(execute=True):
        rights_requests.grant(request=request, answer="It is done.", by=lived.sam)
    assert Erasure.objects.get().reference == request.number
    assert [row.args_kwargs["kwargs"]["template"] for row in DBTaskResult.objects.all()].count("erased") == 1
    request.refresh_from_db()
    assert (request.status, request.answer) == ("granted", "")


def test_an_erased_record_is_never_held_again(lived, django_capture_on_commit_callbacks):
    erase(lived, django_capture_on_commit_callbacks)
    refused("not_claimable", subjects.hand_over, subject=lived.ann_entry.subject, to=lived.bob, by=lived.sam)


def hold(cast, by=None):
    review_on = timezone.localdate() + timedelta(days=90)
    return legal_holds.place(
        entry=cast.ann_entry, reason="A case at court", law="Pasal 15", review_on=review_on, by=by or cast.olga
    )


def test_a_hold_makes_an_erasure_wait_and_its_release_finishes_it(lived, django_capture_on_commit_callbacks):
    held = hold(lived)
    order = erase(lived, django_capture_on_commit_callbacks)
    assert order.done_at is None
    refused("held", erasures.carry_out, order=order)
    assert erase(lived, django_capture_on_commit_callbacks) == order
    assert Tenant.objects.get(pk=lived.ann_entry.pk).name == "Ann Wijaya"
    second = hold(lived)
    with django_capture_on_commit_callbacks(execute=True):
        legal_holds.release(hold=second, by=lived.otto)
    assert ErasureOrder.objects.waiting().exists()
    with django_capture_on_commit_callbacks(execute=True):
        legal_holds.release(hold=held, by=lived.otto)
    assert not ErasureOrder.objects.waiting().exists()
    assert Tenant.objects.get(pk=lived.ann_entry.pk).name == ""


def test_holds_are_refused(lived):
    refused("not_yours", hold, cast=lived, by=lived.rita)
    refused(
        "past",
        legal_holds.place,
        entry=lived.ann_entry,
        reason="x",
        law="x",
        review_on=timezone.localdate(),
        by=lived.sam,
    )
    held = hold(lived)
    refused("second_person", legal_holds.release, hold=held, by=lived.olga)
    refused("not_yours", legal_holds.release, hold=held, by=lived.rita)
    legal_holds.release(hold=held, by=lived.sam)
    refused("released", legal_holds.release, hold=held, by=lived.otto)
    erasures.order(subject=lived.ann_entry.subject, why=ErasureReason.RIGHT)
    refused("not_yours", hold, cast=lived)  # an erased entry is nobody's


def test_a_restored_backup_is_erased_again_and_nobody_is_told(lived, django_capture_on_commit_callbacks):
    savepoint = connection.savepoint()
    erase(lived, django_capture_on_commit_callbacks)
    certificate = Erasure.objects.get()
    assert "ann" not in settings.EVIDENCE_JOURNAL.read_text().lower().replace("anggrek", "")
    connection.savepoint_rollback(savepoint)  # the backup is back: ann lives again
    assert Tenant.objects.get(pk=lived.ann_entry.pk).name == "Ann Wijaya"
    letters = DBTaskResult.objects.count()
    with django_capture_on_commit_callbacks(execute=True):
        assert restored_database.replay().erased == 1
    assert found() == set()
    assert DBTaskResult.objects.count() < letters
    again = Erasure.objects.get()
    assert (again.pk, again.number, again.mac) == (certificate.pk, certificate.number, certificate.mac)
    assert Subject.objects.get(pk=lived.ann_entry.subject_id).erased_at == certificate.at
    assert restored_database.replay() is None
    assert evidence_checks.verify().holds


def test_letters_to_bare_addresses_are_forgotten_the_day_after(lived):
    task = DBTaskResult.objects.filter(task_path__endswith="send_to_address").first()
    DBTaskResult.objects.filter(pk=task.pk).update(
        status="SUCCESSFUL", finished_at=timezone.now() - timedelta(hours=25)
    )
    waiting = DBTaskResult.objects.filter(task_path__endswith="send_to_address").count()
    mail.delete_sent()
    assert DBTaskResult.objects.filter(task_path__endswith="send_to_address").count() == waiting - 1


def test_a_sealed_letter_cannot_be_opened_elsewhere(lived):
    task = DBTaskResult.objects.filter(task_path__endswith="send_to_address").first()
    with pytest.raises(DecryptionError):
        decrypt(task.args_kwargs["kwargs"]["letter"], context="somewhere else")
