"""The register in the admin: scope, masks, records, and what staff may not do."""

import io
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import get_language
from PIL import Image

from privacy import declarations
from privacy.forms.reveal import READY
from privacy.models import AccessRecord, ConsentStatus
from privacy.models.access import AccessReason, Action
from privacy.rights import erasures
from tenants.models import Tenant
from tests import factories as f

LIST = "admin:tenants_tenant_changelist"
ADD = "admin:tenants_tenant_add"
CHANGE = "admin:tenants_tenant_change"
FIND = "admin:tenants_tenant_find"
REVEAL = "admin:tenants_tenant_reveal"


@pytest.fixture(autouse=True)
def _files(tmp_path, settings):
    settings.PRIVATE_FILES_DIR = tmp_path / "private"


@pytest.fixture
def sam(cast, sign_in):
    return sign_in(cast.sam)


@pytest.fixture
def unit(cast):
    return cast.ann_entry.occupancies.get().unit


def page(client, name, *args, **query):
    return client.get(reverse(name, args=args), query).content.decode()


def form_data(entry=None, unit=None, role="owner", **changed):
    """What the browser sends: the whole form, with one row of where the person lives."""
    data = {"name": "Cici Lestari", "occupancies-TOTAL_FORMS": "1", "occupancies-INITIAL_FORMS": "0"}
    data |= {"occupancies-0-unit": unit.pk if unit else "", "occupancies-0-role": role}
    if entry is not None:
        home = entry.occupancies.get()
        data |= {
            "name": entry.name, "identity_kind": entry.identity_kind, "gender": entry.gender, "phone": str(entry.phone),
            "email": entry.email, "address": entry.address, "birth_date_day": entry.birth_date.day,
            "birth_date_month": entry.birth_date.month, "birth_date_year": entry.birth_date.year,
            "birth_place": entry.birth_place, "nationality": str(entry.nationality), "other": entry.other,
            "seen_at": entry.changed_at.isoformat(), "occupancies-INITIAL_FORMS": "1", "occupancies-0-id": home.pk,
            "occupancies-0-tenant": entry.pk, "occupancies-0-unit": home.unit_id, "occupancies-0-role": home.role,
            "occupancies-0-moved_in_on": home.moved_in_on.isoformat(),
        }  # fmt: skip
    return data | changed


# The list


def test_list_shows_own_entries_masked_and_records_nothing(cast, sam):
    html = page(sam, LIST)
    for shown in ("Ann Wijaya", "A-12-03", "+62 812-••••-••90", "•••• •••• •••• 0001"):
        assert shown in html
    for hidden in ("Bob Santoso", "3172055504900001", "+6281234567890", "3456-7890"):
        assert hidden not in html
    assert not AccessRecord.objects.exists()


def test_list_tells_who_has_agreed_to_the_version_in_force(cast, sam):
    assert "Not current" not in page(sam, LIST)
    version = f.VersionFactory(in_force_from=timezone.now() - timedelta(days=1))
    ConsentStatus.objects.create(user=cast.sam, document=version.document, number=version.number)
    assert "Not current" in page(sam, LIST)
    ConsentStatus.objects.create(user=cast.ann, document=version.document, number=version.number)
    assert "Not current" not in page(sam, LIST)


def test_list_asks_the_same_number_of_queries_with_many_rows(cast, sam):
    def fill(count):
        for entry in f.TenantFactory.create_batch(count, management=cast.anggrek, identity_kind="sim"):
            entry.subject.holder = f.UserFactory()
            entry.subject.save()
            f.OccupancyFactory(tenant=entry)

    def count():
        with CaptureQueriesContext(connection) as queries:
            page(sam, LIST)
        return len(queries)

    fill(3)
    few = count()
    fill(10)
    assert count() == few


