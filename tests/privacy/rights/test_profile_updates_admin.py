"""The queue of change requests and the decision page."""

import re
from copy import copy
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import get_language

from privacy.models import AccessRecord, ProfileUpdateRequest
from privacy.rights import profile_updates
from privacy.rights.forms.profile_updates import READY
from tenants.models import Tenant
from tests import factories as f

LIST = "admin:privacy_profileupdaterequest_changelist"
ITEM = "admin:privacy_profileupdaterequest_change"
AGAIN = "admin:privacy_update_accept"


@pytest.fixture
def sam(cast, sign_in):
    return sign_in(cast.sam)


def ask(entry, by, **changed):
    proposal = copy(entry)
    for name, value in changed.items():
        setattr(proposal, name, value)
    return profile_updates.ask(record=entry, proposal=proposal, by=by)


@pytest.fixture
def request_(cast):
    return ask(cast.ann_entry, cast.ann, phone="+6281234567891", birth_place="Bandung")


def html(client, name, *args, **query):
    return re.sub(r"\s+", " ", client.get(reverse(name, args=args), query).content.decode())


def answer(request, **decisions):
    """`answer(request, phone="approved", birth_place="rejected")`, as the browser sends it."""
    lines = request.lines.all()
    said = {f"decision_{line.pk}": decisions[line.name] for line in lines if line.name in decisions}
    return said | {"seen": profile_updates.fingerprint(lines)}


def line(request, field):
    return request.lines.get(field=f"tenants.tenant.{field}").pk


# The queue


def test_queue_shows_the_clock_number_kinds_name_and_unit(cast, sam, request_):
    page = html(sam, LIST)
    for shown in ("71 hours left", request_.number, "Phone number, place of birth", "Ann Wijaya", "A-12-03"):
        assert shown in page
    assert "Bandung" not in page
    assert not AccessRecord.objects.exists()


def test_queue_puts_the_overdue_ones_on_top(cast, sam, request_):
    late = ask(cast.ann_entry, cast.ann, address="Jalan Baru 2")
    ProfileUpdateRequest.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=2, minutes=30))
    page = html(sam, LIST)
    assert "2 hours past the deadline" in page
    assert page.index(late.number) < page.index(request_.number)


def test_queue_filters_are_links_with_counts(cast, sam, request_):
    profile_updates.cancel(request=request_, by=cast.ann)
    late = ask(cast.ann_entry, cast.ann, address="Jalan Baru 2")
    ProfileUpdateRequest.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=2))
    page = html(sam, LIST)
    for link in ("Waiting (1)", "Past the deadline (1)", "Answered (1)", "All (2)"):
        assert link in page
    assert request_.number not in page
    assert request_.number in html(sam, LIST, queue="answered")
    assert late.number in html(sam, LIST, queue="overdue")
    assert late.number in html(sam, LIST, queue="nonsense")
    every = html(sam, LIST, queue="all")
    assert every.index(late.number) < every.index(request_.number)


def test_queue_is_ones_own_managements_only(cast, sign_in, request_):
    page = html(sign_in(cast.rita), LIST, queue="all")
    assert request_.number not in page
    assert "All (0)" in page


def test_queue_asks_the_same_number_of_queries_with_many_rows(cast, sam):
    def fill(count):
        for entry in f.TenantFactory.create_batch(count, management=cast.anggrek, subject__holder=None):
            entry.subject.holder = f.UserFactory()
            entry.subject.save()
            f.OccupancyFactory(tenant=entry)
            ask(entry, entry.subject.holder, birth_place="Solo", address="Jalan 1")

    def count():
        with CaptureQueriesContext(connection) as queries:
            html(sam, LIST)
        return len(queries)

    fill(3)
    few = count()
    fill(10)
    assert count() == few


# One request


def test_item_shows_old_and_new_and_records_the_look(cast, sam, request_):
    page = html(sam, ITEM, request_.pk)
    assert "+62 812-••••-••90" in page
    assert '+62 812-••••-••9<mark class="changed">1</mark>' in page
    assert "Changed in the last digit." in page
    assert "3456" not in page
    record = AccessRecord.objects.get()
    assert (record.subject, record.why, record.reference) == (cast.ann_entry.subject, "update", request_.number)
    assert record.fields == ["tenants.tenant.birth_place"]
    assert "checked" not in page.split("<form", 2)[-1]


def test_item_tells_who_else_has_it_open(cast, sign_in, request_):
    dewi = f.UserFactory(name="Dewi")
    f.MembershipFactory(user=dewi, party=cast.anggrek)
    updates_page = html(sign_in(cast.sam), ITEM, request_.pk)
    assert "Also open now" not in updates_page
    dewi.is_staff = True
    dewi.groups.set(cast.sam.groups.all())
    dewi.save()
    assert "Sam opened this request" in html(sign_in(dewi), ITEM, request_.pk)


