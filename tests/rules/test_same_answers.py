"""A property `is_x` and a queryset method `x` of one model agree, for rows in every state and at any time.

Pairs are found by name. Rows are brought into each state by changing two columns at a time of those that the result
depends on, in the row and in rows that it refers to, as far as the database allows.
"""

import inspect
from datetime import UTC, datetime, timedelta
from itertools import combinations, product

import pytest
import time_machine
from django.apps import apps
from django.db import Error, connection, models, transaction
from django.utils import timezone

from privacy import append_only
from privacy.models import DocumentVersion, InvestigationCase, LegalHold, SharingAgreement, SharingGrant
from privacy.rights import legal_holds
from tests.rules.apps import APPS

pytestmark = pytest.mark.django_db
NOW = datetime(2036, 6, 7, 17, tzinfo=UTC)  # the first moment of 8 June in Jakarta, whose days are used
STEP = timedelta(microseconds=1)
# The same condition with two names, or with an argument
OTHERS = {
    "SharingGrant: over": (
        SharingGrant, lambda row: row.ended_at is not None, lambda rows: rows.over()
    ),
    **{
        f"InvestigationCase: {status}": (
            InvestigationCase,
            lambda row, status=status: row.current_status == status,
            lambda rows, status=status: rows.with_current_status(status),
        )
        for status in InvestigationCase.Status
    },
}  # fmt: skip


def pairs():
    """Return {name: (model, predicate of a row, filter of a queryset)}."""
    found = {}
    for model in apps.get_models():
        if model._meta.app_label not in APPS:
            continue
        for name, method in inspect.getmembers(type(model._default_manager.all()), inspect.isfunction):
            if not name.startswith("_") and hasattr(model, f"is_{name}") and _needs_nothing(method):
                found[f"{model.__name__}: {name}"] = (
                    model,
                    lambda row, name=name: getattr(row, f"is_{name}"),
                    lambda rows, name=name: getattr(rows, name)(),
                )
    return found


def _needs_nothing(method):
    _self, *rest = inspect.signature(method).parameters.values()
    return all(parameter.default is not parameter.empty for parameter in rest)


PAIRS = pairs() | OTHERS


NEVER_STORED = {InvestigationCase.Status.EXPIRED}  # computed from the date


def values_of(column):
    """Return values of a column at which the result may change. Events (`…_at`, or null) are not in the future."""
    if isinstance(column, models.BooleanField):
        values = [False, True]
    elif isinstance(column, models.DateTimeField):
        has_happened = column.null and column.name.endswith("_at")
        values = [NOW - STEP, NOW, *([] if has_happened else [NOW + STEP])]
    elif isinstance(column, models.DateField):
        values = [timezone.localdate(NOW) + timedelta(days=days) for days in (-1, 0, 1)]
    else:
        is_status = column.choices and column.name == "status"
        return [value for value, _label in column.choices if value not in NEVER_STORED] if is_status else []
    return [*values, *([None] if column.null else [])]


def places(row, said):
    """Yield (row, column) of columns that can be changed and that are named in the two conditions."""
    related = [getattr(row, field.name) for field in row._meta.concrete_fields if field.is_relation]
    for place in (row, *filter(None, related)):
        if not getattr(place, "is_evidence", False) and place._meta.app_label in APPS:
            columns = (column for column in place._meta.concrete_fields if column.name in said)
            yield from ((place, column) for column in columns if values_of(column))


def states(row, said):
    """Yield the row in each state, one after the other, each rolled back."""
    changes = [[(place, column, value) for value in values_of(column)] for place, column in places(row, said)]
    changes += [[()]]  # one column alone, too
    for first, second in combinations(changes, 2):
        for change in product(first, second):
            with transaction.atomic():
                if brought_about(change):
                    yield type(row)._base_manager.get(pk=row.pk)
                transaction.set_rollback(True)


def brought_about(change):
    try:
        with transaction.atomic():
            for place, column, value in filter(None, change):
                type(place)._base_manager.filter(pk=place.pk).update(**{column.attname: value})
    except Error:  # a constraint
        return False
    return True


def compare(model, of_row, of_rows, said=""):
    """Return (results seen, differences). `said`: names that the property reads, in addition to those of the query."""
    answers, wrong = set(), []
    said += str(of_rows(model._default_manager.all()).query).partition("WHERE")[2]
    append_only.drop(connection, DocumentVersion._meta.db_table)  # so that published versions can be changed
    for start in model._base_manager.order_by("pk")[:2]:
        for row in states(start, said):
            by_row, by_query = bool(of_row(row)), of_rows(model._default_manager.all()).filter(pk=row.pk).exists()
            answers.add(by_row)
            if by_row != by_query:
                columns = {column.name: getattr(place, column.attname) for place, column in places(row, said)}
                wrong.append(f"{by_row} for the row, {by_query} for the query: {columns}")
    return answers, wrong


@pytest.fixture(autouse=True)
def _clock_stands_still(world):
    legal_holds.release(hold=world.rows["bougenvil"][LegalHold], by=world.otto)
    with time_machine.travel(NOW, tick=False):
        yield


def test_pairs_are_found():
    assert {
        "SharingAgreement: active", "LegalHold: active", "Purpose: active", "DocumentVersion: in_force",
        "DocumentVersion: published", "ProfileUpdateRequest: waiting", "RightsRequest: waiting", "Disclosure: told",
    } <= set(PAIRS)  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_row_and_query_answer_alike(name):
    answer = vars(PAIRS[name][0]).get(f"is_{name.rpartition(' ')[2]}")
    answers, wrong = compare(*PAIRS[name], said=inspect.getsource(answer.fget) if isinstance(answer, property) else "")
    assert not wrong, f"{name}: let both say the same.\n" + "\n".join(wrong[:5])
    assert answers == {True, False}, f"{name}: the rows are never in both states, so this proves nothing."


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("SharingAgreement: active", lambda row: row.status == SharingAgreement.Status.ACTIVE),
        ("DocumentVersion: in_force", lambda row: row.is_published and row.in_force_from < timezone.now()),
        ("Disclosure: told", lambda row: row.tell_from is not None and row.tell_from <= timezone.now()),
        ("SharingGrant: over", lambda row: row.withdrawn_at is not None or row.ends_at <= timezone.now()),
    ],
)
def test_a_difference_is_found(name, answer):
    model, _of_row, of_rows = PAIRS[name]
    assert compare(model, answer, of_rows)[1]
