"""Change requests: the person asks, staff decide per field, and nothing proposed outlives the decision."""

import io
from copy import copy
from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from PIL import Image

from privacy.errors import Refused
from privacy.models import AccessRecord, ProfileUpdateLine, ProfileUpdateRequest
from privacy.models.access import Action
from privacy.rights import profile_updates
from tenants.models import Tenant
from tests import factories as f

Status = ProfileUpdateRequest.Status


@pytest.fixture(autouse=True)
def _files(tmp_path, settings):
    settings.PRIVATE_FILES_DIR = tmp_path / "private"


def picture(colour="teal"):
    written = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(written, "JPEG")
    return ContentFile(written.getvalue(), name="picture.jpg")


def proposal(entry, **changed):
    made = copy(entry)
    for name, value in changed.items():
        setattr(made, name, value)
    return made


def ask(cast, by=None, note="", evidence=None, entry=None, **changed):
    entry = entry or Tenant.objects.get(pk=cast.ann_entry.pk)
    changed = changed or {"phone": "+6281234567891", "birth_place": "Bandung"}
    return profile_updates.ask(
        record=entry, proposal=proposal(entry, **changed), by=by or cast.ann, note=note, evidence=evidence
    )


def decide(request, by, **wanted):
    """`decide(request, sam, phone="approved", birth_place="No.")`: any other word is a reason to reject."""
    found = {line.name: line.pk for line in request.lines.all()}
    decisions = {found[name]: (said, "") if said == "approved" else ("rejected", said) for name, said in wanted.items()}
    return profile_updates.decide(
        request=request, decisions=decisions, seen_fingerprint=profile_updates.fingerprint(request.lines.all()), by=by
    )


def refused(code, call, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        call(*args, **kwargs)
    assert refusal.value.code == code
    return refusal.value


def raw(table, *columns):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {table}")
        return cursor.fetchall()


def test_ask_keeps_the_register_and_starts_the_clock(cast):
    with time_machine.travel("2026-11-22 07:05:00+00:00", tick=False):
        request = ask(cast, note="New card")
        assert request.due_at == timezone.now() + timedelta(hours=72)
    assert request.number == "PD-2026-0001"
    assert {(line.name, line.old, line.new) for line in request.lines.all()} == {
        ("phone", "+6281234567890", "+6281234567891"),
        ("birth_place", "Jakarta", "Bandung"),
    }
    cast.ann_entry.refresh_from_db()
    assert (cast.ann_entry.phone, cast.ann_entry.birth_place) == ("+6281234567890", "Jakarta")


def test_ask_seals_old_and_new_values_and_the_note(cast):
    ask(cast, note="Secret note")
    stored = str(raw("privacy_profileupdateline", "old", "new") + raw("privacy_profileupdaterequest", "note"))
    assert not any(value in stored for value in ("+62812", "Jakarta", "Bandung", "Secret"))


def test_ask_refuses_everyone_but_the_holder(cast):
    for stranger in (cast.bob, cast.sam, cast.otto):
        refused("not_holder", ask, cast, by=stranger)
    assert not ProfileUpdateRequest.objects.exists()


def test_ask_refuses_when_nothing_differs(cast):
    refused("same", ask, cast, phone="+6281234567890")


def test_ask_refuses_a_field_that_waits_already(cast):
    ask(cast, phone="+6281234567891")
    refused("twice", ask, cast, phone="+6281234567892", birth_place="Solo")
    assert ask(cast, birth_place="Solo").is_waiting


def test_cancel_removes_what_was_proposed(cast, django_capture_on_commit_callbacks):
    request = ask(cast, note="Secret", evidence=picture(), photo=picture())
    kept = [request.evidence.name, request.lines.get().new]
    assert all(default_storage.exists(name) for name in kept)
    with django_capture_on_commit_callbacks(execute=True):
        settled = profile_updates.cancel(request=request, by=cast.ann)
    assert (settled.status, settled.note, settled.evidence.name) == (Status.WITHDRAWN, "", "")
    assert not any(default_storage.exists(name) for name in kept)
    assert mail.outbox == []


def test_cancel_refuses_strangers_and_a_settled_request(cast):
    request = ask(cast)
    refused("not_holder", profile_updates.cancel, request=request, by=cast.sam)
    profile_updates.cancel(request=request, by=cast.ann)
    refused("answered", profile_updates.cancel, request=request, by=cast.ann)


def test_decide_applies_everything_approved_and_tells_the_person(cast):
    request = ask(cast)
    settled = decide(request, cast.sam, phone="approved", birth_place="approved")
    cast.ann_entry.refresh_from_db()
    assert (cast.ann_entry.phone, cast.ann_entry.birth_place) == ("+6281234567891", "Bandung")
    assert settled.status == Status.APPROVED
    assert settled.settled_by.holder == cast.sam
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["ann@example.com"], "Your request has been answered")
    assert f"/my-data/requests/{request.number}/" in letter.body
    assert not any(value in letter.body for value in ("Ann", "Bandung", "+62", "Sam"))


