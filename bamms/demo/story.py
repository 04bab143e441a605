"""Events of the demo data: entries claimed, data shared and accessed, and cases that wait for an answer."""

from contextlib import suppress
from copy import copy
from datetime import date, timedelta

from django.http import Http404
from django.utils import timezone

from bamms.demo import register
from privacy import access, deadlines
from privacy.models import AccessRecord, Breach, Purpose
from privacy.models.access import AccessReason
from privacy.oversight import breaches, investigations
from privacy.rights import profile_updates, rights_requests
from privacy.scope import Role
from privacy.sharing import grants
from tenants import bulletins, claims
from tenants.models import Bulletin, Tenant
from tenants.models.register import IdentityKind

SHARED = ["tenants.tenant.name", "tenants.tenant.phone", "tenants.occupancy.unit"]


def tell(people, places, entries):
    for name in ("ann", "bob"):
        _claim(people[name], name, places)
        entries[name].refresh_from_db()
    _wait_for_sam(people, places)
    _share(people, places, entries["ann"])
    _withdraw(people["ann"], places, entries["ann"])
    _ask_for_changes(people, entries)
    _notice_a_breach(people, places, entries["ann"])
    _investigate(people, entries["ann"])
    _ask_for_rights(people, entries["ann"].subject)
    _publish(people, places)


def _claim(user, name, places, **said):
    _full, _gender, born, _place, unit_number = register.KNOWN[name]
    said = {
        "unit_number": unit_number,
        "identity_number": register.number_of(name),
        "birth_date": date.fromisoformat(born),
    } | said
    claim = claims.claim(building=places.units[unit_number].building, identity_kind=IdentityKind.KTP, by=user, **said)
    return claims.check(claim=claim)  # a task of the worker otherwise


def _wait_for_sam(people, places):
    """Make two claims that wait: one matches an entry without an email, the other matches none and asks a question."""
    fits = _claim(people["dewi"], "dewi", places)
    question = _claim(
        people["eko"],
        "dewi",
        places,
        unit_number="A-03-01",
        birth_date=date(1979, 5, 16),
        identity_number="3174051605799988",
        message="Saya baru pindah ke unit ini bulan lalu. Apakah data saya sudah dicatat?",
    )
    _received(fits, hours_ago=66)
    _received(question, hours_ago=20)


def _share(people, places, entry):
    ann, sam, vera, rita = (people[name] for name in ("ann", "sam", "vera", "rita"))
    grant = _give(ann, places, entry, code="repair", fields=SHARED, days=30)
    for _look in range(2):
        grants.open_shared(number=grant.number, by=vera)
    access.get_and_record(Tenant, by=sam, role=Role.STAFF, why=AccessReason.RECORD, pk=entry.pk)
    with suppress(Http404):  # another company's record: refused, and recorded in Ann's access log
        access.get_and_record(Tenant, by=rita, role=Role.STAFF, why=AccessReason.RECORD, pk=entry.pk)
    grants.ask(
        subject=entry.subject,
        agreement=places.agreement,
        purpose=Purpose.objects.get(code="customer_care"),
        fields=["tenants.tenant.name", "tenants.tenant.email"],
        until=timezone.localdate() + timedelta(days=14),
        reason="Menanyakan hasil perbaikan pipa pekan lalu.",
        by=sam,
        role=Role.STAFF,
    )


def _withdraw(ann, places, entry):
    """Give a permission and withdraw it: the vendor now owes a deletion statement."""
    fields = ["tenants.tenant.name", "tenants.tenant.email"]
    grants.withdraw(grant=_give(ann, places, entry, code="customer_care", fields=fields, days=7), by=ann)


def _give(ann, places, entry, *, code, fields, days):
    return grants.give(
        subject=entry.subject,
        agreement=places.agreement,
        purpose=Purpose.objects.get(code=code),
        fields=fields,
        until=timezone.localdate() + timedelta(days=days),
        by=ann,
    )