def test_an_entry_of_which_little_is_known_opens_and_is_completed(cast, sam, unit):
    entry = f.TenantFactory(
        management=cast.anggrek, phone="", email="", address="", identity_number="", birth_date=None
    )
    f.OccupancyFactory(tenant=entry, unit=unit)
    address = reverse(CHANGE, args=[entry.pk])
    shown = sam.get(address)
    assert shown.status_code == 200
    assert 'name="phone_removed"' not in shown.content.decode()
    form = shown.context["adminform"].form
    sent = {
        name: form.initial.get(name) or "" for name in ("name", "seen_at", "identity_kind", "gender", "nationality")
    }
    sam.post(address, form_data(unit=unit) | sent | {"phone": "0812 3456 7890", "occupancies-TOTAL_FORMS": "0"})
    entry.refresh_from_db()
    assert str(entry.phone) == "+6281234567890"


def test_a_head_opens_a_record_like_a_get(cast, sam):
    """The length of its answer tells of the values."""
    sam.head(reverse(CHANGE, args=[cast.ann_entry.pk]))
    assert AccessRecord.objects.get().action == Action.VIEWED


def test_opening_records_what_the_page_shows_and_not_what_it_masks(cast, sam):
    page(sam, CHANGE, cast.ann_entry.pk)
    fields = AccessRecord.objects.get(action=Action.VIEWED).fields
    assert {"tenants.tenant.email", "tenants.tenant.address"} <= set(fields)
    assert not {
        "tenants.tenant.phone",
        "tenants.tenant.identity_number",
        "tenants.tenant.identity_index",
        "tenants.tenant.identity_scan",
        "tenants.tenant.photo",
    } & set(fields)


def test_search_finds_names_and_units_without_a_record(cast, sam):
    for words, found in (("wija", True), ("A-12", True), ("santoso", False)):
        answer = sam.post(reverse(LIST), {"q": words}, follow=True)
        assert ("Ann Wijaya" in answer.content.decode()) == found
    assert not AccessRecord.objects.exists()


@pytest.mark.parametrize("number", ["3172 0555 0490 0001", "3172055504900001", "x-1234567"])
def test_search_leads_a_number_to_its_own_page_and_keeps_it_nowhere(cast, sam, number):
    assert sam.post(reverse(LIST), {"q": number}).url == reverse(LIST)
    answer = sam.get(reverse(LIST), {"q": number, "claimed": "yes"})
    assert answer.url == f"{reverse(LIST)}?claimed=yes"
    html = sam.get(answer.url).content.decode()
    assert "not searched by identity number" in html
    assert f'<a href="{reverse(FIND)}">Find by identity number</a>' in html
    assert number not in html
    assert not AccessRecord.objects.exists()


def test_find_is_exact_and_recorded_on_the_hits(cast, sam):
    html = sam.post(reverse(FIND), {"number": "3172 0555 0490 0001"}).content.decode()
    assert f'<a href="{reverse(CHANGE, args=[cast.ann_entry.pk])}">Ann Wijaya · A-12-03</a>' in html
    assert "3172 0555 0490 0001" not in html
    record = AccessRecord.objects.get()
    assert (record.subject, record.action) == (cast.ann_entry.subject, Action.SEARCHED)
    assert record.fields == ["tenants.tenant.identity_number"]
    for number in ("3172 0555 0490", cast.bob_entry.identity_number):
        html = sam.post(reverse(FIND), {"number": number}).content.decode()
        assert "No entry of your register has this identity number." in html
    assert AccessRecord.objects.count() == 1


def test_find_asks_for_a_number_and_speaks_both_languages(cast, sam):
    assert "Enter the whole identity number." in sam.post(reverse(FIND), {"number": ""}).content.decode()
    assert "3172 0555" not in sam.post(reverse(FIND), {"number": "3172 0555 " * 9}).content.decode()
    cast.sam.language = "id"
    cast.sam.save()
    assert "Cari menurut nomor identitas" in page(sam, FIND)


