"""A form of the admin that is sent twice adds one row, and a save that failed may be tried again."""

import re
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import IntegrityError
from django.urls import reverse

from privacy.models import SharingAgreement
from privacy.sharing import agreements
from tenants import register
from tenants.models import Building, Occupancy, Tenant, Unit
from tests import factories as f
from tests.privacy.sharing.test_agreements_admin import form as agreement

TWICE = "We already have this. You need not send it again."
ROWS = {"name": "Cici Lestari", "occupancies-TOTAL_FORMS": "1", "occupancies-INITIAL_FORMS": "0"}


@pytest.fixture
def sam(cast, sign_in):
    return sign_in(cast.sam)


@pytest.fixture
def entry(cast):
    unit = f.UnitFactory(building__management=cast.anggrek)
    return ROWS | {"occupancies-0-unit": unit.pk, "occupancies-0-role": "owner", "form_key": uuid4().hex}


def place(model, page="add"):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")


def send(client, model, data):
    return client.post(place(model), data, follow=True)


def key_of(response):
    return re.search(r'name="form_key" value="([0-9a-f]{32})"', response.content.decode())[1]


def new(cast, model):
    building = Building.objects.filter(management=cast.anggrek).first()
    return {
        Building: {
            "management": cast.anggrek.pk,
            "name": "Menara Baru",
            "address": "Jalan Contoh 2",
        },
        Unit: {"building": building.pk, "number": "Z-1", "floor": ""},
        SharingAgreement: agreement(cast),
    }[model]


def late(monkeypatch):
    """The first look comes before the other press is done."""
    real, first = cache.get, iter([None])

    def look(key, *rest):
        return next(first, real(key, *rest)) if key.startswith("once:") else real(key, *rest)

    monkeypatch.setattr(cache, "get", look)


@pytest.mark.parametrize("model", [Building, Unit, SharingAgreement])
def test_add_pressed_three_times_adds_one_row(cast, sam, model):
    before = model.objects.count()
    data = new(cast, model) | {"form_key": key_of(sam.get(place(model)))}
    assert TWICE not in send(sam, model, data).content.decode()
    for _press in range(2):
        answer = send(sam, model, data)
        assert answer.redirect_chain == [(place(model, "changelist"), 302)]
        assert TWICE in answer.content.decode()
    assert model.objects.count() == before + 1


def test_add_of_an_entry_without_a_number_pressed_twice_adds_one(sam, entry):
    for _press in range(2):
        send(sam, Tenant, entry)
    assert Tenant.objects.filter(name="Cici Lestari").count() == 1


def test_add_of_someone_else_after_going_back_is_not_twice(sam, entry):
    send(sam, Tenant, entry)
    assert TWICE not in send(sam, Tenant, entry | {"name": "Dewi Lestari"}).content.decode()
    assert Tenant.objects.filter(name__endswith="Lestari").count() == 2


def test_add_that_failed_may_be_sent_again(cast, sam, entry, monkeypatch):
    answer = send(sam, Tenant, entry | {"name": ""})
    assert key_of(answer) == entry["form_key"]
    with monkeypatch.context() as patch:
        patch.setattr(register.access, "record_access", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send(sam, Tenant, entry)
    assert TWICE not in send(sam, Tenant, entry).content.decode()
    assert Tenant.objects.filter(name="Cici Lestari").count() == 1


def test_add_pressed_twice_at_once_saves_the_first_only(sam, entry, monkeypatch):
    """The second looked before the first was done."""
    send(sam, Tenant, entry)
    monkeypatch.setattr(cache, "get", lambda *args, **kwargs: None)
    assert TWICE in send(sam, Tenant, entry).content.decode()
    assert Tenant.objects.filter(name="Cici Lestari").count() == 1
    assert Occupancy.objects.filter(tenant__name="Cici Lestari").count() == 1


def test_add_that_meets_the_name_of_the_first_press_says_so(cast, sam, monkeypatch):
    data = new(cast, Building) | {"form_key": uuid4().hex}
    send(sam, Building, data)
    late(monkeypatch)
    assert TWICE in send(sam, Building, data).content.decode()


def test_add_that_meets_what_the_first_press_saved_says_so(cast, sam, monkeypatch):
    data = new(cast, SharingAgreement) | {"form_key": uuid4().hex}
    send(sam, SharingAgreement, data)
    late(monkeypatch)

    def stand_in_the_way(**kwargs):
        raise IntegrityError

    monkeypatch.setattr(agreements, "save", stand_in_the_way)
    assert TWICE in send(sam, SharingAgreement, data).content.decode()
    with pytest.raises(IntegrityError):
        send(sam, SharingAgreement, data | {"form_key": uuid4().hex})