def test_decision_approves_a_part_and_tells_the_tenant(cast, sam, request_):
    data = answer(request_, phone="approved", birth_place="rejected")
    data[f"ready_{line(request_, 'birth_place')}"] = "unreadable"
    data[f"reason_{line(request_, 'birth_place')}"] = "Please scan it again."
    assert sam.post(reverse(ITEM, args=[request_.pk]), data).status_code == 302
    request_.refresh_from_db()
    assert request_.status == "partly"
    assert (
        request_.lines.get(field="tenants.tenant.birth_place").reason
        == "The document cannot be read. Please scan it again."
    )
    assert len(mail.outbox) == 1
    cast.ann_entry.refresh_from_db()
    assert (cast.ann_entry.phone, cast.ann_entry.birth_place) == ("+6281234567891", "Jakarta")


def test_a_ready_reason_is_kept_in_the_tenants_language(cast, sam, request_, monkeypatch):
    monkeypatch.setitem(READY, "original", lazy(lambda: f"Said in {get_language()}.", str)())
    cast.ann.language = "id"
    cast.ann.save()
    data = answer(request_, phone="approved", birth_place="rejected") | {
        f"ready_{line(request_, 'birth_place')}": "original"
    }
    sam.post(reverse(ITEM, args=[request_.pk]), data)
    assert request_.lines.get(field="tenants.tenant.birth_place").reason == "Said in id."


@pytest.mark.parametrize(
    ("decisions", "more", "sentence"),
    [
        ({"phone": "approved"}, {}, "Approve or reject: place of birth."),
        (
            {"phone": "approved", "birth_place": "rejected"},
            {},
            "Write the reason for each rejection; the tenant reads it.",
        ),
        ({"phone": "approved", "birth_place": "rejected"}, {"reason": "x" * 301}, "at most 300 characters"),
        (
            {"phone": "approved", "birth_place": "rejected"},
            {"reason": "x" * 290, "ready": "original"},
            "Write a shorter reason",
        ),
        ({"phone": "approved", "birth_place": "maybe"}, {}, "Select a valid choice"),
    ],
)
def test_decision_says_what_is_missing_and_decides_nothing(cast, sam, request_, decisions, more, sentence):
    place = line(request_, "birth_place")
    data = answer(request_, **decisions) | {f"{name}_{place}": value for name, value in more.items()}
    response = sam.post(reverse(ITEM, args=[request_.pk]), data)
    assert sentence in response.content.decode()
    assert more.get("reason", "") in response.content.decode()
    request_.refresh_from_db()
    assert request_.is_waiting


def test_ones_own_request_has_no_buttons_but_the_sentence(cast, sam):
    entry = f.TenantFactory(management=cast.anggrek, subject__holder=cast.sam, birth_place="Medan")
    request = ask(entry, cast.sam, birth_place="Solo")
    page = html(sam, ITEM, request.pk)
    assert "You cannot decide your own request. Ask a colleague to do it." in page
    assert "Send the decision" not in page
    response = sam.post(reverse(ITEM, args=[request.pk]), answer(request, birth_place="approved"))
    assert "You cannot decide your own request." in response.content.decode()
    assert sam.post(reverse(AGAIN, args=[request.pk])).status_code == 404
    entry.refresh_from_db()
    assert entry.birth_place == "Medan"


def test_a_change_meanwhile_is_shown_and_the_decision_is_made_anew(cast, sam, request_):
    Tenant.objects.filter(pk=cast.ann_entry.pk).update(phone="+6281311112222")
    data = answer(request_, phone="approved", birth_place="approved")
    response = sam.post(reverse(ITEM, args=[request_.pk]), data)
    page = response.content.decode()
    assert "This record changed while you were working. Nothing was saved." in page
    assert "Now in the register" in page
    assert "+62 813-••••-••22" in page
    assert "Send the decision" not in page
    assert 'type="radio"' not in page
    page = sam.post(reverse(AGAIN, args=[request_.pk]), follow=True).content.decode()
    assert "Now in the register" not in page
    assert "+62 813-••••-••22" in page
    assert "1111" not in page
    refused = sam.post(reverse(ITEM, args=[request_.pk]), data)  # from before a colleague compared it anew
    assert "This record changed while you were working. Nothing was saved." in refused.content.decode()
    data = answer(request_, phone="approved", birth_place="approved")
    assert f'name="seen" value="{data["seen"]}"' in page
    assert sam.post(reverse(ITEM, args=[request_.pk]), data).status_code == 302
    cast.ann_entry.refresh_from_db()
    assert cast.ann_entry.phone == "+6281234567891"


def test_deciding_twice_shows_the_sentence(cast, sam, request_):
    data = answer(request_, phone="approved", birth_place="approved")
    sam.post(reverse(ITEM, args=[request_.pk]), data)
    page = sam.post(reverse(ITEM, args=[request_.pk]), data).content.decode()
    assert "This request is already answered." in page
    assert len(mail.outbox) == 1