def test_decide_may_approve_a_part_and_says_why_not_the_rest(cast):
    request = ask(cast)
    settled = decide(request, cast.sam, phone="approved", birth_place="The document cannot be read.")
    cast.ann_entry.refresh_from_db()
    assert (cast.ann_entry.phone, cast.ann_entry.birth_place) == ("+6281234567891", "Jakarta")
    assert settled.status == Status.PARTLY
    line = settled.lines.get(field="tenants.tenant.birth_place")
    assert (line.decision, line.reason) == ("rejected", "The document cannot be read.")


def test_decide_rejects_everything(cast):
    settled = decide(ask(cast), cast.sam, phone="No.", birth_place="No.")
    assert settled.status == Status.REJECTED
    assert not AccessRecord.objects.filter(action=Action.CHANGED).exists()


def test_decide_records_what_was_changed_and_for_which_request(cast):
    request = ask(cast)
    decide(request, cast.sam, phone="approved", birth_place="No.")
    record = AccessRecord.objects.get(action=Action.CHANGED)
    assert (record.subject, record.actor.holder, record.reference) == (cast.ann_entry.subject, cast.sam, request.number)
    assert record.fields == ["tenants.tenant.phone"]


def test_decide_removes_values_from_the_database_and_files_from_the_disk(cast, django_capture_on_commit_callbacks):
    cast.ann_entry.photo.save("a.jpg", picture("red"))
    cast.ann_entry.identity_scan.save("b.jpg", picture("red"))
    old_photo, old_scan = cast.ann_entry.photo.name, cast.ann_entry.identity_scan.name
    request = ask(cast, note="Secret", evidence=picture(), photo=picture(), identity_scan=picture())
    new = {line.name: line.new for line in request.lines.all()}
    with django_capture_on_commit_callbacks(execute=True):
        decide(request, cast.sam, photo="approved", identity_scan="No.")
    assert raw("privacy_profileupdateline", "old", "new") == [("", "")] * 2
    assert raw("privacy_profileupdaterequest", "note", "evidence") == [("", "")]
    there = [default_storage.exists(name) for name in (new["photo"], old_scan)]
    gone = [default_storage.exists(name) for name in (old_photo, new["identity_scan"], request.evidence.name)]
    assert (there, gone) == ([True, True], [False, False, False])
    cast.ann_entry.refresh_from_db()
    assert (cast.ann_entry.photo.name, cast.ann_entry.identity_scan.name) == (new["photo"], old_scan)


def test_decide_refuses_ones_own_request(cast):
    entry = f.TenantFactory(management=cast.anggrek, subject__holder=cast.sam, birth_place="Medan")
    request = ask(cast, by=cast.sam, entry=entry, birth_place="Solo")
    assert "colleague" in refused("own", decide, request, cast.sam, birth_place="approved").message
    refused("own", profile_updates.accept_present, request=request, by=cast.sam)


def test_decide_refuses_staff_of_another_management_and_the_operator(cast):
    request = ask(cast)
    for stranger in (cast.rita, cast.olga, cast.otto, cast.bob, cast.vera):
        refused("not_staff", decide, request, stranger, phone="approved", birth_place="approved")
        refused("not_staff", profile_updates.accept_present, request=request, by=stranger)


def test_decide_of_a_request_of_the_other_register_is_refused_with_a_queue_of_ones_own(cast):
    ask(cast, by=cast.bob, entry=cast.bob_entry, birth_place="Solo")
    refused("not_staff", decide, ask(cast), cast.rita, phone="approved", birth_place="approved")


def test_decide_refuses_to_answer_twice(cast):
    request = ask(cast)
    decide(request, cast.sam, phone="approved", birth_place="approved")
    refused("answered", decide, request, cast.sam, phone="approved", birth_place="approved")
    assert len(mail.outbox) == 1


def test_decide_needs_every_line_and_no_other(cast):
    request = ask(cast)
    refused("incomplete", decide, request, cast.sam, phone="approved")
    lines = [line.pk for line in request.lines.all()]
    both = dict.fromkeys(lines, ("approved", ""))
    said = {"request": request, "seen_fingerprint": profile_updates.fingerprint(request.lines.all()), "by": cast.sam}
    refused("incomplete", profile_updates.decide, decisions=both | {0: ("approved", "")}, **said)
    refused("incomplete", profile_updates.decide, decisions=dict.fromkeys(lines, ("maybe", "")), **said)
    refused("no_reason", profile_updates.decide, decisions=dict.fromkeys(lines, ("rejected", " ")), **said)
    refused("changed", profile_updates.decide, decisions=both, **said | {"seen_fingerprint": ""})


