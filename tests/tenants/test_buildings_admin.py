"""Companies and places in the admin: each management its own."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from privacy import parties
from privacy.models.parties import MembershipRole, PartyKind
from tenants.models import Building, BuildingManagement, Unit, Vendor
from tests import factories as f


@pytest.fixture
def sam(cast, sign_in):
    return sign_in(cast.sam)


@pytest.fixture
def own(cast):
    return cast.ann_entry.occupancies.get().unit


@pytest.fixture
def foreign(cast):
    return cast.bob_entry.occupancies.get().unit


def address(model, page, *args):
    return reverse(f"admin:tenants_{model}_{page}", args=args)


def test_lists_show_own_buildings_and_units_only(sam, own, foreign):
    buildings = sam.get(address("building", "changelist")).content.decode()
    units = sam.get(address("unit", "changelist")).content.decode()
    assert own.building.name in buildings
    assert foreign.building.name not in buildings
    assert f">{own.number}<" in units
    assert f">{foreign.number}<" not in units


def test_lists_ask_the_same_number_of_queries_with_many_rows(cast, sam):
    def count():
        total = 0
        for model in ("building", "unit"):
            with CaptureQueriesContext(connection) as queries:
                sam.get(address(model, "changelist"))
            total += len(queries)
        return total

    f.UnitFactory.create_batch(3, building__management=cast.anggrek)
    few = count()
    f.UnitFactory.create_batch(10, building__management=cast.anggrek)
    assert count() == few


@pytest.mark.parametrize("model", ["building", "unit"])
def test_foreign_and_unknown_places_are_not_here(sam, foreign, model):
    pk = foreign.pk if model == "unit" else foreign.building_id
    assert sam.get(address(model, "change", pk)).status_code == 404
    assert sam.post(address(model, "change", pk), {"number": "X", "name": "X"}).status_code == 404
    assert sam.get(address(model, "change", 0)).status_code == 404


def test_add_offers_own_buildings_only(cast, sam, own, foreign):
    field = sam.get(address("unit", "add")).context["adminform"].form.fields["building"]
    assert list(field.queryset) == [own.building]
    assert field.initial == own.building
    assert sam.post(address("unit", "add"), {"building": foreign.building_id, "number": "X-1"}).status_code == 200
    assert not Unit.objects.filter(number="X-1").exists()
    assert sam.post(address("unit", "add"), {"building": own.building_id, "number": "X-1"}).status_code == 302


def test_add_a_building_to_the_own_management_only(cast, sam):
    data = {"name": "Menara Baru", "management": cast.bougenvil.pk}
    assert sam.post(address("building", "add"), data).status_code == 200
    assert sam.post(address("building", "add"), data | {"management": cast.anggrek.pk}).status_code == 302
    assert Building.objects.get(name="Menara Baru").management == cast.anggrek


def test_a_number_is_used_once_a_building_and_a_name_once_a_management(cast, sam, own, foreign):
    html = sam.post(address("unit", "add"), {"building": own.building_id, "number": own.number}).content.decode()
    assert "This building already has a unit with this number." in html
    data = {"management": cast.anggrek.pk, "name": own.building.name}
    assert "already has a building with this name" in sam.post(address("building", "add"), data).content.decode()
    same_elsewhere = data | {"name": foreign.building.name}
    assert sam.post(address("building", "add"), same_elsewhere).status_code == 302


def test_a_place_stays_where_it_is(cast, sam, own):
    other = f.BuildingFactory(management=cast.anggrek)
    sam.post(address("unit", "change", own.pk), {"building": other.pk, "number": own.number, "floor": "9"})
    f.MembershipFactory(user=cast.sam, party=cast.bougenvil)
    sam.post(address("building", "change", own.building_id), {"management": cast.bougenvil.pk, "name": "Menara Lain"})
    own.refresh_from_db()
    assert (own.floor, own.building.name, own.building.management_id) == ("9", "Menara Lain", cast.anggrek.pk)
    assert own.building_id != other.pk


def test_nothing_is_deleted_by_hand(sam, own):
    assert sam.get(address("unit", "delete", own.pk)).status_code == 403


def test_staff_see_their_own_management_and_the_directory_of_vendors(cast, sam):
    f.VendorFactory(name="PT Lain")
    html = sam.get(address("buildingmanagement", "changelist")).content.decode()
    assert "Pengelola Bougenvil" not in html.split("<table", 1)[1]
    assert "PT Lain" in sam.get(address("vendor", "changelist")).content.decode()
    assert sam.get(address("vendor", "add")).status_code == 403
    assert sam.get(address("buildingmanagement", "change", cast.bougenvil.pk)).status_code == 404


def test_the_operator_registers_companies_of_the_right_kind(cast, sign_in):
    client = sign_in(cast.otto)
    data = {"name": "PT Baru", "kind": "operator"}
    assert client.post(address("vendor", "add"), data).status_code == 302
    assert Vendor.objects.get(name="PT Baru").kind == PartyKind.VENDOR
    assert client.post(address("buildingmanagement", "add"), data | {"name": "Pengelola Baru"}).status_code == 302
    assert BuildingManagement.objects.get(name="Pengelola Baru").kind == PartyKind.MANAGEMENT


def test_the_head_keeps_the_office_hours_in_both_languages(cast, sam):
    data = {"name": cast.anggrek.name, "office_hours_id": "Senin–Jumat", "office_hours_en": "Monday–Friday"}
    response = sam.post(address("buildingmanagement", "change", cast.anggrek.pk), data)
    assert response.status_code == 302, response.context["adminform"].form.errors
    cast.anggrek.refresh_from_db()
    assert cast.anggrek.office_hours_en == "Monday–Friday"


def test_a_head_elsewhere_changes_no_company_where_she_is_an_officer(cast, sign_in):
    parties.appoint(user=cast.sam, party=cast.bougenvil, role=MembershipRole.OFFICER, by=cast.otto)
    page = reverse("admin:tenants_buildingmanagement_change", args=[cast.bougenvil.pk])
    assert sign_in(cast.sam).post(page, {"name": "Taken over"}).status_code == 403
    cast.bougenvil.refresh_from_db()
    assert cast.bougenvil.name != "Taken over"


@pytest.mark.parametrize(("name", "field"), [("unit", "number"), ("building", "name")])
def test_changing_to_what_is_taken_is_said(cast, sign_in, name, field):
    mine = cast.ann_entry.occupancies.get().unit
    first = mine if name == "unit" else mine.building
    other = f.UnitFactory(building=mine.building) if name == "unit" else f.BuildingFactory(management=cast.anggrek)
    page = reverse(f"admin:tenants_{name}_change", args=[other.pk])
    response = sign_in(cast.sam).post(page, {field: getattr(first, field)})
    assert response.status_code == 200
    assert response.context["adminform"].form.non_field_errors()
