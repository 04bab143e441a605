"""Who works for whom is decided by the operator, and gives exactly the rights of the role."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from privacy import parties, subjects
from privacy.errors import Refused
from privacy.models import AuditLogEntry, Membership, Party
from privacy.models.audit_log import Kind
from privacy.models.parties import MembershipRole
from privacy.scope import Role
from tenants.models import BuildingManagement, Vendor
from tests import factories as f


def test_nobody_appoints_or_dismisses_themselves(cast):
    """Else the operator's people could read a register by one act, and undo it."""
    own = cast.olga.memberships.get()
    for act in (
        lambda: parties.appoint(user=cast.olga, party=cast.anggrek, role=MembershipRole.HEAD, by=cast.olga),
        lambda: parties.dismiss(membership=own, by=cast.olga),
        lambda: parties.appoint(user=cast.otto, party=cast.anggrek, role=MembershipRole.HEAD, by=cast.otto),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "oneself"


def test_register_sets_the_kind(db):
    kinds = [parties.register_party(model, name="X").kind for model in (Party, BuildingManagement, Vendor)]
    assert kinds == ["operator", "management", "vendor"]


def test_every_model_of_companies_names_their_kind():
    kinds = {model: vars(model).get("party_kind") for model in apps.get_models() if issubclass(model, Party)}
    assert None not in kinds.values()
    assert len(set(kinds.values())) == len(kinds)


def test_register_checks_the_fields(db):
    with pytest.raises(ValidationError):
        parties.register_party(Vendor, name="")


def test_appoint_gives_the_group_and_the_admin(cast):
    person = f.UserFactory()
    parties.appoint(user=person, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.olga)
    person.refresh_from_db()
    assert person.is_staff
    assert person.groups.get().name == "tenant officer"


def test_appoint_a_vendor_user_gives_no_admin(cast):
    cast.vera.refresh_from_db()
    assert not cast.vera.is_staff
    assert not cast.vera.groups.exists()


def test_appoint_by_anyone_but_the_operator_is_refused(cast):
    for by in (cast.sam, cast.vera, cast.ann):
        with pytest.raises(Refused) as refusal:
            parties.appoint(user=cast.ann, party=cast.anggrek, role=MembershipRole.OFFICER, by=by)
        assert refusal.value.code == "not_operator"


@pytest.mark.parametrize(
    ("company", "role"),
    [("teknik", MembershipRole.OFFICER), ("anggrek", MembershipRole.VENDOR), ("anggrek", MembershipRole.DPO)],
)
def test_appoint_to_a_role_of_another_kind_of_company_is_refused(cast, company, role):
    with pytest.raises(Refused) as refusal:
        parties.appoint(user=cast.ann, party=getattr(cast, company), role=role, by=cast.otto)
    assert refusal.value.code == "role"


def test_appoint_again_changes_the_role(cast):
    parties.appoint(user=cast.sam, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.otto)
    assert Membership.objects.get(user=cast.sam).role == MembershipRole.OFFICER
    assert [group.name for group in cast.sam.groups.all()] == ["tenant officer"]


def test_dismiss_ends_the_access(cast):
    parties.dismiss(membership=cast.sam.memberships.get(), by=cast.otto)
    cast.sam.refresh_from_db()
    assert not cast.sam.is_staff
    assert not cast.sam.groups.exists()


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer")
@pytest.mark.parametrize("act", ["appoint", "dismiss"])
def test_rights_of_one_account_are_written_one_by_one(cast, act):
    """Of two at once each would count the memberships that it sees, and the later one would leave rights standing."""
    membership = cast.sam.memberships.get()
    with CaptureQueriesContext(connection) as queries:
        if act == "appoint":
            parties.appoint(user=cast.sam, party=cast.bougenvil, role=MembershipRole.OFFICER, by=cast.otto)
        else:
            parties.dismiss(membership=membership, by=cast.otto)
    asked = [query["sql"] for query in queries]
    locked = next(n for n, sql in enumerate(asked) if "accounts_user" in sql and sql.endswith("FOR NO KEY UPDATE"))
    counted = next(n for n, sql in enumerate(asked) if f'"user_id" = {cast.sam.pk}' in sql)
    assert locked < counted


def test_dismissing_twice_is_written_down_once_and_as_it_was(cast):
    first, second = (cast.sam.memberships.get() for _read in range(2))
    parties.appoint(user=cast.sam, party=first.party, role=MembershipRole.OFFICER, by=cast.otto)
    parties.dismiss(membership=first, by=cast.otto)
    parties.dismiss(membership=second, by=cast.otto)
    rights = AuditLogEntry.objects.filter(kind=Kind.RIGHTS, about=subjects.get_or_create_for(cast.sam))
    told = [entry.facts["role"] for entry in rights if "role" in entry.facts]
    assert sorted(told, key=str) == sorted([[None, "head"], ["head", "officer"], ["officer", None]], key=str)


def test_dismiss_by_anyone_but_the_operator_is_refused(cast):
    with pytest.raises(Refused) as refusal:
        parties.dismiss(membership=cast.vera.memberships.get(), by=cast.sam)
    assert refusal.value.code == "not_operator"


def test_hats(cast):
    roles = {name: parties.roles_of(getattr(cast, name)) for name in ("ann", "sam", "vera", "olga", "otto")}
    assert roles == {
        "ann": [Role.TENANT],
        "sam": [Role.STAFF, Role.TENANT],
        "vera": [Role.VENDOR, Role.TENANT],
        "olga": [Role.OPERATOR, Role.TENANT],
        "otto": [Role.OPERATOR, Role.TENANT],
    }


def test_party_of_prefers_the_company_that_answers(cast):
    parties.appoint(user=cast.sam, party=cast.bougenvil, role=MembershipRole.OFFICER, by=cast.otto)
    assert parties.party_of(cast.sam, Role.STAFF, cast.bougenvil.pk).name == cast.bougenvil.name
    assert parties.party_of(cast.sam, Role.STAFF, cast.anggrek.pk).name == cast.anggrek.name
    assert parties.party_of(cast.ann, Role.TENANT) is None
    assert parties.party_of(cast.otto, Role.OPERATOR) == cast.operator


def test_operator_is_neither_a_management_nor_a_vendor(cast):
    f.ManagementFactory(name="AAA")
    f.VendorFactory(name="AAB")
    assert parties.operator() == cast.operator


def test_companies_are_those_of_one_role(cast):
    parties.appoint(user=cast.sam, party=cast.teknik, role=MembershipRole.VENDOR, by=cast.otto)
    assert [company.pk for company in parties.companies(cast.sam, Role.STAFF)] == [cast.anggrek.pk]
    assert [company.pk for company in parties.companies(cast.sam, Role.VENDOR)] == [cast.teknik.pk]
    assert parties.companies(cast.sam, Role.TENANT) == []


def test_appoint_leaves_a_group_that_belongs_to_no_role(cast):
    cast.sam.groups.add(Group.objects.create(name="auditors"))
    parties.appoint(user=cast.sam, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.otto)
    assert {group.name for group in cast.sam.groups.all()} == {"auditors", "tenant officer"}