def test_find_takes_no_number_from_the_address(cast, sam):
    assert "Ann Wijaya" not in page(sam, FIND, number=cast.ann_entry.identity_number)
    assert not AccessRecord.objects.exists()


def test_find_records_the_operators_search_as_oversight(cast, sign_in):
    sign_in(cast.olga).post(reverse(FIND), {"number": cast.ann_entry.identity_number})
    assert AccessRecord.objects.get().why == AccessReason.OVERSIGHT


def test_filters_offer_own_buildings_and_find_what_is_missing(cast, sam, unit):
    patchy = f.TenantFactory(management=cast.anggrek, name="Patchy")
    f.OccupancyFactory(tenant=patchy, unit=unit)
    html = page(sam, LIST)
    assert unit.building.name in html
    assert cast.bob_entry.occupancies.get().unit.building.name not in html
    assert "Ann Wijaya" not in page(sam, LIST, missing="identity_number")
    assert "Patchy" in page(sam, LIST, missing="birth_date")
    assert "Patchy" in page(sam, LIST, missing="phone")
    assert "Ann Wijaya" not in page(sam, LIST, claimed="no")
    assert "Patchy" not in page(sam, LIST, claimed="yes")
    assert "Patchy" in page(sam, LIST, building=unit.building_id)
    foreign = cast.bob_entry.occupancies.get().unit.building_id
    assert "Bob" not in page(sam, LIST, building=foreign)
    assert "Patchy" in page(sam, LIST, missing="password", claimed="maybe")


# Opening


def test_opening_is_recorded_and_says_so(cast, sam):
    html = page(sam, CHANGE, cast.ann_entry.pk)
    assert "Opening this record is recorded" in html
    record = AccessRecord.objects.get()
    assert (record.subject, record.actor.holder, record.action) == (cast.ann_entry.subject, cast.sam, Action.VIEWED)
    assert "3172055504900001" not in html.replace(" ", "")


def test_opening_shows_what_is_missing(cast, sam):
    html = page(sam, CHANGE, cast.ann_entry.pk)
    assert "Missing in this entry" in html
    assert "Identity scan, photo" in html


@pytest.mark.parametrize("name", [CHANGE, REVEAL, "admin:tenants_tenant_history"])
def test_an_entry_of_another_management_is_not_here_and_the_try_is_recorded(cast, sam, name):
    assert sam.get(reverse(name, args=[cast.bob_entry.pk])).status_code == 404
    record = AccessRecord.objects.get()
    assert (record.subject, record.allowed) == (cast.bob_entry.subject, False)
    assert sam.get(reverse(name, args=[0])).status_code == 404


def test_an_entry_of_another_management_cannot_be_changed(cast, sam):
    response = sam.post(reverse(CHANGE, args=[cast.bob_entry.pk]), form_data(cast.bob_entry, name="Eve"))
    assert response.status_code == 404
    cast.bob_entry.refresh_from_db()
    assert cast.bob_entry.name == "Bob Santoso"


def test_nobody_is_deleted_by_hand(cast, sam):
    assert sam.get(reverse("admin:tenants_tenant_delete", args=[cast.ann_entry.pk])).status_code == 403


def test_the_operator_sees_masked_and_changes_nothing(cast, sign_in):
    for user in (cast.olga, cast.otto):
        client = sign_in(user)
        html = page(client, CHANGE, cast.ann_entry.pk)
        assert "•••• 0001" in html
        assert "3172055504900001" not in html
        assert 'name="name"' not in html
        assert client.post(reverse(CHANGE, args=[cast.ann_entry.pk]), form_data(cast.ann_entry)).status_code == 403
        assert client.get(reverse(ADD)).status_code == 403
        assert client.get(reverse(REVEAL, args=[cast.ann_entry.pk])).status_code == 404


def test_staff_without_the_right_see_nothing(cast, sign_in):
    assert sign_in(cast.ann).get(reverse(LIST)).status_code == 302
    assert sign_in(cast.vera).get(reverse(LIST)).status_code == 302


