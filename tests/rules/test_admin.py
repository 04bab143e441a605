"""In the admin, nobody sees another company's rows, and each attempt is recorded.

This module tests classes, lists, searches, filters and details; see also test_admin_choices.py, test_admin_files.py.
"""

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from bamms.management.commands import setup_groups
from privacy import declarations
from privacy.admin.base import Scoped, TenantDataAdmin
from privacy.models import AccessRecord, AuditLogEntry, Purpose
from privacy.scope import HeadsOnlyQuerySet, Role, ScopedQuerySet
from tenants.models import Tenant
from tests.rules.sides import (
    OPERATOR_ONLY,
    PRIVATE,
    REGISTERED,
    SCOPED,
    SIDES,
    both_sides,
    each_admin,
    foreign_row,
    foreign_words,
    inlines,
    own_row,
    place,
    request_of,
    request_of_everyone,
    text_of,
    visible,
)
from tests.rules.site import client_for

pytestmark = pytest.mark.django_db


# Admin classes


def unscoped(admins):
    return [
        type(owner).__name__
        for owner in admins
        if owner.model._meta.label not in OPERATOR_ONLY and not isinstance(owner, TenantDataAdmin)
    ]


def test_every_admin_is_scoped_or_for_the_operator_only():
    loose = unscoped(REGISTERED.values())
    assert not loose, f"Base {loose} on TenantDataAdmin, or list their models as for the operator only."
    for model, model_admin in REGISTERED.items():
        scoped = isinstance(model_admin, TenantDataAdmin)
        assert not (scoped and model._meta.label in OPERATOR_ONLY), model
        assert not scoped or isinstance(model._default_manager.get_queryset(), ScopedQuerySet), model
        assert not scoped or declarations.of(model)


def test_what_heads_read_and_officers_do_not_is_read_by_heads_of_that_company():
    """Groups apply to all companies of an account: models for heads must check of which company the user is head."""
    heads, officers = (setup_groups.GROUPS[name] for name in ("management head", "tenant officer"))
    only = [apps.get_model(label) for label, acts in heads.items() if "view" in acts and label not in officers]
    assert len(only) > 5
    loose = [
        model.__name__
        for model in only
        if not isinstance(model._default_manager.get_queryset(), HeadsOnlyQuerySet) and model is not AuditLogEntry
    ]
    loose.remove("BuildingManagement")  # all staff may see the company that they work for
    assert not loose, f"{loose}: let their QuerySet be a HeadsOnly."


@pytest.mark.parametrize("who", ["sam", "olga", "otto"])
def test_every_choice_of_every_filter_is_answered(world, who):
    client, wrong, tried = client_for(world, who), [], 0
    for model in admin.site._registry:
        shown = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
        for offered in shown.context["cl"].filter_specs if shown.status_code == 200 else ():
            for choice in offered.choices(shown.context["cl"]):
                address, tried = f"{shown.request['PATH_INFO']}{choice['query_string']}", tried + 1
                if client.get(address, follow=True).status_code != 200:
                    wrong.append(f"{address}: {offered.title}, {choice['display']}")
    assert not wrong
    assert tried > 50


def unscoped_inlines(admins):
    return [
        type(inline).__name__
        for inline in inlines(admins)
        if "Privacy" in vars(inline.model) and not isinstance(inline, Scoped)
    ]


def test_every_inline_of_scoped_rows_is_scoped():
    loose = unscoped_inlines(REGISTERED.values())
    assert not loose, f"Base these inlines on TenantTabularInline: {loose}"


def leaks(admins):
    """Return options of Django's admin that bypass the scope."""
    found = []
    for owner in (*admins, *inlines(admins)):
        name = type(owner).__name__
        if owner.raw_id_fields:
            found.append(f"{name}: raw_id_fields shows the other company's row by its number.")
    for owner in admins:
        name, model = type(owner).__name__, owner.model
        if owner.view_on_site and hasattr(model, "get_absolute_url"):
            found.append(f"{name}: “View on site” goes round the scope.")
        if any(isinstance(item, str) and "__" in item for item in owner.list_filter):
            found.append(f"{name}: a filter on text across a relation lists everybody's.")
        if "delete_selected" in owner.get_actions(request_of_everyone()):
            found.append(f"{name}: nothing is deleted in bulk by hand.")
        if any(isinstance(f.related_model._default_manager.all(), ScopedQuerySet) for f in model._meta.many_to_many):
            found.append(f"{name}: saving a many-to-many of scoped rows drops the ones that were not shown.")
    return found


