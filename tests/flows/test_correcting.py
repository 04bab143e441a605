"""A wrong phone number: the tenant asks, staff decide field by field, the tenant is told (step 3 of the story)."""

from datetime import timedelta

import pytest

from privacy.models import ProfileUpdateRequest
from tests.flows import steps

pytestmark = pytest.mark.django_db
NEW = {"phone": "+62 812-1111-2222", "address": "Jalan Baru 5"}


@pytest.fixture
def asked(cast):
    """Ann asked for a new phone number and address."""
    ann = steps.given_agreed(cast.ann)
    steps.when_asking_for(ann, **NEW)
    request = ProfileUpdateRequest.objects.get()
    ann.is_at(f"/my-data/requests/{request.number}/")
    return ann, request


def record(cast):
    cast.ann_entry.refresh_from_db()
    return str(cast.ann_entry.phone), cast.ann_entry.address


def test_asking_changes_nothing_and_starts_the_clock(cast, asked):
    ann, request = asked
    ann.reads("We have received your request", request.number)
    assert record(cast) == ("+6281234567890", "Jalan Contoh 1")
    assert round((request.due_at - request.received_at) / timedelta(hours=1)) == 72
    ann.goes_to("/my-data/").reads("+62 812-3456-7890", "Waiting")


def test_nothing_is_sent_before_old_and_new_were_seen(cast):
    ann = steps.given_agreed(cast.ann)
    ann.goes_to("/my-data/change/").sends(change=["phone"])
    ann.sends(phone=NEW["phone"]).reads("Old value +62 812-3456-7890", "New value +62 812-")
    assert not ProfileUpdateRequest.objects.exists()


def test_staff_see_old_and_new_and_approve(cast, asked):
    ann, request = asked
    sam = steps.given_agreed(cast.sam)
    sam.goes_to("/admin/privacy/profileupdaterequest/").reads(request.number, "71 hours left")
    sam.goes_to(f"/admin/privacy/profileupdaterequest/{request.pk}/change/").reads(
        "Jalan Contoh 1", "Jalan Baru 5", "As on my bill"
    )
    steps.when_deciding_the_change(sam, request, {"phone": "approved", "address": "approved"}).reads(
        "Your decision is kept. The tenant is told."
    )
    assert record(cast) == ("+6281211112222", "Jalan Baru 5")
    steps.then_told("ann@example.com", "Your request has been answered")
    steps.then_letters_name_nobody("Ann", "Jalan Baru", "81211112222", request.number[3:] + ":")
    ann.goes_to(f"/my-data/requests/{request.number}/").reads("Approved", "Sam")
    steps.then_recorded(cast.ann_entry, hat="staff", why="update", reference=request.number)
    ann.goes_to("/my-access-log/").reads(f"to decide request {request.number}")


def test_staff_approve_one_field_and_reject_the_other_with_a_reason(cast, asked):
    ann, request = asked
    sam = steps.given_agreed(cast.sam)
    steps.when_deciding_the_change(sam, request, {"phone": "approved", "address": "The letter shows another street."})
    assert record(cast) == ("+6281211112222", "Jalan Contoh 1")
    ann.goes_to(f"/my-data/requests/{request.number}/").reads("Partly approved", "The letter shows another street.")


def test_staff_reject_and_the_values_are_gone(cast, asked):
    ann, request = asked
    sam = steps.given_agreed(cast.sam)
    steps.when_deciding_the_change(sam, request, {"phone": "It cannot be read.", "address": "It cannot be read."})
    assert record(cast) == ("+6281234567890", "Jalan Contoh 1")
    ann.goes_to(f"/my-data/requests/{request.number}/").reads("Rejected", "It cannot be read.").does_not_read(
        "Jalan Baru 5"
    )
    assert [(line.old, line.new) for line in request.lines.all()] == [("", ""), ("", "")]


def test_a_rejection_without_a_reason_is_refused(cast, asked):
    _ann, request = asked
    sam = steps.given_agreed(cast.sam)
    steps.when_deciding_the_change(sam, request, {"phone": "approved", "address": ""}).reads(
        "Write the reason for each rejection; the tenant reads it."
    )
    assert record(cast) == ("+6281234567890", "Jalan Contoh 1")
    request.refresh_from_db()
    assert request.is_waiting


