"""Whoever changes a decision by SQL is found: every sealed column of every model that has any."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, connection, models, transaction
from django_countries.fields import Country

from privacy import append_only, declarations, sealed_state
from privacy.models import StateChange
from privacy.models.cases import Case
from privacy.models.two_person import TwoPersonAct
from privacy.oversight import evidence_checks
from tests.rules.apps import our_models

SEALED = sealed_state.sealed_models()
BY_THEIR_EVENTS = {}  # cases and two-person acts that need no sealed state, and why


def columns_of(model):
    """Return the sealed columns that are fields; the others must be properties of the model."""
    columns = []
    for name in model.sealed_state:
        try:
            columns.append(model._meta.get_field(name))
        except FieldDoesNotExist:
            assert isinstance(getattr(model, name), property), f"{model.__name__} has no {name}"
    return columns


CHANGES = {
    bool: lambda value: not value,
    int: lambda value: value + 1,
    datetime: lambda value: value + timedelta(days=1),
    date: lambda value: value + timedelta(days=1),
    list: lambda value: [*value, "more"],
    dict: lambda value: value | {"more": 1},
    str: lambda value: f"{value[:-1]}x",
    Country: lambda value: "SG",
}


def another(field, value):
    """Return another value of this kind."""
    if isinstance(field, models.ForeignKey):
        return field.related_model._base_manager.exclude(pk=value).values_list("pk", flat=True).first()
    if value is None:
        return datetime(2030, 1, 1, tzinfo=UTC) if isinstance(field, models.DateTimeField) else date(2030, 1, 1)
    return next(change(value) for kind, change in CHANGES.items() if isinstance(value, kind))


@pytest.mark.parametrize("model", SEALED, ids=lambda model: model.__name__)
def test_each_sealed_column_that_is_changed_by_sql_is_named(world, model):
    row = model._base_manager.first()
    assert row is not None, f"The world has no {model.__name__}."
    assert list(sealed_state.mismatches([model])) == []
    append_only.drop_all(connection)
    changed = 0
    for field in columns_of(model):
        value = another(field, getattr(row, field.attname))
        try:
            with transaction.atomic():
                model._base_manager.filter(pk=row.pk).update(**{field.attname: value})
                assert list(sealed_state.mismatches([model])) == [(model, str(row.pk), [field.name])]
                transaction.set_rollback(True)
        except IntegrityError:  # the database refuses it
            continue
        changed += 1
    append_only.create_all(connection)
    assert changed >= len(columns_of(model)) / 2


@pytest.mark.parametrize("model", SEALED, ids=lambda model: model.__name__)
def test_a_row_without_evidence_and_evidence_without_a_row_are_named(world, model):
    append_only.drop_all(connection)
    row = model._base_manager.first()
    changes = StateChange.objects.filter(model=model._meta.label, row=str(row.pk))
    with transaction.atomic():
        changes._raw_delete(changes.db)
        held = sorted(name for name, value in sealed_state.state_of(row).items() if value)
        expected = [(model, str(row.pk), held)] if held else []
        assert list(sealed_state.mismatches([model])) == expected
        transaction.set_rollback(True)
    StateChange(model=model._meta.label, row="999999999", state={"number": 1}).save()
    if not isinstance(model._meta.pk, models.UUIDField):
        assert list(sealed_state.mismatches([model])) == [(model, "999999999", [])]
    append_only.create_all(connection)


def test_the_world_holds(world):
    assert evidence_checks.verify().fault is None


def test_every_case_and_every_two_person_act_is_sealed():
    missing = {m for m in our_models() if issubclass(m, Case | TwoPersonAct) and not getattr(m, "sealed_state", ())}
    assert {model._meta.label for model in missing} == set(BY_THEIR_EVENTS)


@pytest.mark.parametrize("model", SEALED, ids=lambda model: model.__name__)
def test_no_personal_value_is_sealed(model):
    """Evidence outlives an erasure, so the columns that an erasure empties are not sealed, and no file is."""
    assert not [field for field in columns_of(model) if isinstance(field, models.FileField)]
    if "Privacy" in vars(model):
        assert not {field.name for field in columns_of(model)} & set(declarations.of(model).personal)
