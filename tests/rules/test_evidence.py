"""Evidence is append-only in the ORM, the database and the admin; changes that bypass them are detected."""

import json
from contextlib import suppress

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import IntegrityError, ProgrammingError, connection, models, transaction
from django.test import RequestFactory

from privacy import append_only
from privacy.errors import Refused
from privacy.models import (
    AccessRecord,
    Checkpoint,
    CheckpointHead,
    ConsentEvent,
    DocumentVersion,
    Party,
    SharingEvent,
    Subject,
)
from privacy.models.evidence import Evidence, uuid7
from privacy.oversight import evidence_checks
from tests.database import in_spite_of_triggers

EVIDENCE = sorted((m for m in apps.get_models() if issubclass(m, Evidence)), key=lambda m: m.__name__)
# Foreign keys that may cascade, with the reason
MAY_CASCADE = {"tenants.PendingImport.management": "a file on its way into the register, thrown away after a day"}
REFUSALS = (IntegrityError, ProgrammingError)
each = pytest.mark.parametrize("model", EVIDENCE, ids=lambda m: m.__name__)


def in_database(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def is_evidence(model):
    return getattr(model, "is_evidence", False)


def half_evidence(models):
    """Return models marked as evidence that the ORM would change, and the reverse."""
    return [model._meta.label for model in models if is_evidence(model) != issubclass(model, Evidence)]


def test_these_are_evidence():
    assert {AccessRecord, ConsentEvent, SharingEvent} <= set(EVIDENCE)
    assert not half_evidence(apps.get_models())
    assert set(append_only.guarded_tables()) == {m._meta.db_table for m in EVIDENCE} | {"privacy_documentversion"}


@pytest.mark.django_db
def test_every_evidence_table_has_its_triggers():
    assert append_only.missing(connection) == [], (
        "Run migrate: post_migrate makes them again (SQLite drops them when it rebuilds a table)."
    )


@pytest.mark.django_db
def test_a_lost_trigger_is_noticed_and_made_again():
    append_only.drop(connection, "privacy_accessrecord")
    assert append_only.missing(connection) == ["privacy_accessrecord"]
    append_only.create_all(connection)
    assert append_only.missing(connection) == []


@each
def test_the_orm_refuses_a_change(world, model):
    row = model.objects.first()
    for attempt in (
        row.save,
        row.delete,
        lambda: model.objects.update(at=None),
        lambda: model.objects.all().delete(),
        lambda: model.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(Refused):
            attempt()
    with pytest.raises((Refused, *REFUSALS)), transaction.atomic():
        model.objects.bulk_update([row], ["at"])


@each
def test_the_database_refuses_update_and_delete(world, model):
    table, count = model._meta.db_table, model.objects.count()
    assert count
    with pytest.raises(REFUSALS, match="only grows"):
        in_database(f"UPDATE {table} SET at = at")
    with pytest.raises(REFUSALS, match="only grows"):
        in_database(f"DELETE FROM {table}")
    assert model.objects.count() == count


@each
def test_the_database_refuses_to_replace_a_row(world, model):
    table = model._meta.db_table
    pk = model._meta.pk.get_db_prep_value(model.objects.first().pk, connection)
    columns = ", ".join(f.column for f in model._meta.concrete_fields)
    if connection.vendor == "sqlite":
        replace = f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE id = %s"
    else:
        insert = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE id = %s"
        replace = f"{insert} ON CONFLICT (id) DO UPDATE SET at = EXCLUDED.at"
    with pytest.raises(REFUSALS, match="only grows"):
        in_database(replace, pk)


def test_published_text_cannot_change(world):
    table = DocumentVersion._meta.db_table
    with pytest.raises(REFUSALS, match="only grows"):
        in_database(f"UPDATE {table} SET body_en = 'other' WHERE published_at IS NOT NULL")
    with pytest.raises(REFUSALS, match="only grows"):
        in_database(f"DELETE FROM {table} WHERE published_at IS NOT NULL")
    version = DocumentVersion.objects.published().first()
    version.body_en = "other"
    with pytest.raises((Refused, *REFUSALS)), transaction.atomic():
        version.save()


def cascades(found):
    """Return foreign keys of or to evidence, subjects and parties through which a deletion would cascade."""
    kept = (Subject, Party, Evidence)
    return [
        f"{model._meta.label}.{field.name}"
        for model in found
        for field in model._meta.concrete_fields
        if field.is_relation
        and field.remote_field.on_delete is not models.PROTECT
        and (is_evidence(model) or (issubclass(field.related_model, kept) and not field.remote_field.parent_link))
        and f"{model._meta.label}.{field.name}" not in MAY_CASCADE
    ]


def test_nothing_cascades_from_or_to_evidence_subjects_and_parties():
    loose = cascades(apps.get_models())
    assert not loose, f"{loose} would take evidence along, or be taken along with a person's pseudonym: use PROTECT."


@each
def test_evidence_has_no_many_to_many(model):
    assert not model._meta.many_to_many, "A many-to-many table is not guarded."


@each
def test_nobody_can_touch_evidence_in_the_admin(world, model):
    model_admin = admin.site._registry[model]
    request = RequestFactory().get("/")
    request.user = world.otto
    row = model.objects.first()
    assert world.otto.is_superuser
    assert not model_admin.has_add_permission(request)
    assert not model_admin.has_change_permission(request, row)
    assert not model_admin.has_delete_permission(request, row)
    assert model_admin.has_view_permission(request, row)
    assert not model_admin.get_actions(request) or "delete_selected" not in model_admin.get_actions(request)


@pytest.mark.django_db
def test_one_lost_trigger_of_a_table_is_noticed():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP TRIGGER privacy_accessrecord_all ON privacy_accessrecord")
        else:
            cursor.execute("DROP TRIGGER privacy_accessrecord_update")
    assert append_only.missing(connection) == ["privacy_accessrecord"]


def other_values(field, row):
    """Return another value that this column could hold, or None if there is none."""
    if isinstance(field, models.ForeignKey):
        pks = field.related_model._base_manager.exclude(pk=getattr(row, field.attname)).values_list("pk", flat=True)
        return field.target_field.get_db_prep_value(pks.first(), connection) if pks.exists() else None
    kinds = (
        (models.UUIDField, lambda: field.get_db_prep_value(uuid7(), connection)),
        (models.JSONField, lambda: json.dumps({"other": 1})),
        (models.BooleanField, lambda: not getattr(row, field.attname)),
        (models.DateTimeField, lambda: "2001-01-01 00:00:00"),
        (models.DateField, lambda: "2001-01-01"),
        (models.IntegerField, lambda: (getattr(row, field.attname) or 0) + 100),
        (models.Field, lambda: "other"[: field.max_length]),
    )
    return next(make() for kind, make in kinds if isinstance(field, kind))


@each
def test_any_column_changed_by_sql_is_named(world, model):
    assert evidence_checks.verify().holds
    row = model.objects.order_by("-pk").first()
    pk = model._meta.pk.get_db_prep_value(row.pk, connection)
    unseen = []
    for field in model._meta.concrete_fields:
        value = other_values(field, row)
        if value is None:
            continue
        with suppress(IntegrityError), transaction.atomic():  # a change that a constraint refuses needs no detection
            in_spite_of_triggers(model, f"UPDATE {{table}} SET {field.column} = %s WHERE id = %s", value, pk)
            fault = evidence_checks.verify().fault
            unseen += [] if fault and fault.model in (model, CheckpointHead) else [field.name]
            transaction.set_rollback(True)
    assert not unseen, f"{model.__name__}: a change of {unseen} goes unnoticed."


@each
def test_a_lost_row_is_missed_after_a_checkpoint(world, model):
    row = model.objects.order_by("pk").first()
    pk = model._meta.pk.get_db_prep_value(row.pk, connection)
    with transaction.atomic():
        in_spite_of_triggers(model, "DELETE FROM {table} WHERE id = %s", pk)
        fault = evidence_checks.verify().fault
        transaction.set_rollback(True)
    assert fault is not None or model is Checkpoint  # the last checkpoint: see `evidence_checks.compare`
