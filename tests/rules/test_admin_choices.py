"""No choice that the admin offers or accepts belongs to another company."""

import re

import pytest
from django.forms import ModelChoiceField
from django.urls import reverse

from privacy.models import Party
from privacy.models.parties import PartyKind
from tenants.models import Occupancy, Tenant, Unit, Vendor
from tests.rules.sides import (
    PRIVATE,
    REGISTERED,
    SCOPED,
    SIDES,
    both_sides,
    foreign_row,
    foreign_words,
    inlines,
    own_row,
    place,
    request_of,
    text_of,
    visible,
)
from tests.rules.site import client_for

pytestmark = pytest.mark.django_db


# Autocomplete, choices and inlines


@both_sides
def test_autocomplete_offers_own_rows_only(world, who):
    client = client_for(world, who)
    owners = [*REGISTERED.items(), *((inline.model, inline) for inline in inlines(REGISTERED.values()))]
    asked = {(model, name) for model, owner in owners for name in owner.autocomplete_fields}
    assert asked
    for model, name in asked:
        remote = model._meta.get_field(name).related_model
        for term in ["", *foreign_words(world, who)[:5]]:
            query = {
                "app_label": model._meta.app_label,
                "model_name": model._meta.model_name,
                "field_name": name,
                "term": term,
            }
            response = client.post(reverse("admin:autocomplete"), query)
            if response.status_code == 403:
                continue
            offered = {item["id"] for item in response.json()["results"]}
            assert offered <= {str(pk) for pk in visible(world, who, remote)}, (
                f"{model.__name__}.{name} offers foreign rows for {term!r}."
            )
            assert not [word for word in foreign_words(world, who) if word in response.content.decode()]


def test_what_is_typed_to_choose_somebody_stands_in_no_address(world):
    """Autocomplete widgets send POST, and the view accepts nothing else."""
    client, found = client_for(world, "sam"), 0
    for model in REGISTERED:
        page = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add"))
        if page.status_code == 200:
            boxes = re.findall(r"<select[^>]*admin-autocomplete[^>]*>", page.content.decode())
            assert all('data-ajax--type="POST"' in box for box in boxes), model
            found += len(boxes)
    assert found > 5
    query = {"app_label": "tenants", "model_name": "occupancy", "field_name": "unit", "term": "A"}
    assert client.get(reverse("admin:autocomplete"), query).status_code == 405


def test_autocomplete_serves_registered_fields_only(world):
    query = {"app_label": "privacy", "model_name": "membership", "field_name": "user", "term": ""}
    assert client_for(world, "sam").post(reverse("admin:autocomplete"), query).status_code == 403


@both_sides
def test_choices_and_inlines_hold_own_rows_only(world, who):
    client = client_for(world, who)
    checked = 0
    for model in SCOPED:
        for page in (place(model, "add"), place(model, "change", own_row(world, who, model).pk)):
            response = client.get(page, follow=True)
            if response.status_code != 200 or "adminform" not in response.context:
                continue
            formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
            forms = [
                response.context["adminform"].form,
                *(form for formset in formsets for form in [*formset.forms, formset.empty_form]),
            ]
            choices = {
                name: field.queryset
                for form in forms
                for name, field in form.fields.items()
                if isinstance(field, ModelChoiceField) and name != "id"
            }
            for name, queryset in [*choices.items(), *((formset.prefix, formset.queryset) for formset in formsets)]:
                checked += 1
                check_visible(world, who, queryset, f"{page}: {name}")
    assert checked > 4


def check_visible(world, who, queryset, what):
    rows = set(queryset.values_list("pk", flat=True))
    if queryset.model is Party:
        rows -= set(Party.objects.filter(kind=PartyKind.VENDOR).values_list("pk", flat=True))
    if "Privacy" in vars(queryset.model) and queryset.model is not Vendor:
        assert rows <= visible(world, who, queryset.model), f"{what} offers foreign rows."


@both_sides
def test_a_posted_foreign_choice_is_refused(world, who):
    foreign = foreign_row(world, who, Unit)
    client = client_for(world, who)
    response = client.post(place(Unit, "add"), {"building": foreign.building_id, "number": "X-1", "floor": ""})
    assert response.context["adminform"].form.errors["building"]
    occupancy = {
        "occupancies-TOTAL_FORMS": 1,
        "occupancies-INITIAL_FORMS": 0,
        "occupancies-0-unit": foreign.pk,
        "occupancies-0-role": "owner",
    }
    count = Tenant.objects.count(), Occupancy.objects.count()
    assert client.post(place(Tenant, "add"), {"name": "Somebody", **occupancy}).context["errors"]
    assert (Tenant.objects.count(), Occupancy.objects.count()) == count


@both_sides
def test_a_posted_foreign_line_of_an_inline_is_left_alone(world, who):
    foreign, entry = foreign_row(world, who, Occupancy), own_row(world, who, Tenant)
    before = Occupancy.objects.filter(pk=foreign.pk).values().get()
    line = {"id": foreign.pk, "tenant": entry.pk, "unit": own_row(world, who, Unit).pk, "role": "household"}
    data = {"name": entry.name, "occupancies-TOTAL_FORMS": 1, "occupancies-INITIAL_FORMS": 1}
    client_for(world, who).post(
        place(Tenant, "change", entry.pk), data | {f"occupancies-0-{name}": value for name, value in line.items()}
    )
    assert Occupancy.objects.filter(pk=foreign.pk).values().get() == before


# Actions


@both_sides
def test_actions_leave_foreign_rows_alone(world, who):
    client, user = client_for(world, who), getattr(world, who)
    for model, model_admin in PRIVATE.items():
        foreign = foreign_row(world, who, model)
        before = model._base_manager.filter(pk=foreign.pk).values().get()
        for name in model_admin.get_actions(request_of(user)):
            response = client.post(
                place(model, "changelist"), {"action": name, "_selected_action": [foreign.pk], "index": 0}, follow=True
            )
            assert response.status_code in {200, 403}, name
            assert not [word for word in world.marks[SIDES[who][1]] if word in text_of(response)], name
        assert model._base_manager.filter(pk=foreign.pk).values().get() == before, model