# Correcting


def test_change_saves_records_and_tells_the_tenant(cast, sam):
    data = form_data(cast.ann_entry, phone="0812 3456 7891")
    response = sam.post(reverse(CHANGE, args=[cast.ann_entry.pk]), data)
    assert response.status_code == 302, response.context["adminform"].form.errors
    cast.ann_entry.refresh_from_db()
    assert cast.ann_entry.phone == "+6281234567891"
    assert cast.ann_entry.identity_number == "3172055504900001"
    assert AccessRecord.objects.get(action=Action.CHANGED).fields == ["tenants.tenant.phone"]
    assert [letter.subject for letter in mail.outbox] == ["Staff updated your data"]
    entry = LogEntry.objects.get()
    assert not any(value in entry.object_repr + entry.change_message for value in ("Ann", "7891"))


def test_change_of_the_identity_number_and_scan(cast, sam):
    written = io.BytesIO()
    Image.new("RGB", (9, 9)).save(written, "PNG")
    scan = SimpleUploadedFile("scan.png", written.getvalue())
    data = form_data(cast.ann_entry, identity_number="3172 0555 0490 0009", identity_scan=scan)
    sam.post(reverse(CHANGE, args=[cast.ann_entry.pk]), data)
    found = Tenant.objects.with_identity("ktp", "3172055504900009").get()
    assert found == cast.ann_entry
    assert found.identity_scan.name.endswith(".jpg")


def test_change_refuses_bad_values_and_keeps_them(cast, sam):
    data = form_data(cast.ann_entry, phone="0812", birth_date_month="13")
    response = sam.post(reverse(CHANGE, args=[cast.ann_entry.pk]), data)
    html = response.content.decode()
    assert "Write the number with its country code" in html
    assert 'value="0812"' in html
    assert "Write a real date" in html
    cast.ann_entry.refresh_from_db()
    assert cast.ann_entry.phone == "+6281234567890"


def test_change_notices_a_change_by_a_colleague(cast, sam):
    stale = form_data(cast.ann_entry, birth_place="Solo")
    Tenant.objects.get(pk=cast.ann_entry.pk).save()
    response = sam.post(reverse(CHANGE, args=[cast.ann_entry.pk]), stale)
    assert "This record changed while you were working." in response.content.decode()
    fresh = stale | {"seen_at": response.context["adminform"].form["seen_at"].value()}
    assert sam.post(reverse(CHANGE, args=[cast.ann_entry.pk]), fresh).status_code == 302


def test_change_refuses_an_identity_number_of_another_entry_of_this_register_only(cast, sam):
    f.TenantFactory(management=cast.anggrek, identity_kind="ktp", identity_number="3172055504900009")
    f.TenantFactory(management=cast.bougenvil, identity_kind="ktp", identity_number="3172055504900008")
    taken = form_data(cast.ann_entry, identity_number="3172055504900009")
    response = sam.post(reverse(CHANGE, args=[cast.ann_entry.pk]), taken)
    assert "Another entry of this register has this identity number." in response.content.decode()
    free = form_data(cast.ann_entry, identity_number="3172055504900008")
    assert sam.post(reverse(CHANGE, args=[cast.ann_entry.pk]), free).status_code == 302


def test_change_of_where_the_person_lives_is_told_too(cast, sam):
    data = form_data(cast.ann_entry, **{"occupancies-0-role": "renter"})
    sam.post(reverse(CHANGE, args=[cast.ann_entry.pk]), data)
    assert cast.ann_entry.occupancies.get().role == "renter"
    assert "tenants.occupancy.role" in AccessRecord.objects.get(action=Action.CHANGED).fields
    assert len(mail.outbox) == 1


def test_change_to_a_unit_of_another_management_is_refused(cast, sam):
    foreign = cast.bob_entry.occupancies.get().unit
    data = form_data(cast.ann_entry, **{"occupancies-0-unit": foreign.pk})
    assert sam.post(reverse(CHANGE, args=[cast.ann_entry.pk]), data).status_code == 200
    assert cast.ann_entry.occupancies.get().unit != foreign


