"""What is encrypted stays encrypted: in the database, in lookups, in the wrong column."""

import pytest
from django.core.exceptions import FieldError
from django.db import connection

from accounts.encryption import DecryptionError
from tenants.models import Tenant
from tests import factories as f

NUMBER = "3172055504900001"


@pytest.fixture
def entry(db):
    return f.TenantFactory(identity_kind="ktp", identity_number=NUMBER)


def stored(column, entry):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM tenants_tenant WHERE id = %s", [entry.pk])
        return cursor.fetchone()[0]


def test_number_reads_back_but_is_not_in_the_database(entry):
    assert Tenant.objects.get(pk=entry.pk).identity_number == NUMBER
    assert NUMBER not in stored("identity_number", entry) + stored("identity_index", entry)


def test_same_number_is_sealed_differently_each_time(entry):
    other = f.TenantFactory(identity_kind="ktp", identity_number=NUMBER)
    assert stored("identity_number", entry) != stored("identity_number", other)
    assert stored("identity_index", entry) == stored("identity_index", other)


def test_empty_stays_empty(db):
    entry = f.TenantFactory()
    assert (stored("identity_number", entry), stored("identity_index", entry)) == ("", "")
    assert not Tenant.objects.with_identity("ktp", "").exists()


def test_number_is_found_however_it_is_written(entry):
    assert Tenant.objects.with_identity("ktp", "3172 0555 0490 0001").get() == entry
    assert not Tenant.objects.with_identity("passport", NUMBER).exists()


@pytest.mark.parametrize("lookup", ["", "__icontains", "__startswith", "__in"])
def test_encrypted_field_refuses_lookups(entry, lookup):
    with pytest.raises(FieldError):
        Tenant.objects.filter(**{f"identity_number{lookup}": NUMBER}).exists()


def test_encrypted_field_may_be_asked_for_emptiness(entry):
    assert Tenant.objects.filter(identity_number__isnull=False).get() == entry


def test_value_moved_to_another_column_does_not_open(entry):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO privacy_profileupdaterequest"
            " (number, subject_id, controller_id, note, evidence, received_at, due_at, status)"
            " SELECT 'PD-1', subject_id, management_id, identity_number, '', created_at, created_at, 'waiting'"
            " FROM tenants_tenant"
        )
    with pytest.raises(DecryptionError):
        entry.subject.update_requests.get()


def test_update_to_a_value_keeps_the_column_sealed(entry):
    Tenant.objects.filter(pk=entry.pk).update(identity_number="3172055504900009")
    assert stored("identity_number", entry).startswith("t1:")
    assert Tenant.objects.get(pk=entry.pk).identity_number == "3172055504900009"


def test_index_has_one_form_for_each_key_and_writes_the_first(entry, settings):
    column = Tenant._meta.get_field("identity_index")
    before = stored("identity_index", entry)
    settings.BLIND_INDEX_KEYS = {"b2": b"b" * 32} | settings.BLIND_INDEX_KEYS
    first, second = column.indexes(f"ktp:{NUMBER}")
    assert (second, column.index(f"ktp:{NUMBER}"), column.indexes("")) == (before, first, [])
    other = f.TenantFactory(identity_kind="ktp", identity_number=NUMBER)
    assert (stored("identity_index", other), stored("identity_index", entry)) == (first, first)


def test_index_follows_the_number(entry):
    entry.identity_number = "3172055504900009"
    entry.save()
    assert Tenant.objects.with_identity("ktp", "3172055504900009").get() == entry
