"""The self-test finds nothing in BAMMS as it is, and finds each leak that is planted; nothing of a run stays.

The whole run takes as long as a tenth of all other tests, and what it asks of the code differs in nothing between the
databases: it is made on PostgreSQL, which BAMMS runs on in production. The planted leaks are looked for on both.
"""

import sys
from io import StringIO
from types import ModuleType

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, models
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.test import override_settings
from django.test.utils import isolate_apps
from django.urls import path

from accounts.models import User
from bamms import isolation, urls
from bamms.isolation.pages import everything_in
from bamms.isolation.surfaces import SURFACES
from bamms.isolation.values import canaries_in
from privacy.admin.base import Scoped
from privacy.files import pdf_writer
from privacy.models import Guardian, SharingGrant
from tenants import exports
from tenants.models import Tenant, Unit

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def report(django_db_setup, django_db_blocker):
    """The whole run, once."""
    if connection.vendor == "sqlite":
        pytest.skip("The whole run of check_isolation is made on PostgreSQL (TEST_DATABASE_URL).")
    with django_db_blocker.unblock():
        yield isolation.check()


@pytest.fixture
def addresses():
    """Adds addresses to those of the site."""

    def add(*patterns):
        module = ModuleType("tests_leaking_urls")
        module.urlpatterns = [*patterns, *urls.urlpatterns]
        module.handler404, module.handler500 = urls.handler404, urls.handler500
        sys.modules[module.__name__] = module
        return override_settings(ROOT_URLCONF=module.__name__)

    yield add
    sys.modules.pop("tests_leaking_urls", None)


def verdicts(report):
    return {(result.verdict, result.surface, result.what) for result in report.faults}


def test_nothing_leaks_nothing_breaks_and_nothing_is_left_out(report):
    assert not report.faults, "\n".join(map(str, report.faults))


def test_every_surface_is_tried_by_all_whom_it_concerns(report):
    tried = {result.surface for result in report.results}
    assert tried >= {*SURFACES} - {"page", "door"} | {"history", "delete", "export", "reveal"}
    assert {result.who for result in report.results} == set(isolation.MEMBERS)


def test_the_command_says_so(monkeypatch, report):
    monkeypatch.setattr(isolation, "check", lambda **_: report)
    out = StringIO()
    call_command("check_isolation", stdout=out)
    assert out.getvalue().splitlines()[-1] == report.summary()


def test_every_class_of_the_admin_is_asked_for_a_foreign_row(report):
    tried = {result.what for result in report.results if result.surface == "detail"}
    assert tried == {model._meta.label for model in admin.site._registry}


def test_nothing_of_a_run_stays(report):
    assert not Tenant.objects.exists()
    assert not User.objects.exists()


def test_a_list_that_forgets_the_scope_is_found(monkeypatch):
    loose = type(admin.site._registry[Guardian])
    monkeypatch.setattr(loose, "get_queryset", lambda self, request: Guardian.objects.all())
    found = verdicts(isolation.check(only=["list", "detail"], about="privacy.Guardian"))
    assert ("LEAK", "list", "privacy.Guardian") in found
    assert ("LEAK", "detail", "privacy.Guardian") in found


def test_a_page_that_fetches_past_the_door_is_found(addresses):
    def leaking(request, number):
        return HttpResponse(get_object_or_404(SharingGrant, number=number).pk)

    with addresses(path("leaking/<str:number>/", leaking)):
        found = verdicts(isolation.check(only=["portal"], about="leaking"))
    assert found == {("LEAK", "portal", "leaking/<str:number>/")}


def test_a_page_that_changes_a_foreign_row_is_found(addresses):
    def leaking(request, number):
        SharingGrant.objects.filter(number=number).update(withdrawn_at="2026-01-01T00:00:00Z")
        return HttpResponse(status=404)

    with addresses(path("leaking/<str:number>/", leaking)):
        found = isolation.check(only=["portal"], about="leaking").faults
    assert {result.detail for result in found} == {"changes privacy.SharingGrant"}


def test_a_choice_without_the_scope_is_found(monkeypatch):
    monkeypatch.setattr(
        Scoped, "get_field_queryset", lambda self, db, key, request: key.related_model._default_manager.all()
    )
    found = isolation.check(only=["foreign key"], about="tenants.Unit").of("LEAK")
    assert {result.what for result in found} >= {"tenants.Unit: building"}
    assert any(result.detail.startswith("changes tenants.Unit") for result in found)


def test_an_autocomplete_without_the_scope_is_found(monkeypatch):
    monkeypatch.setattr(type(admin.site._registry[Unit]), "get_queryset", lambda self, request: Unit.objects.all())
    found = verdicts(isolation.check(only=["autocomplete"], about="tenants.Tenant"))
    assert ("LEAK", "autocomplete", "tenants.Occupancy.unit") in found


def test_an_export_without_the_scope_is_found(monkeypatch):
    export = exports.export
    monkeypatch.setattr(exports, "visible", lambda user: Tenant.objects.all())
    monkeypatch.setattr(exports, "export", lambda **what: export(**what | {"entries": Tenant.objects.all()}))
    found = verdicts(isolation.check(only=["page"], about="tenants/tenant/export"))
    assert ("LEAK", "export", "admin/tenants/tenant/export/") in found


def test_what_stands_inside_a_pdf_file_is_found():
    file = pdf_writer.document("qzb0012", ["+62 813-0770-0055"], "id")
    assert canaries_in(everything_in(HttpResponse(file))) == {"b12", "b55"}


@isolate_apps("privacy.apps.PrivacyConfig")
def test_a_model_for_which_no_row_can_be_made_is_untested(monkeypatch):
    class Forgotten(models.Model):
        class Meta:
            app_label = "privacy"

        def __str__(self):
            return "forgotten"

    monkeypatch.setitem(admin.site._registry, Forgotten, admin.ModelAdmin(Forgotten, admin.site))
    assert ("UNTESTED", "row", "privacy.Forgotten") in verdicts(isolation.check(only=["list"], about="nothing"))


def test_an_address_that_cannot_be_filled_in_is_untested(addresses):
    with addresses(path("strange/<str:colour>/", lambda request, colour: HttpResponse())):
        out = StringIO()
        with pytest.raises(CommandError):
            call_command("check_isolation", surface=["portal"], about="strange", stdout=out)
    assert "UNTESTED" in out.getvalue()