def _ask_for_changes(people, entries):
    for name, changes, hours_ago in (
        ("ann", {"phone": "+6281200009950", "address": "Jalan Kenanga Contoh 21, Jakarta"}, 31),
        ("bob", {"email": "bob.santoso@example.com"}, 4),
    ):
        proposal = copy(entries[name])
        for field, value in changes.items():
            setattr(proposal, field, proposal._meta.get_field(field).to_python(value))
        proposal.full_clean(exclude=["subject"])
        request = profile_updates.ask(
            record=entries[name], proposal=proposal, by=people[name], note="Data lama sudah tidak saya pakai."
        )
        _received(request, hours_ago=hours_ago)


def _investigate(people, entry):
    """Open Sam's investigation of the refused access, which waits for Olga's decision."""
    investigations.open_(
        people=[entry.subject],
        fields=["tenants.tenant.name", "tenants.tenant.phone"],
        reason="Data ini dicoba dilihat dari perusahaan lain. Penghuninya perlu dihubungi.",
        until=timezone.localdate() + timedelta(days=7),
        by=people["sam"],
    )


def _ask_for_rights(people, subject):
    """Ask two rights requests: a question about an access, which waits, and an erasure, refused for retention."""
    ann, sam = people["ann"], people["sam"]
    look = AccessRecord.objects.filter(subject=subject, actor__holder=people["vera"]).first()
    asked = rights_requests.ask(
        subject=subject, kind="copy", by=ann, line=look, details="Mengapa data saya dilihat dua kali pada hari itu?"
    )
    _received(asked, hours_ago=50)
    erase = rights_requests.ask(
        subject=subject, kind="erase", by=ann, details="Mohon hapus foto dan pindaian identitas saya."
    )
    rights_requests.refuse(
        request=erase,
        ground="retention",
        answer="Anda masih menghuni unit ini, sehingga data itu masih kami perlukan.",
        review_on=timezone.localdate() + timedelta(days=180),
        by=sam,
    )


def _received(row, *, hours_ago):
    """Move the time of receipt back, so that the deadlines in a queue differ."""
    row.received_at = timezone.now() - timedelta(hours=hours_ago)
    row.due_at = deadlines.due(row.received_at)
    row.save(update_fields=["received_at", "due_at"])


def _notice_a_breach(people, places, entry):
    """Open a breach, noticed 30 hours ago, whose measures are still missing, so that no notice can be sent yet."""
    breach = Breach(
        controller_id=places.anggrek.pk,
        detected_at=timezone.now() - timedelta(hours=30),
        kinds=["tenants.tenant.name", "tenants.occupancy.unit"],
        people_count=3,
        exposed_ind="Nama dan nomor unit tiga penghuni.",
        exposed_en="The names and unit numbers of three tenants.",
        happened_ind="Daftar tamu tercetak tertinggal di meja lobi selama satu malam.",
        happened_en="A printed guest list was left on the lobby desk for a night.",
    )
    breaches.open_(breach=breach, by=people["sam"])
    breaches.add_subjects(breach=breach, subject_ids=[entry.subject_id], by=people["sam"])


def _publish(people, places):
    """Publish an announcement for all tenants of the company, and a survey for Ann, who has consented to surveys."""
    words = {
        "title_ind": "Air padam Sabtu pagi",
        "title_en": "No water on Saturday morning",
        "text_ind": "Tangki air dibersihkan hari Sabtu pukul 08.00 sampai 11.00 WIB.",
        "text_en": "The water tank is cleaned on Saturday from 08:00 to 11:00 WIB.",
    }
    bulletins.publish(bulletin=Bulletin(management=places.anggrek, **words), by=people["sam"])
    words = {
        "title_ind": "Survei layanan lobi",
        "title_en": "Survey about the lobby",
        "text_ind": "Bagaimana pelayanan di lobi? Survei ini terdiri atas lima pertanyaan dan tidak menanyakan nama.",
        "text_en": "How is the service in the lobby? The survey has five questions and does not ask for a name.",
    }
    survey = Bulletin(
        management=places.anggrek, kind=Bulletin.Kind.SURVEY, link="https://survei.example.com/lobi", **words
    )
    bulletins.publish(bulletin=survey, by=people["sam"])
