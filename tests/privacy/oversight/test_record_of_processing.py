"""The record of processing: each purpose of each company, with what agreements and declarations say of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from privacy import parties
from privacy.consent.models.purposes import Basis
from privacy.models import Purpose
from privacy.models.parties import MembershipRole
from privacy.oversight import record_of_processing
from privacy.scope import Role
from tests import factories as f


@pytest.fixture
def tenancy(db):
    return Purpose.objects.create(
        code="tenancy", name_ind="Hunian", name_en="Tenancy", description_ind="x", description_en="x",
        basis=Basis.CONTRACT, data=["tenants.tenant.name", "tenants.tenant.identity_number", "tenants.tenant.photo"],
        optional=False, for_sharing=False, retention_ind="lima tahun", retention_en="five years",
    )  # fmt: skip


def record(cast, *companies):
    return record_of_processing.activities(list(companies) or [cast.anggrek])


def row(cast, purpose, *companies):
    """The one activity of this purpose, heading → cell."""
    (found,) = [activity for activity in record(cast, *companies) if activity.purpose == purpose]
    return dict(zip(map(str, record_of_processing.HEADINGS), found.cells, strict=True))


# Who reads whose


def readable(user, role):
    return {company.name for company in record_of_processing.controllers(user, role)}


def test_the_operators_people_read_all_companies_but_vendors(cast):
    everybody = {"PT Operator Contoh", "Pengelola Anggrek", "Pengelola Bougenvil"}
    assert readable(cast.olga, Role.OPERATOR) == readable(cast.otto, Role.OPERATOR) == everybody


def test_a_head_reads_the_own_company_and_others_nothing(cast):
    parties.appoint(user=cast.sam, party=cast.bougenvil, role=MembershipRole.OFFICER, by=cast.otto)
    assert readable(cast.sam, Role.STAFF) == {"Pengelola Anggrek"}
    assert not readable(cast.rita, Role.STAFF)
    assert not readable(cast.rita, Role.OPERATOR)
    assert not readable(cast.vera, Role.STAFF)


# What stands in it


def test_a_purpose_of_the_own_house(cast, tenancy):
    cells = row(cast, tenancy)
    assert cells["Purpose"] == "Tenancy"
    assert cells["Data controller"] == "Pengelola Anggrek"
    assert cells["Legal basis"] == "contract (Article 20(2)b)"
    assert cells["Kinds of data"] == "Name, identity number, photo (Biometric)"
    assert cells["Kinds of people"] == "tenants: owners, renters and household members"
    assert cells["Recipients"] == "none"
    assert cells["Country and safeguard"] == "no agreement sends it anywhere"
    assert cells["Kept for how long"] == "five years"
    assert "Stored encrypted: identity number, photo." in cells["Security measures"]


def test_a_purpose_for_sharing_names_recipients_and_places(cast):
    abroad = f.AgreementFactory(
        management=cast.anggrek, vendor=f.VendorFactory(name="CV Jauh"), purposes=[cast.purpose],
        fields=["tenants.tenant.email"], country="SG", safeguard="Binding rules",
    )  # fmt: skip
    cells = row(cast, cast.purpose)
    assert cells["Recipients"] == f"CV Jauh ({abroad.number}); PT Teknik Andal ({cast.agreement.number})"
    assert cells["Country and safeguard"] == "Singapore – Binding rules; Indonesia"
    assert cells["Kinds of data"] == "Name, phone number, email, unit"
    assert "Stored encrypted" not in cells["Security measures"]
    assert "Every look by staff and vendors is recorded" in cells["Security measures"]


@pytest.mark.parametrize("change", [{"status": "suspended"}, {"valid_until": -1}])
def test_what_no_active_agreement_names_is_not_done(cast, change):
    if "valid_until" in change:
        change = {"valid_until": timezone.localdate() - timedelta(days=1)}
    for name, value in change.items():
        setattr(cast.agreement, name, value)
    cast.agreement.save()
    assert cast.purpose not in [activity.purpose for activity in record(cast)]


def test_another_companys_agreement_adds_nothing(cast):
    f.AgreementFactory(management=cast.bougenvil, vendor=f.VendorFactory(name="CV Lain"), purposes=[cast.purpose])
    assert "CV Lain" not in row(cast, cast.purpose)["Recipients"]
    both = [activity.controller.name for activity in record(cast, cast.anggrek, cast.bougenvil)]
    assert both == ["Pengelola Anggrek", "Pengelola Bougenvil"]


def test_a_purpose_that_is_not_in_use_is_left_out(cast, tenancy):
    Purpose.objects.filter(pk=tenancy.pk).update(is_active=False)
    assert tenancy not in [activity.purpose for activity in record(cast)]


def test_the_operator_keeps_no_register(cast, tenancy):
    analysis = Purpose.objects.create(
        code="analysis", name_ind="Analisis", name_en="Analysis", description_ind="x", description_en="x",
        for_sharing=False,
    )  # fmt: skip
    found = record(cast, cast.operator)
    assert [activity.purpose for activity in found] == [analysis]
    cells = row(cast, analysis, cast.operator)
    assert cells["Kinds of data"] == "none from the register of tenants"
    assert cells["Kinds of people"] == "people with an account"
    assert cells["Kept for how long"] == "by the retention rules"


def test_a_kind_of_data_that_is_no_longer_declared_breaks_nothing(cast, tenancy):
    Purpose.objects.filter(pk=tenancy.pk).update(data=["tenants.tenant.shoe_size"])
    assert row(cast, tenancy)["Kinds of data"] == "Tenants.tenant.shoe_size"
