"""Keys of fields are stored as `app.model.field`, so that no two apps can use the same key."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from django.test.utils import isolate_apps

from privacy import access_log, declarations
from privacy.consent import purposes
from privacy.models import AccessRecord, Breach, DeletionStatement, ProfileUpdateLine, Purpose, PurposeVersion
from privacy.oversight import breaches
from tests import factories as f
from tests.database import in_spite_of_triggers

pytestmark = pytest.mark.django_db
NAMES = {model._meta.model_name for model in apps.get_models()}
COLUMNS = [
    (d.model, field)
    for d in declarations.all_declared()
    for field in d.model._meta.concrete_fields
    if isinstance(field, models.JSONField) or (d.model is ProfileUpdateLine and field.name == "field")
] + [(Purpose, Purpose._meta.get_field("data"))]
# Columns that hold model labels, table names and the like, but no keys of fields
OTHER_COLUMNS = {
    "privacy.AuditLogEntry.facts", "privacy.BreachNotice.words", "privacy.Checkpoint.counts",
    "privacy.ConsentEvent.commitments", "privacy.ControllerNotice.facts", "privacy.Erasure.emptied",
    "privacy.Presentation.shown",
    "privacy.PurposeVersion.texts", "privacy.RetentionRun.planned", "privacy.StateChange.state",
}  # fmt: skip
# Repeat what other columns and the declarations hold, as it was at a time
COPIES = {"privacy.StateChange.state", "privacy.ControllerNotice.facts"}


@pytest.fixture
def world(world):
    """Add keys to columns that are empty in the shared world."""
    purposes.save(purpose=f.PurposeFactory(code="keyed", data=["tenants.tenant.phone", "tenants.occupancy.unit"]))
    world.rows["anggrek"][Breach].kinds = ["tenants.tenant.name"]
    breaches.revise(breach=world.rows["anggrek"][Breach], by=world.olga)
    return world


def is_key(key):
    """Return whether key is the full name of an existing field."""
    label, _dot, name = key.rpartition(".")
    try:
        return label.count(".") == 1 and bool(apps.get_model(label)._meta.get_field(name))
    except (LookupError, FieldDoesNotExist):
        return False


def test_every_stored_key_names_app_model_and_field(world):
    wrong, compared = [], {}
    for model, field in COLUMNS:
        label = f"{model._meta.label}.{field.name}"
        for value in model._base_manager.values_list(field.name, flat=True) if label not in OTHER_COLUMNS else ():
            keys = [value] if isinstance(value, str) else value
            compared[label] = compared.get(label, 0) + len(keys)
            wrong += [f"{label}: {key}" for key in keys if not is_key(key)]
    assert not wrong, f"Store `declarations.key_of(model, name)`: {wrong}"
    filled = {label for label, count in compared.items() if count}
    empty = {f"{model._meta.label}.{field.name}" for model, field in COLUMNS} - OTHER_COLUMNS - filled
    assert not empty, f"Add such rows to tests/rules/world.py: {empty}"


def test_columns_left_out_hold_no_keys(world):
    for label in OTHER_COLUMNS - COPIES:
        model, _dot, name = label.rpartition(".")
        rows = apps.get_model(model)._base_manager.values_list(name, flat=True)
        assert rows, label
        held = [key for value in rows for key in declared_keys(value)]
        assert not held, f"{label} holds keys: {held}"


def declared_keys(value):
    known = {*declarations.shareable(), *(key.partition(".")[2] for key in declarations.shareable())}
    if isinstance(value, dict):
        return [key for pair in value.items() for part in pair for key in declared_keys(part)]
    if isinstance(value, list):
        return [key for part in value for key in declared_keys(part)]
    return [value] if value in known else []


@isolate_apps("tests")
def test_two_apps_share_no_key():
    class Tenant(models.Model):  # noqa: DJ008 - never a row
        class Meta:
            app_label = "elsewhere"

    ours = declarations.tenant_record().model
    assert declarations.key_of(ours, "phone") == "tenants.tenant.phone"
    assert declarations.key_of(Tenant, "phone") == "elsewhere.tenant.phone"


@pytest.mark.parametrize("key", ["tenant.phone", "tenants.tenant.nothing", "nowhere.tenant.phone", "phone"])
def test_another_form_of_key_is_found(key):
    assert not is_key(key)
    assert is_key("tenants.tenant.phone")


# Old evidence has keys without the app: it cannot be changed, so it must stay readable


def aged(row, column):
    """Rewrite the row as older versions stored it."""
    keys = [key.partition(".")[2] for key in getattr(row, column)]
    assert keys
    sql = f"UPDATE {{table}} SET {column} = %s WHERE id = %s"
    field = type(row)._meta.get_field(column)
    values = field.get_db_prep_save(keys, connection), row._meta.pk.get_db_prep_value(row.pk, connection)
    in_spite_of_triggers(type(row), sql, *values)
    old = type(row).objects.get(pk=row.pk)
    assert getattr(old, column) == keys
    return old


@pytest.mark.parametrize(
    ("model", "column", "read"),
    [
        (AccessRecord, "fields", lambda row: (row.field_labels, access_log.sentence(row, 0))),
        (DeletionStatement, "fields", lambda row: declarations.labels(row.fields)),
        (PurposeVersion, "data", lambda row: (row.data_labels, declarations.terms(row.data))),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_evidence_with_keys_of_before_reads_as_ever(world, model, column, read):
    row = model.objects.exclude(**{column: []}).first()
    assert read(aged(row, column)) == read(row)
    assert "." not in str(read(row)[0])


def test_all_of_an_old_look_is_still_called_the_record(world):
    plain = declarations.tenant_record().plain
    assert access_log.what([f"tenant.{name}" for name in plain]) == "your record"
    assert access_log.what([f"tenants.tenant.{name}" for name in plain]) == "your record"


# Rows that may change are migrated


def test_the_migration_rewrites_what_may_change_and_can_be_undone(world):
    migration = import_module("privacy.migrations.0010_keys_name_the_app")
    stored = {(m, f) for m, f in COLUMNS if f"{m._meta.label}.{f.name}" not in OTHER_COLUMNS}
    changing = {(m.__name__, f.name) for m, f in stored if not getattr(m, "is_evidence", False)}
    assert changing == {*migration.LISTS.items(), ("ProfileUpdateLine", "field")}
    before = held(changing)
    migration.backwards(apps, None)
    assert not [key for keys in held(changing).values() for key in keys if is_key(key)]
    assert "tenant.phone" in held(changing)["SharingGrant"]
    assert "phone" in held(changing)["ProfileUpdateLine"]
    for _twice in range(2):
        migration.forwards(apps, None)
        assert held(changing) == before


def held(columns):
    found = {}
    for name, column in columns:
        for value in apps.get_model("privacy", name)._base_manager.order_by("pk").values_list(column, flat=True):
            found.setdefault(name, []).extend([value] if isinstance(value, str) else value)
    return found
