"""The one door: what is opened is recorded, what is refused is recorded too, and nothing of a value is."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.utils import timezone

from privacy import access, append_only, declarations, parties, subjects
from privacy.errors import Refused
from privacy.models import AccessRecord, Party, SharingEvent, SharingGrant
from privacy.models.access import AccessReason, Action
from privacy.models.parties import MembershipRole
from privacy.scope import Role
from tenants import exports
from tenants.models import Building, Tenant
from tests import factories as f


def test_fetch_records_a_look_by_staff_without_any_value(cast):
    row = access.get_and_record(Tenant, by=cast.sam, role=Role.STAFF, why=AccessReason.RECORD, pk=cast.ann_entry.pk)
    assert row == cast.ann_entry
    record = AccessRecord.objects.get()
    assert (record.subject, record.actor.holder, record.party_id, record.controller_id) == (
        row.subject,
        cast.sam,
        cast.anggrek.pk,
        cast.anggrek.pk,
    )
    assert (record.allowed, record.reason, record.action, record.why) == (True, "", Action.VIEWED, AccessReason.RECORD)
    assert set(record.fields) == {f"tenants.tenant.{name}" for name in declarations.of(Tenant).personal}
    assert "Wijaya" not in str([getattr(record, field.attname) for field in AccessRecord._meta.fields])


def test_fetch_of_ones_own_row_is_recorded_only_when_something_is_revealed(cast):
    access.get_and_record(Tenant, by=cast.ann, role=Role.TENANT, why=AccessReason.OWN, pk=cast.ann_entry.pk)
    assert not AccessRecord.objects.exists()
    access.get_and_record(
        Tenant,
        by=cast.ann,
        role=Role.TENANT,
        why=AccessReason.OWN,
        action=Action.REVEALED,
        fields=["identity_number"],
        pk=cast.ann_entry.pk,
    )
    assert AccessRecord.objects.get().fields == ["tenants.tenant.identity_number"]


def test_look_as_a_tenant_at_somebody_elses_row_is_recorded(cast):
    access.record_access(cast.ann_entry, by=cast.bob, role=Role.TENANT, why=AccessReason.OWN)
    assert AccessRecord.objects.get().actor.holder == cast.bob


def test_fetch_of_ones_own_row_under_another_hat_is_recorded(cast):
    cast.ann_entry.subject.holder = cast.sam
    cast.ann_entry.subject.save()
    access.get_and_record(Tenant, by=cast.sam, role=Role.STAFF, why=AccessReason.RECORD, pk=cast.ann_entry.pk)
    assert AccessRecord.objects.get().hat == Role.STAFF


@pytest.mark.parametrize(
    ("who", "role"),
    [("rita", Role.STAFF), ("bob", Role.TENANT), ("vera", Role.VENDOR), ("sam", Role.OPERATOR), ("ann", Role.STAFF)],
)
def test_fetch_of_somebody_elses_row_is_404_and_recorded(cast, who, role):
    with pytest.raises(Http404):
        access.get_and_record(Tenant, by=getattr(cast, who), role=role, why=AccessReason.RECORD, pk=cast.ann_entry.pk)
    record = AccessRecord.objects.get()
    assert (record.subject, record.allowed, record.reason) == (cast.ann_entry.subject, False, "not_yours")


def test_fetch_of_an_unknown_row_is_the_same_404_and_records_nothing(cast):
    with pytest.raises(Http404):
        access.get_and_record(Tenant, by=cast.sam, role=Role.STAFF, why=AccessReason.RECORD, pk=999_999)
    assert not AccessRecord.objects.exists()


def test_fetch_of_what_is_about_nobody_records_nothing(cast):
    building = Building.objects.get(management=cast.anggrek)
    assert (
        access.get_and_record(Building, by=cast.sam, role=Role.STAFF, why=AccessReason.RECORD, pk=building.pk)
        == building
    )
    with pytest.raises(Http404):
        access.get_and_record(Building, by=cast.rita, role=Role.STAFF, why=AccessReason.RECORD, pk=building.pk)
    assert not AccessRecord.objects.exists()


def test_find_leaves_the_look_to_its_caller(cast, grant):
    assert (
        access.get_visible(SharingGrant, by=cast.vera, role=Role.VENDOR, why=AccessReason.GRANT, number=grant.number)
        == grant
    )
    assert not AccessRecord.objects.exists()


def test_looks_record_many_rows_in_as_many_queries_as_one(cast, django_assert_num_queries):
    entries = [f.TenantFactory(management=cast.anggrek) for _each in range(30)]
    subjects.get_or_create_for(cast.sam)
    with django_assert_num_queries(8) as one:  # savepoint, about, own, companies, insert, own, journal, release
        access.record_accesses(entries[:1], by=cast.sam, role=Role.STAFF, why=exports.REASON, action=Action.EXPORTED)
    with django_assert_num_queries(len(one)):
        access.record_accesses(entries, by=cast.sam, role=Role.STAFF, why=exports.REASON, action=Action.EXPORTED)
    assert AccessRecord.objects.count() == 31


def test_looks_of_nothing_is_nothing(cast):
    assert access.record_accesses([], by=cast.sam, role=Role.STAFF, why=exports.REASON) == []


def test_listed_names_the_company_of_the_agreement(cast, grant):
    """Who works for two vendors looks for the one that the agreement is with."""
    other = f.VendorFactory(name="PT Lain")
    parties.appoint(user=cast.vera, party=other, role=MembershipRole.VENDOR, by=cast.otto)
    second = f.GrantFactory(
        subject=grant.subject, agreement=f.AgreementFactory(management=cast.anggrek, vendor=other), purpose=cast.purpose
    )
    access.record_listing([(grant, grant.fields), (second, second.fields)], by=cast.vera)
    assert dict(AccessRecord.objects.values_list("grant", "party__name")) == {
        grant.pk: "PT Teknik Andal",
        second.pk: "PT Lain",
    }


def test_companies_of_a_superuser_without_a_company_is_the_operator(cast):
    assert parties.companies(cast.otto, Role.OPERATOR) == [cast.operator]
    assert parties.companies(cast.otto, Role.STAFF) == []
    assert parties.party_of(cast.ann, Role.TENANT) is None
    Party.objects.filter(pk=cast.operator.pk).update(kind="vendor")
    assert parties.party_of(cast.otto, Role.OPERATOR) is None


def test_a_look_without_a_reason_cannot_be_written(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        access.record_access(cast.ann_entry, by=cast.sam, role=Role.STAFF, why="")


# Evidence only grows


@pytest.fixture
def evidence(cast, grant):
    access.record_access(cast.ann_entry, by=cast.sam, role=Role.STAFF, why=AccessReason.RECORD)
    SharingEvent.objects.create(
        kind="given", subject=grant.subject, grant=grant, actor=subjects.get_or_create_for(cast.ann), at=timezone.now()
    )
    return {AccessRecord: AccessRecord.objects.get(), SharingEvent: SharingEvent.objects.get()}


@pytest.mark.parametrize("model", [AccessRecord, SharingEvent])
def test_evidence_is_neither_changed_nor_deleted_through_the_orm(evidence, model):
    row = evidence[model]
    for act in (row.save, row.delete, model.objects.all().delete, lambda: model.objects.update(at=timezone.now())):
        with pytest.raises(Refused):
            act()
    assert model.objects.count() == 1


@pytest.mark.parametrize("model", [AccessRecord, SharingEvent])
def test_evidence_is_neither_changed_nor_deleted_in_the_database(evidence, model):
    table, pk = model._meta.db_table, evidence[model].pk.hex
    acts = [f"UPDATE {table} SET at = at WHERE id = '{pk}'", f"DELETE FROM {table} WHERE id = '{pk}'"]
    if connection.vendor == "sqlite":
        columns = ", ".join(field.column for field in model._meta.fields)
        acts.append(f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE id = '{pk}'")
    for act in acts:
        with pytest.raises(IntegrityError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(act)
    assert model.objects.filter(pk=pk).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["privacy_accessrecord", "privacy_sharingevent", "privacy_subject"])
def test_evidence_is_not_truncated(table):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    f.UserFactory()
    with pytest.raises(IntegrityError, match="only grows"), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_every_evidence_table_has_its_triggers(db):
    assert append_only.missing(connection) == []