@each_admin
def test_no_admin_uses_a_hook_that_leaks(model, model_admin):
    assert not leaks([model_admin])


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
    client, compared = client_for(world, who), 0
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
            compared += 1
    assert compared > 10


@both_sides
def test_no_query_finds_foreign_rows(world, who):
    client, words, compared = client_for(world, who), world.marks[SIDES[who][1]], 0
    for model in PRIVATE:
        foreign = foreign_row(world, who, model)
        for query in (f"?q={words[0]}", f"?q={words[3]}", f"?id__exact={foreign.pk}", "?_to_field=id&_popup=1"):
            response = client.get(place(model, "changelist") + query, follow=True)
            if "cl" in (response.context or ()):
                found = set(response.context["cl"].queryset.values_list("pk", flat=True))
                assert found <= visible(world, who, model), f"{model.__name__}{query}"
                compared += 1
    assert compared > 10


@both_sides
def test_searching_a_foreign_identity_number_finds_nothing_and_records_nothing(world, who):
    """A hit would reveal who lives elsewhere."""
    foreign, before = foreign_row(world, who, Tenant), AccessRecord.objects.count()
    response = client_for(world, who).post(place(Tenant, "find"), {"number": foreign.identity_number})
    assert response.context["hits"] == []
    assert AccessRecord.objects.count() == before


# Detail, history, and other URLs of one row


@both_sides
def test_a_foreign_row_is_404_and_the_try_is_recorded(world, who):
    client, user = client_for(world, who), getattr(world, who)
    refused = AccessRecord.objects.filter(allowed=False, hat=Role.STAFF, actor__holder=user).order_by("-pk")
    compared = 0
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
        compared += 1
    assert compared > 10


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
    "privacy_breach_people": "Breach",
    "privacy_breach_notice": "Breach",
    **{f"privacy_breach_{act}": "Breach" for act in ("tell_people", "tell_on_paper", "tell_authority", "close")},
    "tenants_claim_decide": "Claim",
    "tenants_tenant_reveal": "Tenant",
    "tenants_claim_reveal": "Claim",
    "privacy_profileupdaterequest_reveal": "ProfileUpdateRequest",
    "privacy_sharingrequest_cancel": "SharingRequest",
    **{f"privacy_sharingagreement_{step}": "SharingAgreement" for step in ("activate", "suspend", "end")},
    "privacy_sharingagreement_assess": "SharingAgreement",
    "privacy_update_accept": "ProfileUpdateRequest",
    "privacy_case_decide": "InvestigationCase",
    "privacy_case_close": "InvestigationCase",
    "privacy_case_read": "InvestigationCase",
    **{f"privacy_disclosure_{step}": "Disclosure" for step in ("approve", "refuse", "delay", "export")},
    **{f"privacy_corporatetransfer_{step}": "CorporateTransfer" for step in ("announce", "complete", "second_notice")},
    "privacy_corporatetransfer_close": "CorporateTransfer",
    "privacy_legalhold_release": "LegalHold",
    "tenants_tenant_import_preview": "PendingImport",
    "tenants_tenant_import_errors": "PendingImport",
}

WORDS = {
    "privacy_breach_notice": ["people"],
}


@both_sides
def test_pages_of_our_own_are_404_for_foreign_rows(world, who):
    client = client_for(world, who)
    rows = {model.__name__: row for model, row in world.rows[SIDES[who][1]].items()}
    for name, model in OWN_PAGES.items():
        words = [rows["Subject"].pk] if name == "privacy_case_read" else WORDS.get(name, [])
        address = reverse(f"admin:{name}", args=[rows[model].pk, *words])
        assert client.get(address).status_code == 404, address
        answer = {"decision": "refuse", "reason": "x", "answer": "confirm"}
        assert client.post(address, answer).status_code in {404, 405}, address


def test_a_filter_on_text_across_a_relation_is_refused():
    class Leaking(TenantDataAdmin):
        list_filter = ("management__name",)

    with pytest.raises(ImproperlyConfigured, match="management__name"):
        Leaking(Tenant, admin.site).get_list_filter(request_of_everyone())


def test_an_admin_of_rows_without_a_scope_is_refused():
    with pytest.raises(ImproperlyConfigured, match="Purpose has no scope"):
        TenantDataAdmin(Purpose, admin.site).get_queryset(request_of_everyone())
