"""In the admin nobody meets another company's rows: on no surface, by no trick, and every try is written down.

The surfaces are those on which a leak was once seen: list, search, filters, detail, history, autocomplete, choices of
foreign keys, inlines, actions, export and import.
"""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models.fields.files import FieldFile
from django.forms import ModelChoiceField
from django.test import RequestFactory
from django.urls import reverse

from privacy import declarations
from privacy.admin.base import Scoped, TenantDataAdmin
from privacy.models import AccessRecord, Party, SharingGrant
from privacy.models.parties import PartyKind
from privacy.scope import Hat, ScopedQuerySet
from tenants.models import BuildingManagement, Occupancy, PendingImport, Tenant, Unit, Vendor
from tests.rules.site import client_for

pytestmark = pytest.mark.django_db
# Admins without a scope: their rows belong to no company, and only the operator's people may open them
OPERATOR_ONLY = {
    "accounts.User", "auth.Group", "django_tasks_database.DBTaskResult", "privacy.LegalDocument", "privacy.DocumentVersion", "privacy.Purpose",
}  # fmt: skip
REGISTERED = dict(sorted(admin.site._registry.items(), key=lambda item: item[0]._meta.label))
SCOPED = {model: model_admin for model, model_admin in REGISTERED.items() if model._meta.label not in OPERATOR_ONLY}
# Vendors are a directory: all staff choose from it whom to make an agreement with
PRIVATE = {model: model_admin for model, model_admin in SCOPED.items() if model is not Vendor}
SIDES = {"sam": ("anggrek", "bougenvil"), "rita": ("bougenvil", "anggrek")}
both_sides = pytest.mark.parametrize("who", SIDES)
each_admin = pytest.mark.parametrize(
    ("model", "model_admin"), REGISTERED.items(), ids=lambda value: getattr(value, "__name__", "")
)