def test_decide_refuses_when_the_register_changed_meanwhile(cast):
    request = ask(cast)
    Tenant.objects.filter(pk=cast.ann_entry.pk).update(phone="+6281311112222")
    refused("changed", decide, request, cast.sam, phone="approved", birth_place="approved")
    cast.ann_entry.refresh_from_db()
    assert (cast.ann_entry.phone, cast.ann_entry.birth_place) == ("+6281311112222", "Jakarta")
    assert request.lines.filter(decision="").count() == 2


def test_accept_present_lets_staff_decide_again(cast):
    request = ask(cast)
    Tenant.objects.filter(pk=cast.ann_entry.pk).update(phone="+6281311112222")
    profile_updates.accept_present(request=request, by=cast.sam)
    assert request.lines.get(field="tenants.tenant.phone").old == "+6281311112222"
    decide(request, cast.sam, phone="approved", birth_place="No.")
    cast.ann_entry.refresh_from_db()
    assert cast.ann_entry.phone == "+6281234567891"


def test_decide_refuses_an_identity_number_that_another_entry_has(cast):
    other = f.TenantFactory(
        management=cast.anggrek, identity_kind="ktp", identity_number="3172055504900002", subject__holder=None
    )
    request = ask(cast, identity_number=other.identity_number)
    said = refused("invalid", decide, request, cast.sam, identity_number="approved").message
    assert "Another entry of this register" in said
    request.refresh_from_db()
    assert request.is_waiting


def with_identity(cast, **facts):
    Tenant.objects.filter(pk=cast.ann_entry.pk).update(**facts)
    return Tenant.objects.get(pk=cast.ann_entry.pk)


@pytest.mark.parametrize("approved", ["identity_number", "identity_kind"])
def test_decide_refuses_a_part_that_leaves_a_number_of_another_kind(cast, approved):
    entry = with_identity(cast, identity_kind="passport", identity_number="X1234567")
    request = ask(cast, entry=entry, identity_kind="ktp", identity_number="3172055504900001")
    said = {"identity_number": "Unreadable.", "identity_kind": "Unreadable.", approved: "approved"}
    with pytest.raises(Refused, match="The register does not accept this"):
        decide(request, cast.sam, **said)
    entry.refresh_from_db()
    assert (entry.identity_kind, entry.identity_number) == ("passport", "X1234567")
    decide(request, cast.sam, identity_number="approved", identity_kind="approved")


def test_decide_refuses_a_birth_date_that_the_number_denies(cast):
    request = ask(cast, birth_date=date(1991, 4, 15))
    refused("invalid", decide, request, cast.sam, birth_date="approved")


def test_decide_corrects_an_entry_whose_number_was_wrong_already(cast):
    entry = with_identity(cast, identity_kind="passport", identity_number="3172055504900001")
    decide(ask(cast, entry=entry, phone="+6281234567891"), cast.sam, phone="approved")
    entry = with_identity(cast, identity_kind="ktp", identity_number="31")
    decide(ask(cast, entry=entry, birth_date=date(1991, 4, 15)), cast.sam, birth_date="approved")


def test_waiting_puts_the_overdue_ones_on_top(cast):
    first, second = ask(cast, phone="+6281234567891"), ask(cast, birth_place="Solo")
    ProfileUpdateRequest.objects.filter(pk=second.pk).update(due_at=timezone.now() - timedelta(hours=3))
    decide(ask(cast, gender="male"), cast.sam, gender="No.")
    assert list(ProfileUpdateRequest.objects.waiting()) == [second, first]


def test_compare_reads_stored_values_as_people_do(cast):
    request = ask(cast, phone="+6281234567891", nationality="MY", gender="")
    shown = {
        item.line.name: (str(item.old), str(item.new)) for item in profile_updates.compare(request, cast.ann_entry)
    }
    assert shown["phone"] == ("+62 812-3456-7890", "+62 812-3456-7891")
    assert shown["nationality"] == ("Indonesia", "Malaysia")
    assert shown["gender"][1] == ""


def test_a_line_names_each_field_once(cast):
    request = ask(cast, phone="+6281234567891")
    assert str(request.lines.get()) == f"{request.number}, phone number"
    assert ProfileUpdateLine.objects.visible_to(cast.rita, role="staff").count() == 0