def test_ones_own_entry_is_read_only(cast, sam, unit):
    entry = f.TenantFactory(management=cast.anggrek, subject__holder=cast.sam, name="Sam")
    f.OccupancyFactory(tenant=entry, unit=unit)
    html = page(sam, CHANGE, entry.pk)
    assert "This is your own record." in html
    assert 'name="name"' not in html
    data = {"name": "Samuel", "occupancies-TOTAL_FORMS": "0", "occupancies-INITIAL_FORMS": "0"}
    assert sam.post(reverse(CHANGE, args=[entry.pk]), data).status_code == 403


# Entering


def test_add_needs_a_name_and_a_unit_and_takes_the_management_from_it(cast, sam, unit):
    response = sam.post(
        reverse(ADD), form_data(unit=unit, management=cast.bougenvil.pk, subject=cast.bob_entry.subject_id)
    )
    assert response.status_code == 302
    entry = Tenant.objects.get(name="Cici Lestari")
    assert entry.management == cast.anggrek
    assert entry.subject.holder is None
    assert entry.occupancies.get().unit == unit
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Enter the name."),
        ({"occupancies-0-unit": ""}, "Choose a unit: an entry needs a name and a unit."),
        ({"occupancies-TOTAL_FORMS": "0"}, "Choose a unit: an entry needs a name and a unit."),
        ({"identity_number": "3172055504900009"}, "Choose the identity kind"),
        ({"identity_kind": "ktp", "identity_number": "3172055504900001"}, "Another entry of this register"),
        (
            {"occupancies-0-moved_out_on": "2019-01-01", "occupancies-0-moved_in_on": "2020-01-01"},
            "Choose a moving-out date",
        ),
    ],
)
def test_add_says_what_to_do_and_saves_nothing_half(cast, sam, unit, changed, sentence):
    response = sam.post(reverse(ADD), form_data(unit=unit) | changed)
    assert sentence in response.content.decode()
    assert Tenant.objects.count() == 2


def test_add_with_a_unit_of_another_management_is_refused(cast, sam):
    foreign = cast.bob_entry.occupancies.get().unit
    assert sam.post(reverse(ADD), form_data(unit=foreign)).status_code == 200
    assert Tenant.objects.count() == 2


def test_add_with_units_of_two_own_managements_is_refused(cast, sam, unit):
    f.MembershipFactory(user=cast.sam, party=cast.bougenvil)
    data = form_data(unit=unit) | {"occupancies-TOTAL_FORMS": "2", "occupancies-1-role": "owner"}
    data["occupancies-1-unit"] = cast.bob_entry.occupancies.get().unit.pk
    html = sam.post(reverse(ADD), data).content.decode()
    assert "Choose units of one building management" in html


def test_a_refusal_of_the_verb_is_shown_as_its_sentence(cast, sam, unit, monkeypatch):
    monkeypatch.setattr("tenants.forms.register.OccupancyFormSet.clean", lambda formset: None)
    twin = form_data(unit=unit, identity_kind="ktp", identity_number="3172055504900001")
    response = sam.post(reverse(ADD), twin, follow=True)
    assert "Another entry of this register has this identity number." in response.content.decode()
    assert Tenant.objects.count() == 2


# Revealing


NUMBER, PHONE = "3172 0555 0490 0001", "+62 812-3456-7890"
MASKS = ("•••• •••• •••• 0001", "+62 812-••••-••90")
ARTICLE = "unlawful disclosure of personal data is a crime (Article 67 of UU PDP)."


def test_detail_and_history_mask_the_phone_too(cast, sam):
    for name in (CHANGE, "admin:tenants_tenant_history"):
        html = page(sam, name, cast.ann_entry.pk)
        assert "3456" not in html
    assert all(mask in page(sam, CHANGE, cast.ann_entry.pk) for mask in MASKS)


