"""Who sees which rows, by the role worn; never by the union of all of one's roles."""

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
from privacy.models.parties import MembershipRole
from privacy.scope import Role
from tenants.models import Building, Tenant, Vendor
from tests import factories as f

EVERYBODY = ("ann", "bob", "vera", "sam", "rita", "olga", "otto")


def seen(model, user, role):
    return set(model.objects.visible_to(user, role=role))


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.TENANT, {"ann": "a", "bob": "b"}),
        (Role.STAFF, {"sam": "a", "rita": "b"}),
        (Role.VENDOR, {"vera": "a"}),
        (Role.OPERATOR, {"olga": "ab", "otto": "ab"}),
    ],
)
def test_register_entries_by_role(cast, grant, role, expected):
    entries = {"a": cast.ann_entry, "b": cast.bob_entry}
    for name in EVERYBODY:
        assert seen(Tenant, getattr(cast, name), role) == {entries[letter] for letter in expected.get(name, "")}, name


@pytest.mark.parametrize(
    ("model", "role", "who"),
    [
        (SharingGrant, Role.TENANT, {"ann"}),
        (SharingGrant, Role.STAFF, {"sam"}),
        (SharingGrant, Role.VENDOR, {"vera"}),
        (SharingGrant, Role.OPERATOR, {"olga", "otto"}),
        (SharingRequest, Role.TENANT, {"ann"}),
        (SharingRequest, Role.STAFF, {"sam"}),
        (SharingRequest, Role.VENDOR, {"vera"}),
        (SharingAgreement, Role.TENANT, set()),
        (SharingAgreement, Role.STAFF, {"sam"}),
        (SharingAgreement, Role.VENDOR, {"vera"}),
        (SharingAgreement, Role.OPERATOR, {"olga", "otto"}),
    ],
)
def test_sharing_by_role(cast, grant, model, role, who):
    f.SharingRequestFactory(subject=grant.subject, agreement=cast.agreement, purpose=cast.purpose)
    assert {name for name in EVERYBODY if seen(model, getattr(cast, name), role)} == who


def test_rita_who_rents_elsewhere_does_not_meet_herself_in_the_admin(cast, client):
    """Staff of Bougenvil and tenant of Anggrek: two roles, and no row is seen under the wrong one."""
    herself = f.TenantFactory(management=cast.anggrek, name="Rita Sendiri", subject__holder=cast.rita)
    assert seen(Tenant, cast.rita, Role.STAFF) == {cast.bob_entry}
    assert seen(Tenant, cast.rita, Role.TENANT) == {herself}
    client.force_login(cast.rita)
    assert client.get(f"/admin/tenants/tenant/{herself.pk}/change/").status_code == 404
    assert "Rita Sendiri" not in client.get("/admin/tenants/tenant/").content.decode()


def test_a_vendors_people_see_only_the_tenants_of_current_permissions(cast, grant):
    assert seen(Tenant, cast.vera, Role.VENDOR) == {cast.ann_entry}
    cast.agreement.status = "suspended"
    cast.agreement.save()
    assert seen(Tenant, cast.vera, Role.VENDOR) == set()


def test_nobody_and_the_deactivated_see_nothing(cast, grant):
    cast.sam.is_active = False
    for user in (AnonymousUser(), cast.sam):
        for role in Role:
            for model in (Tenant, SharingGrant, SharingAgreement, Building, Party, Vendor):
                assert seen(model, user, role) == set()


def test_an_unknown_hat_is_an_error_and_not_an_open_door(cast):
    with pytest.raises(ValueError, match="is not a valid Role"):
        Tenant.objects.visible_to(cast.otto, role="boss")


def test_a_model_without_a_declaration_raises(cast):
    with pytest.raises(ImproperlyConfigured):
        declarations.of(Purpose)


def test_the_directory_of_vendors_is_open_to_staff_and_to_the_vendor_itself(cast):
    other = f.VendorFactory()
    assert seen(Vendor, cast.sam, Role.STAFF) == {cast.teknik, other}
    assert seen(Vendor, cast.vera, Role.VENDOR) == {cast.teknik}
    assert seen(Vendor, cast.ann, Role.STAFF) == set()
    assert seen(Vendor, cast.ann, Role.TENANT) == set()


def test_subjects_and_companies_by_role(cast):
    assert cast.ann_entry.subject in seen(Subject, cast.ann, Role.TENANT)
    assert seen(Subject, cast.sam, Role.STAFF) == set()
    assert {party.pk for party in seen(Party, cast.sam, Role.STAFF)} == {cast.anggrek.pk}
    assert seen(Party, cast.vera, Role.VENDOR) == set()
    assert {membership.user for membership in seen(Membership, cast.vera, Role.VENDOR)} == {cast.vera}


@pytest.mark.parametrize(
    ("who", "role"), [("vera", Role.STAFF), ("sam", Role.VENDOR), ("olga", Role.STAFF), ("olga", Role.VENDOR)]
)
def test_a_hat_that_one_does_not_wear_shows_nothing(cast, grant, who, role):
    for model in (Party, Membership, Vendor, Building, SharingAgreement, SharingGrant, Tenant):
        assert seen(model, getattr(cast, who), role) == set(), model


def test_access_records_are_for_the_person_the_answering_management_and_the_operator(cast, grant, client):
    client.force_login(cast.vera)
    client.get(f"/vendor/shared/{grant.number}/")
    for name, role, count in (
        ("ann", Role.TENANT, 1),
        ("bob", Role.TENANT, 0),
        ("sam", Role.STAFF, 1),
        ("rita", Role.STAFF, 0),
        ("olga", Role.OPERATOR, 1),
    ):
        assert len(seen(AccessRecord, getattr(cast, name), role)) == count, name


def test_one_who_works_for_two_companies_sees_both_under_one_hat_only(cast):
    parties.appoint(user=cast.sam, party=cast.bougenvil, role=MembershipRole.OFFICER, by=cast.otto)
    assert seen(Tenant, cast.sam, Role.STAFF) == {cast.ann_entry, cast.bob_entry}
    assert seen(Tenant, cast.sam, Role.TENANT) == set()
    assert seen(Tenant, cast.sam, Role.OPERATOR) == set()
