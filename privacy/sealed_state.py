"""Sealed state: rows that hold decisions, such as permissions and requests, follow from evidence (article 24).

A model lists the columns that hold its decisions in `sealed_state`: names of fields, or of properties with plain
values. Every write of such a row adds a `StateChange` in the same transaction (`privacy.receivers`). Whoever changes
the row by SQL cannot write the sealed change that belongs to it, and `mismatches` names the row.

Sealed columns hold codes, dates, numbers of rows and commitments, never free text: an erasure does not change evidence.
A row whose sealed columns are all empty needs no change; a subject is such a row until something happens to it.
"""

import json
from itertools import groupby, islice
from operator import itemgetter

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError, QuerySet

from privacy import integrity
from privacy.models.state_changes import StateChange

CHUNK = 1000  # rows per query


def sealed_models():
    """Return every model with sealed columns, ordered by label."""
    return sorted(filter(_is_sealed, apps.get_models()), key=lambda model: model._meta.label)


def _is_sealed(model):
    return bool(getattr(model, "sealed_state", ()))


def state_of(row):
    """Return column → value of the sealed columns of a row, as JSON holds them."""
    values = {name: _value(row, name) for name in row.sealed_state}
    return json.loads(integrity.canonical(values))


def _value(row, name):
    try:
        field = row._meta.get_field(name)
    except FieldDoesNotExist:
        return getattr(row, name)
    return field.get_prep_value(getattr(row, field.attname))


def record_created(row):
    """Add the first change of a new row."""
    _add(type(row), {str(row.pk): state_of(row)}, {})


def record(model, keys):
    """Add a change for each of these rows whose sealed columns differ from its last change.

    The receivers call it for writes that send signals; call it after others, such as `_base_manager…update()`.
    """
    for chunk in _chunks(keys if _is_sealed(model) else ()):
        present = {str(row.pk): state_of(row) for row in model._base_manager.filter(pk__in=chunk)}
        _add(model, {str(key): present.get(str(key)) for key in chunk}, _last(model, chunk))


def _add(model, states, last):
    changes = [
        StateChange(model=model._meta.label, row=row, state=state)
        for row, state in states.items()
        if state != last.get(row) and (row in last or not _is_empty(state))
    ]
    if changes:
        StateChange.objects.bulk_create(changes)


def is_recorded(row):
    """Return whether a row is what its last change says, and the seal of this change is valid."""
    last = _last_change(row._meta.label, str(row.pk))
    return last is not None and last.state == state_of(row) and last.has_valid_seal()


def _last(model, keys):
    """Return row → state of the last change of each of these rows that has one."""
    changes = StateChange.objects.filter(model=model._meta.label, row__in=[str(key) for key in keys])
    return dict(changes.order_by("pk").values_list("row", "state"))


def _last_change(label, row):
    return StateChange.objects.filter(model=label, row=row).order_by("-pk").first()


def _is_empty(state):
    return state is None or not any(state.values())


def mismatches(models=None):
    """Yield (model, row, names of the columns that differ) for each row that is not what its last change says.

    No names: the row is missing, or it is there again after its removal. Memory does not grow with the number of rows.
    `models`: the sealed models to check (all).
    """
    for model in models or sealed_models():
        yield from _not_as_recorded(model)
        yield from _not_recorded(model)


def _not_as_recorded(model):
    changes = StateChange.objects.filter(model=model._meta.label).order_by("row", "pk")
    changes = changes.values_list("row", "state")
    newest = (list(group)[-1] for _row, group in groupby(changes.iterator(chunk_size=CHUNK), itemgetter(0)))
    for chunk in _chunks(newest):
        rows = {str(row.pk): state_of(row) for row in model._base_manager.filter(pk__in=[row for row, _state in chunk])}
        for row, state in chunk:
            if rows.get(row) != state:
                yield model, row, _differing(rows.get(row), state)


def _not_recorded(model):
    for chunk in _chunks(model._base_manager.order_by("pk").iterator(chunk_size=CHUNK)):
        known = _last(model, [row.pk for row in chunk])
        for row in chunk:
            state = state_of(row)
            if str(row.pk) not in known and not _is_empty(state):
                yield model, str(row.pk), sorted(name for name, value in state.items() if value)


def rebuild(model, row):
    """Make a row what its last change says. Return whether it could be done.

    A row without a change, or whose last change has no valid seal, is left as it is.
    """
    last = _last_change(model._meta.label, row)
    return last is not None and last.has_valid_seal() and apply(last)


def apply(change):
    """Write the sealed columns of a change into its row, which is added or removed if need be.

    Return False if the database refuses it: a row that it refers to is not there, or the text is published.
    """
    model = apps.get_model(change.model)
    rows = model._base_manager.filter(pk=change.row)
    try:
        with transaction.atomic():
            if change.state is None:
                rows.delete()
                return True
            fields = {field.name: field for field in model._meta.concrete_fields}
            values = {
                fields[name].attname: fields[name].to_python(value)
                for name, value in change.state.items()
                if name in fields
            }
            row = model(pk=change.row, **values)
            if not has_its_relations(row):
                return False
            if not rows.update(**values):
                QuerySet(model).bulk_create([row])
            _set_properties(rows.get(), {k: v for k, v in change.state.items() if k not in fields})
            return True
    except (DatabaseError, ProtectedError):
        return False


def has_its_relations(row):
    """Return whether the rows that this one refers to are there. The database would say so at the commit only."""
    relations = [field for field in row._meta.concrete_fields if field.is_relation]
    keys = [(field.related_model, getattr(row, field.attname)) for field in relations]
    return all(key is None or model._base_manager.filter(pk=key).exists() for model, key in keys)


def _set_properties(row, values):
    for name, value in values.items():
        if getattr(type(row), name).fset and getattr(row, name) != value:
            setattr(row, name, value)


def _differing(found, expected):
    if found is None or expected is None:
        return []
    return sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))


def _chunks(items):
    items = iter(items)
    return iter(lambda: list(islice(items, CHUNK)), [])