def test_reveal_asks_a_reason_records_it_and_shows_what_was_chosen_once(cast, sam):
    address = reverse(REVEAL, args=[cast.ann_entry.pk])
    html = sam.get(address, {"fields_shown": "phone", "ready": "card"}).content.decode()
    assert ARTICLE in html
    assert all(mask in html for mask in MASKS)
    assert NUMBER not in html
    assert PHONE not in html
    assert not AccessRecord.objects.exists()
    answer = sam.post(address, {"fields_shown": ["identity_number"], "ready": "card", "reason": "At the desk"})
    html = answer.content.decode()
    assert NUMBER in html
    assert PHONE not in html
    assert ARTICLE in html
    assert "no-store" in answer.headers["Cache-Control"]
    record = AccessRecord.objects.get()
    assert (record.action, record.why) == (Action.REVEALED, AccessReason.RECORD)
    assert record.reference == "Comparing with the original card. At the desk"
    assert record.fields == ["tenants.tenant.identity_number"]


def test_reveal_lasts_for_that_page_only(cast, sam):
    address = reverse(REVEAL, args=[cast.ann_entry.pk])
    html = sam.post(address, {"fields_shown": ["phone", "identity_number"], "reason": "x"}).content.decode()
    assert NUMBER in html
    assert PHONE in html
    assert AccessRecord.objects.get().fields == ["tenants.tenant.phone", "tenants.tenant.identity_number"]
    following = [page(sam, REVEAL, cast.ann_entry.pk), page(sam, CHANGE, cast.ann_entry.pk), page(sam, LIST)]
    kept = [str(dict(sam.session)), str(sam.cookies), *LogEntry.objects.values_list("change_message", flat=True)]
    for text in following + kept:
        assert NUMBER not in text
        assert "3456" not in text


def test_reveal_keeps_a_ready_reason_in_the_language_of_the_tenant(cast, sam, monkeypatch):
    monkeypatch.setitem(READY, "card", lazy(lambda: f"Said in {get_language()}.", str)())
    cast.ann.language = "id"
    cast.ann.save()
    sam.post(reverse(REVEAL, args=[cast.ann_entry.pk]), {"fields_shown": ["phone"], "ready": "card"})
    assert AccessRecord.objects.get().reference == "Said in id."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"fields_shown": ["phone"], "reason": "  "}, "Write the reason; the tenant reads it."),
        ({"fields_shown": ["phone"], "reason": "x" * 190, "ready": "card"}, "Write a shorter reason"),
        ({"fields_shown": ["phone"], "reason": "x" * 201}, "at most 200 characters"),
        ({"reason": "x"}, "Choose what you need to see."),
        ({"fields_shown": ["address"], "reason": "x"}, "Choose each kind of data once, from the list."),
    ],
)
def test_reveal_without_a_reason_or_a_choice_shows_nothing(cast, sam, data, sentence):
    html = sam.post(reverse(REVEAL, args=[cast.ann_entry.pk]), data).content.decode()
    assert sentence in html
    assert NUMBER not in html
    assert PHONE not in html
    assert not AccessRecord.objects.exists()


def test_reveal_of_the_only_masked_value_asks_no_choice(cast, sam):
    entry = f.TenantFactory(management=cast.anggrek, phone="+6281234567890")
    html = page(sam, REVEAL, entry.pk)
    assert "Show in full" not in html
    assert PHONE in sam.post(reverse(REVEAL, args=[entry.pk]), {"reason": "x"}).content.decode()


@pytest.mark.parametrize("field", declarations.of(Tenant).personal)
def test_a_personal_value_is_not_found_by_guessing_in_the_address(cast, sam, field):
    for lookup in (field, f"{field}__exact", f"{field}__isnull"):
        response = sam.get(reverse(LIST), {lookup: "1990-04-15"})
        assert response.status_code == 400, lookup