def test_every_field_needs_a_decision(cast, asked):
    _ann, request = asked
    sam = steps.given_agreed(cast.sam)
    steps.when_deciding_the_change(sam, request, {"phone": "approved"}).reads("Approve or reject")
    assert record(cast) == ("+6281234567890", "Jalan Contoh 1")


def test_a_record_that_changed_meanwhile_is_compared_anew(cast, asked):
    _ann, request = asked
    sam = steps.given_agreed(cast.sam)
    sam.goes_to(f"/admin/privacy/profileupdaterequest/{request.pk}/change/")
    page = sam.response
    cast.ann_entry.address = "Jalan Lain 9"
    cast.ann_entry.save()
    sam.response = page
    lines = {line.name: line.pk for line in request.lines.all()}
    sam.sends(**{f"decision_{pk}": "approved" for pk in lines.values()}).reads(
        "This record changed while you were working.", "Jalan Lain 9"
    )
    assert record(cast) == ("+6281234567890", "Jalan Lain 9")
    sam.sends(form="compare-again")
    steps.when_deciding_the_change(sam, request, {"phone": "approved", "address": "approved"})
    assert record(cast) == ("+6281211112222", "Jalan Baru 5")


def test_nobody_decides_her_own_request(cast, asked):
    """Sam rents a flat in the building that he manages."""
    _ann, request = asked
    subject = cast.ann_entry.subject
    subject.holder = cast.sam
    subject.save()
    sam = steps.given_agreed(cast.sam)
    sam.goes_to(f"/admin/privacy/profileupdaterequest/{request.pk}/change/").reads(
        "You cannot decide your own request."
    )
    assert "decision_" not in sam.html
    sam.posts(
        f"/admin/privacy/profileupdaterequest/{request.pk}/change/",
        **{f"decision_{line.pk}": "approved" for line in request.lines.all()},
    )
    assert record(cast) == ("+6281234567890", "Jalan Contoh 1")


def test_other_staff_cannot_see_or_decide_it(cast, asked):
    _ann, request = asked
    rita = steps.given_agreed(cast.rita)
    assert rita.goes_to(f"/admin/privacy/profileupdaterequest/{request.pk}/change/").status == 404
    steps.then_recorded(cast.ann_entry, hat="staff", allowed=False)


def test_the_tenant_takes_it_back(cast, asked):
    ann, request = asked
    ann.goes_to(f"/my-data/requests/{request.number}/").sends(form="").reads("Your request is cancelled.")
    request.refresh_from_db()
    assert request.status == "withdrawn"
    assert not request.note
    assert [(line.old, line.new) for line in request.lines.all()] == [("", ""), ("", "")]


def test_the_same_field_cannot_be_asked_for_twice(cast, asked):
    ann, _request = asked
    ann.goes_to("/my-data/change/")
    assert 'value="phone"' not in ann.html
    ann.goes_to("/my-data/change/?change=phone").reads("a request for it is open")


def test_the_same_value_is_no_request(cast):
    ann = steps.given_agreed(cast.ann)
    ann.goes_to("/my-data/change/").sends(change=["phone"])
    ann.sends(phone="+62 812-3456-7890").reads("The new data is the same as the old. Change the fields that need it.")
    assert not ProfileUpdateRequest.objects.exists()


def test_a_direct_correction_by_staff_is_told_and_seen(cast):
    ann, sam = steps.given_agreed(cast.ann), steps.given_agreed(cast.sam)
    sam.goes_to(f"/admin/tenants/tenant/{cast.ann_entry.pk}/change/").sends(address="Jalan Koreksi 3")
    assert record(cast)[1] == "Jalan Koreksi 3"
    letter = steps.then_told("ann@example.com", "Staff updated your data")
    assert "Koreksi" not in letter.body
    steps.then_recorded(cast.ann_entry, hat="staff", action="changed", fields=["tenants.tenant.address"])
    ann.goes_to("/my-access-log/").reads("changed")
