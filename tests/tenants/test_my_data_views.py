"""My data, and asking for a change: the pages, without JavaScript, with good and with bad input."""

import io
import re
from copy import copy

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.templatetags.reference_numbers import unbroken
from privacy.models import AccessRecord, ProfileUpdateRequest
from privacy.models.access import Action
from privacy.rights import profile_updates
from tests import factories as f

NUMBER = "3172 0555 0490 0001"
NEW_PHONE = "0812-3456-7891"


@pytest.fixture(autouse=True)
def _files(tmp_path, settings):
    settings.PRIVATE_FILES_DIR = tmp_path / "private"


@pytest.fixture
def ann(cast, sign_in):
    return sign_in(cast.ann)


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def picture():
    written = io.BytesIO()
    Image.new("RGB", (30, 20), "teal").save(written, "JPEG")
    return SimpleUploadedFile("me.jpg", written.getvalue())


def waiting(cast, **changed):
    proposal = copy(cast.ann_entry)
    for name, value in (changed or {"phone": "+6281234567891"}).items():
        setattr(proposal, name, value)
    return profile_updates.ask(record=cast.ann_entry, proposal=proposal, by=cast.ann)


def post(client, step="", **data):
    return client.post(reverse("update_check"), data | ({step: "1"} if step else {}))


# My data


def test_my_data_shows_ones_own_entry_masked_and_unrecorded(cast, ann):
    page = text(ann.get(reverse("my_data")))
    for value in ("Ann Wijaya", "+62 812-3456-7890", "A-12-03", "•••• •••• •••• 0001", "15 April 1990"):
        assert value in page
    assert NUMBER not in page
    assert cast.ann_entry.identity_number not in page
    assert not AccessRecord.objects.exists()


def test_my_data_shows_the_whole_number_once_and_records_it(cast, ann):
    assert NUMBER in text(ann.post(reverse("my_data"), {"entry": cast.ann_entry.pk}))
    record = AccessRecord.objects.get()
    assert (record.action, record.why, record.actor.holder) == (Action.REVEALED, "own", cast.ann)
    assert record.fields == ["tenants.tenant.identity_number"]
    assert NUMBER not in text(ann.get(reverse("my_data")))


@pytest.mark.parametrize("method", ["get", "post"])
def test_my_data_of_someone_else_is_not_here_and_the_try_is_recorded(cast, ann, method):
    assert getattr(ann, method)(reverse("my_data"), {"entry": cast.bob_entry.pk}).status_code == 404
    record = AccessRecord.objects.get()
    assert (record.subject, record.allowed) == (cast.bob_entry.subject, False)


@pytest.mark.parametrize("entry", ["0", "x", "-1", "９", "9" * 40])
def test_my_data_of_nobody_is_not_here(ann, entry):
    assert ann.get(reverse("my_data"), {"entry": entry}).status_code == 404


def test_my_data_without_an_entry_offers_the_claim(cast, sign_in):
    page = text(sign_in(f.UserFactory()).get(reverse("my_data")))
    assert reverse("claim") in page
    assert reverse("update_new") not in page


def test_my_data_of_two_places_lets_one_choose(cast, ann):
    second = f.TenantFactory(management=cast.bougenvil, name="Ann W", subject__holder=cast.ann)
    page = text(ann.get(reverse("my_data")))
    assert f"?entry={second.pk}" in page
    assert "Ann W<" not in page
    assert "Ann W " in text(ann.get(reverse("my_data"), {"entry": second.pk}))


def test_my_data_shows_what_waits_beside_the_old_value(cast, ann):
    request = waiting(cast)
    page = text(ann.get(reverse("my_data")))
    assert reverse("update_detail", args=[request.number]) in page
    assert "+62 812-3456-7890" in page
    assert "change=phone" not in page


def test_my_data_asks_the_same_number_of_queries_with_many_requests(cast, ann, django_assert_max_num_queries):
    for _n in range(12):
        profile_updates.cancel(request=waiting(cast), by=cast.ann)
    ann.get(reverse("my_data"))  # the first of the day begins the row that counts uses
    with django_assert_max_num_queries(17 + 5):  # five of them count this use, in a savepoint
        assert "?page=2" in text(ann.get(reverse("my_data")))


# Choosing