def place(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def foreign_row(world, who, model):
    return world.rows[SIDES[who][1]][model]


def own_row(world, who, model):
    return world.rows[SIDES[who][0]][model]


def foreign_words(world, who):
    """What only the other company may read; its buildings and its own name are among them in the admin."""
    rows = world.rows[SIDES[who][1]]
    return [*world.marks[SIDES[who][1]], rows[BuildingManagement].name, rows[Unit].building.name]


def visible(world, who, model):
    return set(model._default_manager.visible_to(getattr(world, who), as_=Hat.STAFF).values_list("pk", flat=True))


def text_of(response):
    """What the page says, without what stands in its boxes (a search comes back there)."""
    return re.sub(r'value="[^"]*"', "", response.content.decode())


def request_of(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


class Everyone:
    pk, is_active, is_staff, is_superuser = 0, True, True, True

    def has_perm(self, *_args):
        return True


def request_of_everyone():
    request = request_of(Everyone())
    request._admin_hat = Hat.OPERATOR
    return request


def inlines():
    return [
        (model, inline)
        for model, model_admin in REGISTERED.items()
        for inline in model_admin.get_inline_instances(request_of_everyone())
    ]


# Which classes


@each_admin
def test_every_admin_is_scoped_or_for_the_operator_only(model, model_admin):
    listed = model._meta.label in OPERATOR_ONLY
    scoped = isinstance(model_admin, TenantDataAdmin)
    assert scoped != listed, (
        f"Base {type(model_admin).__name__} on TenantDataAdmin, or list {model._meta.label} as for the operator only."
    )
    assert not scoped or isinstance(model._default_manager.get_queryset(), ScopedQuerySet)
    assert not scoped or declarations.of(model)


def test_every_inline_of_scoped_rows_is_scoped():
    loose = [
        f"{type(inline).__name__} in {model.__name__}"
        for model, inline in inlines()
        if "Privacy" in vars(inline.model) and not isinstance(inline, Scoped)
    ]
    assert not loose, f"Base these inlines on TenantTabularInline: {loose}"


@each_admin
def test_no_admin_uses_a_hook_that_leaks(model, model_admin):
    assert not model_admin.raw_id_fields, "raw_id_fields shows the other company's row by its number."
    assert not model_admin.view_on_site or not hasattr(model, "get_absolute_url"), (
        "“View on site” goes round the scope."
    )
    across = [item for item in model_admin.list_filter if isinstance(item, str) and "__" in item]
    assert not across, f"{across}: a filter on text across a relation lists everybody's."
    assert "delete_selected" not in model_admin.get_actions(request_of_everyone()), (
        "Nothing is deleted in bulk by hand."
    )
    many = [
        field.name
        for field in model._meta.many_to_many
        if isinstance(field.related_model._default_manager.get_queryset(), ScopedQuerySet)
    ]
    assert not many, f"{many}: saving a many-to-many of scoped rows drops the ones that were not shown."


@both_sides
def test_staff_of_a_company_may_not_open_what_is_for_the_operator(world, who):
    client = client_for(world, who)
    for model in set(REGISTERED) - set(SCOPED):
        row = world.rows["anggrek"].get(model) or model._default_manager.first()
        for url in (place(model, "changelist"), place(model, "add"), place(model, "change", row.pk)):
            assert client.get(url).status_code == 403, url


# List, search, filters


@both_sides
def test_lists_and_filters_show_own_rows_only(world, who):
    client = client_for(world, who)
    for model, model_admin in SCOPED.items():
        response = client.get(
            place(model, "changelist") + ("?queue=all" if hasattr(model, "Status") else ""), follow=True
        )
        if response.status_code == 403:
            assert not model_admin.has_view_or_change_permission(request_of(getattr(world, who)))
            continue
        listed = set(response.context["cl"].queryset.values_list("pk", flat=True))
        assert own_row(world, who, model).pk in listed, (
            f"{model.__name__}: the own row is missing, so this test proves nothing."
        )
        if model in PRIVATE:
            assert listed <= visible(world, who, model), f"The list of {model.__name__} shows foreign rows."
            shown = [word for word in foreign_words(world, who) if word in text_of(response)]
            assert not shown, f"The list of {model.__name__}, or one of its filters, shows {shown}."


@both_sides
def test_no_query_finds_foreign_rows(world, who):
    client, words = client_for(world, who), world.marks[SIDES[who][1]]
    for model in PRIVATE:
        foreign = foreign_row(world, who, model)
        for query in (f"?q={words[0]}", f"?q={words[3]}", f"?id__exact={foreign.pk}", "?_to_field=id&_popup=1"):
            response = client.get(place(model, "changelist") + query, follow=True)
            if "cl" in (response.context or ()):
                found = set(response.context["cl"].queryset.values_list("pk", flat=True))
                assert found <= visible(world, who, model), f"{model.__name__}{query}"


@both_sides
def test_searching_a_foreign_identity_number_finds_nothing_and_records_nothing(world, who):
    """Or the search would tell who lives elsewhere."""
    foreign, before = foreign_row(world, who, Tenant), AccessRecord.objects.count()
    response = client_for(world, who).get(place(Tenant, "changelist"), {"q": foreign.identity_number})
    assert not response.context["cl"].queryset.exists()
    assert AccessRecord.objects.count() == before


# Detail, history, and whatever else has a row in its address


@both_sides
def test_a_foreign_row_is_404_and_the_try_is_recorded(world, who):
    client, user = client_for(world, who), getattr(world, who)
    refused = AccessRecord.objects.filter(allowed=False, hat=Hat.STAFF, actor__holder=user).order_by("-pk")
    for model, model_admin in PRIVATE.items():
        if not model_admin.has_view_or_change_permission(request_of(user)):
            continue
        foreign = foreign_row(world, who, model)
        for page in ("change", "history"):
            before = refused.count()
            assert client.get(place(model, page, foreign.pk)).status_code == 404, f"{page} of {model.__name__}"
            if declarations.of(model).subject:
                assert refused.count() > before, f"A refused try at {model.__name__} ({page}) leaves no trace."
        assert client.post(place(model, "change", foreign.pk), {}).status_code in {403, 404}, model
        assert client.post(place(model, "delete", foreign.pk), {"post": "yes"}).status_code in {403, 404}, model
        assert model._base_manager.filter(pk=foreign.pk).exists()


@both_sides
def test_an_unknown_row_answers_like_a_foreign_one(world, who):
    client = client_for(world, who)
    for model in PRIVATE:
        strange = (
            foreign_row(world, who, model).pk,
            987654,
            "00000000-0000-4000-8000-000000000000",
            "nonsense",
            "1' OR 1=1",
            10**30,
        )
        answers = {pk: client.get(place(model, "change", pk)).status_code for pk in strange}
        assert set(answers.values()) in ({403}, {404}), f"{model.__name__}: {answers}"


OWN_PAGES = {
    "tenants_claim_decide": "Claim",
    "tenants_tenant_reveal": "Tenant",
    "privacy_sharingrequest_cancel": "SharingRequest",
    "privacy_sharingagreement_step": "SharingAgreement",
    "privacy_update_accept": "ProfileUpdateRequest",
    "tenants_tenant_import_preview": "PendingImport",
    "tenants_tenant_import_errors": "PendingImport",
}


@both_sides
def test_pages_of_our_own_are_404_for_foreign_rows(world, who):
    client = client_for(world, who)
    rows = {model.__name__: row for model, row in world.rows[SIDES[who][1]].items()}
    for name, model in OWN_PAGES.items():
        words = ["suspend"] if name.endswith("_step") else []
        address = reverse(f"admin:{name}", args=[rows[model].pk, *words])
        assert client.get(address).status_code == 404, address
        answer = {"decision": "refuse", "reason": "x", "answer": "confirm"}
        assert client.post(address, answer).status_code in {404, 405}, address


# Autocomplete, choices and inlines


@both_sides
def test_autocomplete_offers_own_rows_only(world, who):
    client = client_for(world, who)
    owners = [*REGISTERED.items(), *((inline.model, inline) for _model, inline in inlines())]
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
            response = client.get(reverse("admin:autocomplete"), query)
            if response.status_code == 403:
                continue
            offered = {item["id"] for item in response.json()["results"]}
            assert offered <= {str(pk) for pk in visible(world, who, remote)}, (
                f"{model.__name__}.{name} offers foreign rows for {term!r}."
            )
            assert not [word for word in foreign_words(world, who) if word in response.content.decode()]


def test_autocomplete_serves_registered_fields_only(world):
    query = {"app_label": "privacy", "model_name": "membership", "field_name": "user", "term": ""}
    assert client_for(world, "sam").get(reverse("admin:autocomplete"), query).status_code == 403


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


# Export and import


@both_sides
def test_export_holds_own_rows_only_and_is_recorded(world, who):
    own, foreign = own_row(world, who, Tenant), foreign_row(world, who, Tenant)
    mine = set(Tenant.objects.filter(management=own.management_id).values_list("subject", flat=True))
    for kind in ("csv", "xlsx"):
        last = AccessRecord.objects.order_by("pk").last().pk
        data = {
            "names": ["name", "phone", "email"],
            "kind": kind,
            "reason": "Yearly report",
            "management": foreign.management_id,
        }
        content = client_for(world, who).post(place(Tenant, "export"), data).content
        assert kind == "xlsx" or own.name in content.decode()
        assert not [word for word in world.marks[SIDES[who][1]] if word.encode() in content]
        written = AccessRecord.objects.filter(pk__gt=last)
        assert {record.subject_id for record in written} == mine
        assert {(record.action, record.reference, record.actor.holder) for record in written} == {
            ("exported", "Yearly report", getattr(world, who))
        }


@both_sides
def test_export_cannot_be_widened_by_the_address(world, who):
    foreign = foreign_row(world, who, Tenant)
    client = client_for(world, who)
    data = {"names": ["name"], "kind": "csv", "reason": "Yearly report"}
    for query in (
        f"?id__exact={foreign.pk}",
        f"?management__id__exact={foreign.management_id}",
        f"?q={foreign.name}",
        "?e=1",
    ):
        response = client.post(place(Tenant, "export") + query, data)
        assert foreign.name not in text_of(response), query


@both_sides
def test_an_import_of_another_is_as_unknown(world, who):
    foreign = foreign_row(world, who, PendingImport)
    client = client_for(world, who)
    for answer in ("confirm", "discard"):
        assert (
            client.post(
                reverse("admin:tenants_tenant_import_preview", args=[foreign.pk]), {"answer": answer}
            ).status_code
            == 404
        )
    assert PendingImport.objects.filter(pk=foreign.pk, used_at=None).exists()


# What the admin writes down, and which hat it sees


def test_the_admins_history_names_nobody(world):
    """Its lines are kept for ever, and every colleague may read them."""
    client = client_for(world, "sam")
    entry = own_row(world, "sam", Tenant)
    client.post(
        place(Unit, "add"), {"building": own_row(world, "sam", Unit).building_id, "number": "A-99", "floor": "9"}
    )
    page = client.get(place(Tenant, "change", entry.pk)).context
    formset = page["inline_admin_formsets"][0].formset
    forms = [page["adminform"].form, formset.management_form, *formset.initial_forms]
    data = {
        form.add_prefix(name): value
        for form in forms
        for name, value in form.initial.items()
        if value is not None and not isinstance(value, FieldFile)
    }
    data |= {form.add_prefix("id"): form.instance.pk for form in formset.initial_forms}
    data |= {"phone": "+6281211112222", "address": "Jalan Rahasia 9"}
    response = client.post(place(Tenant, "change", entry.pk), data, follow=True)
    entry.refresh_from_db()
    assert entry.address == "Jalan Rahasia 9"
    told = [*world.secrets, "Rahasia", "6281211112222"]
    assert LogEntry.objects.exists()
    for line in LogEntry.objects.all():
        assert not [
            text for text in told if text in f"{line.object_repr} {line.change_message} {line.get_change_message()}"
        ]
    assert not [text for message in response.context["messages"] for text in told if text in str(message)]


def test_a_hat_worn_elsewhere_opens_nothing_here(world):
    """Rita rents a flat at Anggrek: in Bougenvil's admin she does not meet herself."""
    entry = own_row(world, "sam", Tenant)
    entry.subject.holder = world.rita
    entry.subject.save()
    client = client_for(world, "rita")
    assert client.get(place(Tenant, "change", entry.pk)).status_code == 404
    assert entry.name not in client.get(place(Tenant, "changelist")).content.decode()
    assert client.get(place(SharingGrant, "change", own_row(world, "sam", SharingGrant).pk)).status_code == 404