def test_a_settled_request_shows_decisions_and_no_values(cast, sam, request_):
    data = answer(request_, phone="approved", birth_place="rejected") | {
        f"reason_{line(request_, 'birth_place')}": "No proof."
    }
    sam.post(reverse(ITEM, args=[request_.pk]), data)
    AccessRecord.objects.all()
    page = html(sam, ITEM, request_.pk)
    assert "No proof." in page
    assert "Bandung" not in page
    assert "Send the decision" not in page
    assert AccessRecord.objects.first().fields == ["tenants.tenant.name"]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", [ITEM, AGAIN, "admin:privacy_profileupdaterequest_history"])
def test_a_request_of_another_management_is_not_here_and_the_try_is_recorded(cast, sign_in, request_, method, name):
    rita = sign_in(cast.rita)
    data = answer(request_, phone="approved", birth_place="approved")
    assert getattr(rita, method)(reverse(name, args=[request_.pk]), data).status_code == 404
    record = AccessRecord.objects.get()
    assert (record.subject, record.allowed) == (cast.ann_entry.subject, False)
    assert getattr(rita, method)(reverse(name, args=[0])).status_code == 404
    request_.refresh_from_db()
    assert request_.is_waiting


def test_the_operator_supervises_and_does_not_decide(cast, sign_in, request_):
    for user in (cast.olga, cast.otto):
        client = sign_in(user)
        page = html(client, ITEM, request_.pk)
        assert "Send the decision" not in page
        client.post(reverse(ITEM, args=[request_.pk]), answer(request_, phone="approved", birth_place="approved"))
        request_.refresh_from_db()
        assert request_.is_waiting
        assert client.post(reverse(AGAIN, args=[request_.pk])).status_code == 404
    assert {record.why for record in AccessRecord.objects.all()} == {"oversight"}


def test_staff_without_the_right_are_turned_away(cast, sam, request_):
    cast.sam.groups.clear()
    assert sam.get(reverse(ITEM, args=[request_.pk])).status_code == 403


def test_requests_are_neither_added_nor_deleted_by_hand(cast, sam, request_):
    assert sam.get(reverse("admin:privacy_profileupdaterequest_add")).status_code == 403
    assert sam.get(reverse("admin:privacy_profileupdaterequest_delete", args=[request_.pk])).status_code == 403
    assert sam.get(reverse(AGAIN, args=[request_.pk])).status_code == 404


# Revealing what is masked

REVEAL = "admin:privacy_profileupdaterequest_reveal"


def test_reveal_shows_both_sides_once_with_a_reason_that_the_tenant_reads(cast, sam, sign_in, request_):
    address = reverse(REVEAL, args=[request_.pk])
    page = html(sam, REVEAL, request_.pk)
    assert "Article 67" in page
    assert "3456" not in page
    page = sam.post(address, {"ready": "change"}).content.decode()
    assert "+62 812-3456-7890" in page
    assert "+62 812-3456-7891" in page
    assert "3456" not in html(sam, REVEAL, request_.pk)
    record = AccessRecord.objects.get(action="revealed")
    assert (record.fields, record.reference) == (
        ["tenants.tenant.phone"],
        "Checking a change that the tenant asked for.",
    )
    log = sign_in(cast.ann).get(reverse("access_log")).content.decode()
    assert "revealed your phone number in full to decide a change request." in log
    assert "Reason: Checking a change that the tenant asked for." in log


def test_reveal_is_for_waiting_requests_with_something_masked(cast, sam, sign_in, request_):
    place = ask(cast.ann_entry, cast.ann, address="Jalan Baru 2")
    assert sam.get(reverse(REVEAL, args=[place.pk])).status_code == 404
    assert "/reveal/" not in html(sam, ITEM, place.pk)
    assert sign_in(cast.olga).post(reverse(REVEAL, args=[request_.pk]), {"reason": "x"}).status_code == 404
    assert sign_in(cast.rita).post(reverse(REVEAL, args=[request_.pk]), {"reason": "x"}).status_code == 404
    refused = AccessRecord.objects.get(allowed=False)
    assert (refused.subject, refused.actor.holder) == (cast.ann_entry.subject, cast.rita)
    profile_updates.cancel(request=request_, by=cast.ann)
    assert sign_in(cast.sam).get(reverse(REVEAL, args=[request_.pk])).status_code == 404


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("+62 812-3456-7890", "+62 812-3456-7899", "Changed in the last digit."),
        ("+62 812-3456-7890", "+62 812-3477-7890", "Changed within the last 6 digits."),
        ("3172 0555", "4172 0555", "This is another number."),
        ("3172 0555", "3172 05", "This is another number."),
        ("", "3172 05", ""),
        ("3172-05", "3172 05", ""),
    ],
)
def test_the_difference_of_masked_values_gives_away_no_digit(old, new, said):
    assert str(profile_updates.hidden_difference(old, new)) == said
