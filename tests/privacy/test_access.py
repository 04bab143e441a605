"""The one door: what is opened is recorded, what is refused is recorded too, and nothing of a value is."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.utils import timezone

from privacy import access, append_only, parties, subjects
from privacy.errors import Refused
from privacy.models import AccessRecord, Party, SharingEvent, SharingGrant
from privacy.models.access import Action, Why
from privacy.models.parties import Role
from privacy.scope import Hat
from tenants.models import Building, Tenant
from tests import factories as f


def test_fetch_records_a_look_by_staff_without_any_value(cast):
    row = access.fetch(Tenant, by=cast.sam, as_=Hat.STAFF, why=Why.RECORD, pk=cast.ann_entry.pk)
    assert row == cast.ann_entry
    record = AccessRecord.objects.get()
    assert (record.subject, record.actor.holder, record.party_id, record.controller_id) == (
        row.subject,
        cast.sam,
        cast.anggrek.pk,
        cast.anggrek.pk,
    )
    assert (record.allowed, record.reason, record.action, record.why) == (True, "", Action.VIEWED, Why.RECORD)
    assert set(record.fields) == {f"tenant.{name}" for name in Tenant.Privacy.personal}
    assert "Wijaya" not in str([getattr(record, field.attname) for field in AccessRecord._meta.fields])


def test_fetch_of_ones_own_row_is_recorded_only_when_something_is_revealed(cast):
    access.fetch(Tenant, by=cast.ann, as_=Hat.TENANT, why=Why.OWN, pk=cast.ann_entry.pk)
    assert not AccessRecord.objects.exists()
    access.fetch(
        Tenant,
        by=cast.ann,
        as_=Hat.TENANT,
        why=Why.OWN,
        action=Action.REVEALED,
        fields=["identity_number"],
        pk=cast.ann_entry.pk,
    )
    assert AccessRecord.objects.get().fields == ["tenant.identity_number"]


def test_look_as_a_tenant_at_somebody_elses_row_is_recorded(cast):
    access.look(cast.ann_entry, by=cast.bob, as_=Hat.TENANT, why=Why.OWN)
    assert AccessRecord.objects.get().actor.holder == cast.bob


def test_fetch_of_ones_own_row_under_another_hat_is_recorded(cast):
    cast.ann_entry.subject.holder = cast.sam
    cast.ann_entry.subject.save()
    access.fetch(Tenant, by=cast.sam, as_=Hat.STAFF, why=Why.RECORD, pk=cast.ann_entry.pk)
    assert AccessRecord.objects.get().hat == Hat.STAFF


@pytest.mark.parametrize(
    ("who", "hat"),
    [("rita", Hat.STAFF), ("bob", Hat.TENANT), ("vera", Hat.VENDOR), ("sam", Hat.OPERATOR), ("ann", Hat.STAFF)],
)
def test_fetch_of_somebody_elses_row_is_404_and_recorded(cast, who, hat):
    with pytest.raises(Http404):
        access.fetch(Tenant, by=getattr(cast, who), as_=hat, why=Why.RECORD, pk=cast.ann_entry.pk)
    record = AccessRecord.objects.get()
    assert (record.subject, record.allowed, record.reason) == (cast.ann_entry.subject, False, "not_yours")


def test_fetch_of_an_unknown_row_is_the_same_404_and_records_nothing(cast):
    with pytest.raises(Http404):
        access.fetch(Tenant, by=cast.sam, as_=Hat.STAFF, why=Why.RECORD, pk=999_999)
    assert not AccessRecord.objects.exists()


def test_fetch_of_what_is_about_nobody_records_nothing(cast):
    building = Building.objects.get(management=cast.anggrek)
    assert access.fetch(Building, by=cast.sam, as_=Hat.STAFF, why=Why.RECORD, pk=building.pk) == building
    with pytest.raises(Http404):
        access.fetch(Building, by=cast.rita, as_=Hat.STAFF, why=Why.RECORD, pk=building.pk)
    assert not AccessRecord.objects.exists()


def test_find_leaves_the_look_to_its_caller(cast, grant):
    assert access.find(SharingGrant, by=cast.vera, as_=Hat.VENDOR, why=Why.GRANT, number=grant.number) == grant
    assert not AccessRecord.objects.exists()


def test_looks_record_many_rows_in_as_many_queries_as_one(cast, django_assert_num_queries):
    entries = [f.TenantFactory(management=cast.anggrek) for _each in range(30)]
    subjects.own(cast.sam)
    with django_assert_num_queries(8) as one:  # savepoint, about, own, companies, insert, own, journal, release
        access.looks(entries[:1], by=cast.sam, as_=Hat.STAFF, why=Why.EXPORT, action=Action.EXPORTED)
    with django_assert_num_queries(len(one)):
        access.looks(entries, by=cast.sam, as_=Hat.STAFF, why=Why.EXPORT, action=Action.EXPORTED)
    assert AccessRecord.objects.count() == 31


def test_looks_of_nothing_is_nothing(cast):
    assert access.looks([], by=cast.sam, as_=Hat.STAFF, why=Why.EXPORT) == []


def test_listed_names_the_company_of_the_agreement(cast, grant):
    """Who works for two vendors looks for the one that the agreement is with."""
    other = f.VendorFactory(name="PT Lain")
    parties.appoint(user=cast.vera, party=other, role=Role.VENDOR, by=cast.otto)
    second = f.GrantFactory(
        subject=grant.subject, agreement=f.AgreementFactory(management=cast.anggrek, vendor=other), purpose=cast.purpose
    )
    access.listed([(grant, grant.fields), (second, second.fields)], by=cast.vera)
    assert dict(AccessRecord.objects.values_list("grant", "party__name")) == {
        grant.pk: "PT Teknik Andal",
        second.pk: "PT Lain",
    }


def test_companies_of_a_superuser_without_a_company_is_the_operator(cast):
    assert parties.companies(cast.otto, Hat.OPERATOR) == [cast.operator]
    assert parties.companies(cast.otto, Hat.STAFF) == []
    assert parties.party_of(cast.ann, Hat.TENANT) is None
    Party.objects.filter(pk=cast.operator.pk).update(kind="vendor")
    assert parties.party_of(cast.otto, Hat.OPERATOR) is None


def test_a_look_without_a_reason_cannot_be_written(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        access.look(cast.ann_entry, by=cast.sam, as_=Hat.STAFF, why="")


# Evidence only grows


@pytest.fixture
def evidence(cast, grant):
    access.look(cast.ann_entry, by=cast.sam, as_=Hat.STAFF, why=Why.RECORD)
    SharingEvent.objects.create(
        kind="given", subject=grant.subject, grant=grant, actor=subjects.own(cast.ann), at=timezone.now()
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
