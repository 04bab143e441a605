"""Who sees which rows, by the hat worn; never by the union of all of one's hats."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured

from privacy import declarations, parties
from privacy.models import (
    AccessRecord,
    Membership,
    Party,
    Purpose,
    SharingAgreement,
    SharingGrant,
    SharingRequest,
    Subject,
)
from privacy.models.parties import Role
from privacy.scope import Hat
from tenants.models import Building, Tenant, Vendor
from tests import factories as f

EVERYBODY = ("ann", "bob", "vera", "sam", "rita", "olga", "otto")


def seen(model, user, hat):
    return set(model.objects.visible_to(user, as_=hat))


@pytest.mark.parametrize(
    ("hat", "expected"),
    [
        (Hat.TENANT, {"ann": "a", "bob": "b"}),
        (Hat.STAFF, {"sam": "a", "rita": "b"}),
        (Hat.VENDOR, {"vera": "a"}),
        (Hat.OPERATOR, {"olga": "ab", "otto": "ab"}),
    ],
)
def test_register_entries_by_hat(cast, grant, hat, expected):
    entries = {"a": cast.ann_entry, "b": cast.bob_entry}
    for name in EVERYBODY:
        assert seen(Tenant, getattr(cast, name), hat) == {entries[letter] for letter in expected.get(name, "")}, name


@pytest.mark.parametrize(
    ("model", "hat", "who"),
    [
        (SharingGrant, Hat.TENANT, {"ann"}),
        (SharingGrant, Hat.STAFF, {"sam"}),
        (SharingGrant, Hat.VENDOR, {"vera"}),
        (SharingGrant, Hat.OPERATOR, {"olga", "otto"}),
        (SharingRequest, Hat.TENANT, {"ann"}),
        (SharingRequest, Hat.STAFF, {"sam"}),
        (SharingRequest, Hat.VENDOR, {"vera"}),
        (SharingAgreement, Hat.TENANT, set()),
        (SharingAgreement, Hat.STAFF, {"sam"}),
        (SharingAgreement, Hat.VENDOR, {"vera"}),
        (SharingAgreement, Hat.OPERATOR, {"olga", "otto"}),
    ],
)
def test_sharing_by_hat(cast, grant, model, hat, who):
    f.SharingRequestFactory(subject=grant.subject, agreement=cast.agreement, purpose=cast.purpose)
    assert {name for name in EVERYBODY if seen(model, getattr(cast, name), hat)} == who


def test_rita_who_rents_elsewhere_does_not_meet_herself_in_the_admin(cast, client):
    """Staff of Bougenvil and tenant of Anggrek: two hats, and no row is seen under the wrong one."""
    herself = f.TenantFactory(management=cast.anggrek, name="Rita Sendiri", subject__holder=cast.rita)
    assert seen(Tenant, cast.rita, Hat.STAFF) == {cast.bob_entry}
    assert seen(Tenant, cast.rita, Hat.TENANT) == {herself}
    client.force_login(cast.rita)
    assert client.get(f"/admin/tenants/tenant/{herself.pk}/change/").status_code == 404
    assert "Rita Sendiri" not in client.get("/admin/tenants/tenant/").content.decode()


def test_a_vendors_people_see_only_the_tenants_of_current_permissions(cast, grant):
    assert seen(Tenant, cast.vera, Hat.VENDOR) == {cast.ann_entry}
    cast.agreement.status = "suspended"
    cast.agreement.save()
    assert seen(Tenant, cast.vera, Hat.VENDOR) == set()


def test_nobody_and_the_deactivated_see_nothing(cast, grant):
    cast.sam.is_active = False
    for user in (AnonymousUser(), cast.sam):
        for hat in Hat:
            for model in (Tenant, SharingGrant, SharingAgreement, Building, Party, Vendor):
                assert seen(model, user, hat) == set()


def test_an_unknown_hat_is_an_error_and_not_an_open_door(cast):
    with pytest.raises(ValueError, match="is not a valid Hat"):
        Tenant.objects.visible_to(cast.otto, as_="boss")


def test_a_model_without_a_declaration_raises(cast):
    with pytest.raises(ImproperlyConfigured):
        declarations.of(Purpose)


def test_the_directory_of_vendors_is_open_to_staff_and_to_the_vendor_itself(cast):
    other = f.VendorFactory()
    assert seen(Vendor, cast.sam, Hat.STAFF) == {cast.teknik, other}
    assert seen(Vendor, cast.vera, Hat.VENDOR) == {cast.teknik}
    assert seen(Vendor, cast.ann, Hat.STAFF) == set()
    assert seen(Vendor, cast.ann, Hat.TENANT) == set()


def test_subjects_and_companies_by_hat(cast):
    assert cast.ann_entry.subject in seen(Subject, cast.ann, Hat.TENANT)
    assert seen(Subject, cast.sam, Hat.STAFF) == set()
    assert {party.pk for party in seen(Party, cast.sam, Hat.STAFF)} == {cast.anggrek.pk}
    assert seen(Party, cast.vera, Hat.VENDOR) == set()
    assert {membership.user for membership in seen(Membership, cast.vera, Hat.VENDOR)} == {cast.vera}


@pytest.mark.parametrize(
    ("who", "hat"), [("vera", Hat.STAFF), ("sam", Hat.VENDOR), ("olga", Hat.STAFF), ("olga", Hat.VENDOR)]
)
def test_a_hat_that_one_does_not_wear_shows_nothing(cast, grant, who, hat):
    for model in (Party, Membership, Vendor, Building, SharingAgreement, SharingGrant, Tenant):
        assert seen(model, getattr(cast, who), hat) == set(), model


def test_access_records_are_for_the_person_the_answering_management_and_the_operator(cast, grant, client):
    client.force_login(cast.vera)
    client.get(f"/vendor/shared/{grant.number}/")
    for name, hat, count in (
        ("ann", Hat.TENANT, 1),
        ("bob", Hat.TENANT, 0),
        ("sam", Hat.STAFF, 1),
        ("rita", Hat.STAFF, 0),
        ("olga", Hat.OPERATOR, 1),
    ):
        assert len(seen(AccessRecord, getattr(cast, name), hat)) == count, name


def test_one_who_works_for_two_companies_sees_both_under_one_hat_only(cast):
    parties.appoint(user=cast.sam, party=cast.bougenvil, role=Role.OFFICER, by=cast.otto)
    assert seen(Tenant, cast.sam, Hat.STAFF) == {cast.ann_entry, cast.bob_entry}
    assert seen(Tenant, cast.sam, Hat.TENANT) == set()
    assert seen(Tenant, cast.sam, Hat.OPERATOR) == set()