@pytest.mark.parametrize("typed", ["", "   "])
def test_an_untouched_box_keeps_the_phone_that_is_there(cast, sam, typed):
    data = form_data(cast.ann_entry, phone=typed, birth_place="Solo")
    assert sam.post(reverse(CHANGE, args=[cast.ann_entry.pk]), data).status_code == 302
    cast.ann_entry.refresh_from_db()
    assert (cast.ann_entry.phone, cast.ann_entry.birth_place) == ("+6281234567890", "Solo")
    assert AccessRecord.objects.get(action=Action.CHANGED).fields == ["tenants.tenant.birth_place"]


def test_a_mask_is_never_stored_as_a_phone_number(cast, sam):
    data = form_data(cast.ann_entry, phone="+62 812-••••-••90")
    html = sam.post(reverse(CHANGE, args=[cast.ann_entry.pk]), data).content.decode()
    assert "Write the number with its country code" in html
    cast.ann_entry.refresh_from_db()
    assert cast.ann_entry.phone == "+6281234567890"


def test_a_phone_number_is_removed_only_when_asked_for(cast, sam):
    both = form_data(cast.ann_entry, phone="0812 3456 7891", phone_removed="on")
    html = sam.post(reverse(CHANGE, args=[cast.ann_entry.pk]), both).content.decode()
    assert "Enter a new number or remove the old one, not both." in html
    data = form_data(cast.ann_entry, phone="", phone_removed="on")
    assert sam.post(reverse(CHANGE, args=[cast.ann_entry.pk]), data).status_code == 302
    cast.ann_entry.refresh_from_db()
    assert cast.ann_entry.phone == ""


def test_reveal_needs_the_permission_and_a_number(cast, sam, unit):
    empty = f.TenantFactory(management=cast.anggrek)
    assert sam.get(reverse(REVEAL, args=[empty.pk])).status_code == 404
    for group in cast.sam.groups.all():
        group.permissions.filter(codename="reveal_tenant").delete()
    answer = sam.post(reverse(REVEAL, args=[cast.ann_entry.pk]), {"fields_shown": ["phone"], "reason": "x"})
    assert answer.status_code == 404
    assert not AccessRecord.objects.filter(action=Action.REVEALED).exists()


# Choices


def test_autocomplete_offers_own_units_with_their_building(cast, sam, unit):
    query = {"app_label": "tenants", "model_name": "occupancy", "field_name": "unit", "term": "-"}
    found = sam.post(reverse("admin:autocomplete"), query).json()["results"]
    assert found == [{"id": str(unit.pk), "text": f"{unit.number} · {unit.building.name}"}]


def test_autocomplete_calls_people_by_name_and_unit(cast, sam):
    query = {"app_label": "tenants", "model_name": "invitation", "field_name": "tenant", "term": "ann"}
    found = sam.post(reverse("admin:autocomplete"), query).json()["results"]
    assert found == [{"id": str(cast.ann_entry.pk), "text": "Ann Wijaya · A-12-03"}]


def test_the_same_unit_twice_is_said(cast, sam, unit):
    twice = {"occupancies-TOTAL_FORMS": "2", "occupancies-1-unit": unit.pk, "occupancies-1-role": "renter"}
    response = sam.post(reverse("admin:tenants_tenant_add"), form_data(unit=unit) | twice)
    assert "This unit stands there twice. Keep one row of it." in response.content.decode()
    assert not Tenant.objects.filter(name="Cici Lestari").exists()


def test_an_erased_entry_is_nobodys_to_look_after(cast, sign_in):
    erasures.order(subject=cast.ann_entry.subject, why="right")
    for user in (cast.sam, cast.otto):
        client = sign_in(user)
        address = f"/admin/tenants/tenant/{cast.ann_entry.pk}/change/"
        assert address not in client.get("/admin/tenants/tenant/").content.decode()
        assert client.get(address).status_code == 404