def test_change_offers_what_may_be_asked(cast, ann):
    page = text(ann.get(reverse("update_new")))
    assert 'value="phone"' in page
    for forbidden in ("management", "subject", "identity_index", "identity_kind"):
        assert f'value="{forbidden}"' not in page


def test_change_without_a_tick_says_so(ann):
    assert "Tick the data that should change." in text(ann.get(reverse("update_new"), {"step": "values"}))


def test_change_does_not_offer_what_waits(cast, ann):
    request = waiting(cast)
    page = text(ann.get(reverse("update_new")))
    assert 'value="phone"' not in page
    assert request.number in page


def test_change_shows_the_present_value_beside_the_box(cast, ann):
    page = text(ann.get(reverse("update_new"), {"change": ["phone", "identity_number"]}))
    assert 'value="+62 812-3456-7890"' in page
    assert "•••• •••• •••• 0001" in page
    assert cast.ann_entry.identity_number not in page


def test_change_of_someone_elses_entry_is_not_here(cast, ann):
    assert ann.get(reverse("update_new"), {"entry": cast.bob_entry.pk}).status_code == 404
    assert post(ann, "send", entry=cast.bob_entry.pk, change="name", name="Eve").status_code == 404
    assert AccessRecord.objects.filter(subject=cast.bob_entry.subject, allowed=False).count() == 2


def test_change_without_an_entry_is_not_here(cast, sign_in):
    client = sign_in(f.UserFactory())
    assert client.get(reverse("update_new")).status_code == 404
    assert post(client, "send", change="name", name="Eve").status_code == 404


# Checking


def test_check_refuses_bad_values_and_keeps_them(ann):
    page = text(post(ann, change=["phone", "address"], phone="0812", address="Jalan Baru <2>"))
    assert "Write the number with its country code" in page
    assert 'value="0812"' in page
    assert "Jalan Baru &lt;2&gt;" in page
    assert not ProfileUpdateRequest.objects.exists()


def test_check_refuses_what_is_the_same_as_now(ann):
    page = text(post(ann, change="phone", phone="0812 3456 7890"))
    assert "The new data is the same as the old." in page


def test_check_shows_old_and_new_and_saves_nothing(ann):
    page = text(post(ann, change="phone", phone=NEW_PHONE))
    assert "+62 812-3456-7890" in page
    assert '+62 812-3456-789<mark class="changed">1</mark>' in page
    assert f'<input type="hidden" name="phone" value="{NEW_PHONE}"' in page.replace("+62 812-3456-7891", NEW_PHONE)
    assert not ProfileUpdateRequest.objects.exists()


def test_check_without_a_chosen_field_goes_back_to_choosing(ann):
    response = post(ann, change="management")
    assert response.url.startswith(reverse("update_new"))
    assert ann.get(reverse("update_check")).url == reverse("update_new")


def test_check_lets_one_go_back_without_losing_anything(ann):
    page = text(post(ann, "back", change="address", address="Jalan Baru 2"))
    assert "Step 2 of 3" in page
    assert "Jalan Baru 2" in page


def test_check_asks_to_confirm_an_unknown_district(cast, ann):
    typed = {"change": "identity_number", "identity_kind": "ktp", "identity_number": "3199995504900001"}
    page = text(post(ann, **typed))
    assert "I have compared this number with the card." in page
    page = text(post(ann, **typed, identity_confirmed="on"))
    assert "3199 9955 0490 0001" in page
    post(ann, "send", **typed, identity_confirmed="on")
    assert ProfileUpdateRequest.objects.count() == 1


# Sending


def test_send_makes_one_request_and_says_until_when(cast, ann):
    response = post(ann, "send", change="phone", phone=NEW_PHONE, note="New card")
    request = ProfileUpdateRequest.objects.get()
    assert response.url == reverse("update_detail", args=[request.number])
    assert request.note == "New card"
    page = text(ann.get(response.url))
    assert f"We have received your request {unbroken(request.number)}. We answer no later than" in page
    cast.ann_entry.refresh_from_db()
    assert cast.ann_entry.phone == "+6281234567890"


def test_send_twice_acts_once(ann):
    for _n in range(2):
        response = post(ann, "send", change="phone", phone=NEW_PHONE)
    assert ProfileUpdateRequest.objects.count() == 1
    assert "We already have this. You need not send it again." in text(ann.get(response.url))


