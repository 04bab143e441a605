"""The register at the desk: entering and correcting, within the own management, told to the person."""

import io
from copy import copy

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from privacy.errors import Refused
from privacy.models import AccessRecord
from privacy.models.access import Action
from tenants import register
from tenants.models import Tenant
from tests import factories as f


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


def refused(code, call, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        call(*args, **kwargs)
    assert refusal.value.code == code
    return refusal.value


def test_correct_tells_the_person_and_records_who_changed_what(cast):
    entry = proposal(cast.ann_entry, phone="+6281234567891")
    assert register.correct(entry=entry, by=cast.sam) == ["phone"]
    record = AccessRecord.objects.get(action=Action.CHANGED)
    assert (record.actor.holder, record.fields) == (cast.sam, ["tenants.tenant.phone"])
    (letter,) = mail.outbox
    assert letter.subject == "Staff updated your data"
    assert not any(value in letter.body for value in ("Ann", "+62", "phone", "Sam"))


def test_correct_tells_the_replaced_mailbox_of_a_record_that_nobody_holds(cast, django_capture_on_commit_callbacks):
    """Whoever has the new one can be invited to the record."""
    entry = f.TenantFactory(management=cast.anggrek, email="old@example.com")
    with django_capture_on_commit_callbacks(execute=True):
        register.correct(entry=proposal(entry, email="new@example.com"), by=cast.sam)
    (letter,) = mail.outbox
    assert (letter.to, "new@" in letter.body) == (["old@example.com"], False)
    assert "no longer writes to this email address" in letter.body or "tidak lagi" in letter.body
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        register.correct(entry=proposal(Tenant.objects.get(pk=entry.pk), phone="+6281234567891"), by=cast.sam)
    assert not mail.outbox


def test_correct_says_nothing_when_nothing_changed(cast):
    assert register.correct(entry=proposal(cast.ann_entry), by=cast.sam) == []
    assert mail.outbox == []
    assert not AccessRecord.objects.exists()


def test_correct_refuses_ones_own_entry_and_strangers(cast):
    entry = f.TenantFactory(management=cast.anggrek, subject__holder=cast.sam)
    refused("own", register.correct, entry=proposal(entry, name="Sam"), by=cast.sam)
    for stranger in (cast.rita, cast.olga, cast.otto, cast.vera):
        refused("not_staff", register.correct, entry=proposal(cast.ann_entry, name="X"), by=stranger)


def test_correct_refuses_a_taken_identity_number(cast):
    f.TenantFactory(management=cast.anggrek, identity_kind="ktp", identity_number="3172055504900002")
    refused("taken", register.correct, entry=proposal(cast.ann_entry, identity_number="3172055504900002"), by=cast.sam)


def test_correct_deletes_a_replaced_file(cast, django_capture_on_commit_callbacks):
    cast.ann_entry.photo.save("a.jpg", picture("red"))
    old = cast.ann_entry.photo.name
    with django_capture_on_commit_callbacks(execute=True):
        register.correct(entry=proposal(cast.ann_entry, photo=picture()), by=cast.sam)
    cast.ann_entry.refresh_from_db()
    assert default_storage.exists(cast.ann_entry.photo.name)
    assert not default_storage.exists(old)


def test_correct_records_where_the_person_lives(cast):
    home = cast.ann_entry.occupancies.get()
    home.role = "renter"
    register.correct(entry=proposal(cast.ann_entry), occupancies=[home], by=cast.sam)
    record = AccessRecord.objects.get(action=Action.CHANGED)
    assert "tenants.occupancy.role" in record.fields
    assert len(mail.outbox) == 1


def test_correct_refuses_a_unit_of_another_management(cast):
    home = cast.ann_entry.occupancies.get()
    home.unit = cast.bob_entry.occupancies.get().unit
    refused("other_management", register.correct, entry=proposal(cast.ann_entry), occupancies=[home], by=cast.sam)


def test_correct_keeps_the_entry_with_its_management(cast):
    f.MembershipFactory(user=cast.sam, party=cast.bougenvil)
    home = cast.ann_entry.occupancies.get()
    home.unit = cast.bob_entry.occupancies.get().unit
    refused("other_management", register.correct, entry=proposal(cast.ann_entry), occupancies=[home], by=cast.sam)


def test_enter_takes_the_management_from_the_unit(cast):
    home = f.OccupancyFactory.build(tenant=None, unit=cast.ann_entry.occupancies.get().unit)
    entry = register.enter(entry=Tenant(name="Cici", phone="+6281311112222"), occupancies=[home], by=cast.sam)
    assert entry.management == cast.anggrek
    assert entry.subject.holder is None
    assert entry.occupancies.get().unit == home.unit
    assert AccessRecord.objects.get(subject=entry.subject).fields == ["tenants.tenant.name", "tenants.tenant.phone"]


def test_enter_refuses_without_a_unit_of_the_own_management(cast):
    refused("no_unit", register.enter, entry=Tenant(name="Cici"), occupancies=[], by=cast.sam)
    home = f.OccupancyFactory.build(tenant=None, unit=cast.bob_entry.occupancies.get().unit)
    refused("other_management", register.enter, entry=Tenant(name="Cici"), occupancies=[home], by=cast.sam)
    refused("other_management", register.enter, entry=Tenant(name="Cici"), occupancies=[home], by=cast.otto)


def test_enter_refuses_a_taken_identity_number(cast):
    home = f.OccupancyFactory.build(tenant=None, unit=cast.ann_entry.occupancies.get().unit)
    twin = Tenant(name="Cici", identity_kind="ktp", identity_number=cast.ann_entry.identity_number)
    refused("taken", register.enter, entry=twin, occupancies=[home], by=cast.sam)