def test_send_refuses_what_is_the_same(cast, ann):
    page = text(post(ann, "send", change="phone", phone="+6281234567890"))
    assert "The new data is the same as the old." in page
    assert not ProfileUpdateRequest.objects.exists()


def test_send_carries_only_what_was_chosen(cast, ann):
    post(ann, "send", change="phone", phone=NEW_PHONE, name="Eve", management=cast.bougenvil.pk, status="approved")
    request = ProfileUpdateRequest.objects.get()
    assert [line.name for line in request.lines.all()] == ["phone"]
    assert (request.controller_id, request.status) == (cast.anggrek.pk, "waiting")


def test_send_refuses_a_wrong_file_and_keeps_the_rest(ann):
    script = SimpleUploadedFile("a.pdf", b"#!/bin/sh")
    page = text(post(ann, "send", change="phone", phone=NEW_PHONE, note="New card", evidence=script))
    assert "Choose a JPG, PNG or PDF file." in page
    assert "New card" in page
    assert f'name="phone" value="{NEW_PHONE}"' in page
    assert not ProfileUpdateRequest.objects.exists()


def test_send_refuses_a_file_that_is_too_large(ann, settings):
    settings.UPLOAD_MAX_MB = 1
    large = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"0" * 1_200_000)
    assert "the limit is 1 MB" in text(post(ann, "send", change="phone", phone=NEW_PHONE, evidence=large))


def test_send_of_a_photo_alone_needs_the_photo(cast, ann):
    page = text(ann.get(reverse("update_new"), {"change": "photo"}))
    assert 'type="file" name="photo"' in page
    assert "Choose a JPG or PNG file." in text(post(ann, "send", change="photo"))
    post(ann, "send", change="photo", photo=picture())
    line = ProfileUpdateRequest.objects.get().lines.get()
    assert default_storage.exists(line.new)
    cast.ann_entry.refresh_from_db()
    assert not cast.ann_entry.photo


# One request


def test_detail_shows_old_and_new_while_waiting_and_masks_the_number(cast, ann):
    request = waiting(cast, phone="+6281234567891", identity_number="3172055504900009")
    page = text(ann.get(reverse("update_detail", args=[request.number])))
    assert "+62 812-3456-7890" in page
    assert "3172055504900009" not in page.replace(" ", "")
    assert "We answer no later than" in page
    assert "Cancel this request" in page


def test_detail_says_who_decided_and_why(cast, ann):
    request = waiting(cast, phone="+6281234567891", birth_place="Solo")
    phone, place = request.lines.order_by("field").values_list("pk", flat=True)[::-1]
    decisions = {
        line.pk: ("approved", "") if line.name == "phone" else ("rejected", "Not shown.")
        for line in request.lines.all()
    }
    assert {phone, place} == set(decisions)
    profile_updates.decide(
        request=request,
        decisions=decisions,
        seen_fingerprint=profile_updates.fingerprint(request.lines.all()),
        by=cast.sam,
    )
    page = text(ann.get(reverse("update_detail", args=[request.number])))
    assert "Partly approved" in page
    assert "Not shown." in page
    assert "Decided by Sam, Pengelola Anggrek" in page
    assert "Solo" not in page
    assert "Cancel this request" not in page


def test_detail_cancels_while_waiting_and_only_then(cast, ann):
    request = waiting(cast)
    address = reverse("update_detail", args=[request.number])
    assert "Your request is cancelled." in text(ann.post(address, follow=True))
    assert "already answered" in text(ann.post(address, follow=True))


def test_detail_of_someone_else_is_not_here_and_the_try_is_recorded(cast, sign_in):
    request = waiting(cast)
    bob = sign_in(cast.bob)
    for method in (bob.get, bob.post):
        assert method(reverse("update_detail", args=[request.number])).status_code == 404
    request.refresh_from_db()
    assert request.is_waiting
    assert AccessRecord.objects.filter(subject=cast.ann_entry.subject, allowed=False).count() == 2
    assert bob.get(reverse("update_detail", args=["PD-2026-9999"])).status_code == 404


def test_the_whole_number_asks_for_a_fresh_sign_in(cast, sign_in, settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    answer = sign_in(cast.ann).post("/my-data/")
    assert answer.url.startswith("/accounts/reauthenticate/")
    assert not AccessRecord.objects.filter(action="revealed").exists()
