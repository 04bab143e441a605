"""Every model with personal data records its changes in the audit log, without the values."""

import ast
import json

import pytest
from django.db import models
from django.db.models.fields.files import FieldFile

from privacy import change_tracking, declarations
from privacy.models import AuditLogEntry
from privacy.models.audit_log import Kind
from privacy.scope import ScopedQuerySet
from tests.rules.apps import SOURCES

pytestmark = pytest.mark.django_db
WITH_PERSONAL = [d for d in declarations.all_declared() if d.personal]
# Models whose rows a query could change without a record → why none does
NO_SCOPE = {
    "accounts.User": "lies below the scope; its rows are saved one by one (see the test of managers below)",
    "accounts.SignIn": "lies below the scope; a place that is noted, dropped after 90 days and told in the journal",
    "privacy.DocumentVersion": "published texts are guarded by the database",
    "privacy.LegalDocument": "two rows, changed on their own page",
    "privacy.Purpose": "changed one by one; each version is evidence",
    "privacy.RetentionRule": "changed one by one on their own page",
}
# Modules that change rows through `_base_manager` → the record that they make instead
PAST_THE_SCOPE = {
    "privacy/rights/erasures.py": "the certificate (`Erasure`) counts the rows of each model",
    "privacy/rights/retention.py": "the same certificate, one a row",
    "privacy/consent/consents/consequences.py": "follows from a withdrawal, which is evidence (`ConsentEvent`)",
}


def untold(found):
    """Return models with personal fields whose changes are not recorded and that give no sufficient reason."""
    return [
        d.model._meta.label
        for d in found
        if d.personal and 0 < len(d.audit_log.skip_reason) <= 30 and not getattr(d.model, "is_evidence", False)
    ]


def test_every_model_with_personal_fields_is_tracked_or_says_why_not():
    assert not untold(WITH_PERSONAL)
    tracked = set(change_tracking.tracked())
    for declaration in WITH_PERSONAL:
        is_evidence = getattr(declaration.model, "is_evidence", False)
        assert (declaration.model in tracked) != bool(declaration.audit_log.skip_reason or is_evidence), (
            declaration.model
        )


def unseen(models):
    """Return models whose rows a query can change without a record."""
    return [model._meta.label for model in models if not isinstance(model._default_manager.all(), ScopedQuerySet)]


def test_a_query_that_changes_rows_is_seen():
    found = set(unseen(change_tracking.tracked()))
    assert found <= set(NO_SCOPE), "Give these a ScopedQuerySet, or say here why not."
    assert found >= set(NO_SCOPE), "These have one now: take them off the list."


def past_the_scope(sources):
    return [source.name for source in sources if any(map(is_past, ast.walk(source.tree)))]


def test_nothing_changes_rows_past_the_scope_but_what_leaves_another_trace():
    assert set(past_the_scope(SOURCES)) == set(PAST_THE_SCOPE)


def is_past(node):
    """Return whether a node changes rows through `_base_manager` or the manager of accounts."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr not in {"update", "bulk_update", "bulk_create"}:
        return False
    said = ast.unparse(node)
    return "**d.personal" in said or "**declaration.personal" in said or "_base_manager" in said or "User.obj" in said


def changed(row, field):
    """Return another value that this field could hold, or None."""
    value = getattr(row, field.name)
    if isinstance(value, FieldFile):
        return f"changed/{row.pk}.jpg"
    if isinstance(field, models.DateField | models.ForeignKey | models.BinaryField | models.JSONField):
        return None
    if isinstance(field, models.IntegerField):
        return (value or 0) + 1
    return "changed@example.com" if isinstance(field, models.EmailField) else None if field.choices else "changed"


@pytest.mark.parametrize("model", change_tracking.tracked(), ids=lambda m: m._meta.label)
def test_a_changed_value_is_told_and_not_shown(world, model):
    row = world.rows["anggrek"].get(model) or model._base_manager.first()
    if row is None:
        pytest.skip("the world holds none")
    hidden = change_tracking.personal(model)
    values = {f.name: changed(row, f) for f in model._meta.concrete_fields if f.name in hidden}
    values = {name: value for name, value in values.items() if value is not None and name != "holder"}
    before = AuditLogEntry.objects.count()
    for name, value in values.items():
        setattr(row, name, value)
    row.save_base(update_fields=list(values)) if values else None
    told = AuditLogEntry.objects.order_by("pk")[before:]
    assert len(told) == bool(values)
    for entry in told:
        assert (entry.kind, entry.model, entry.row) == (Kind.CHANGED, model._meta.label, str(row.pk))
        assert set(entry.facts["changes"]) <= set(values)
        assert all(pair == [change_tracking.MASK] * 2 for pair in entry.facts["changes"].values())


def test_no_entry_of_the_world_holds_a_personal_value(world):
    told = json.dumps(list(AuditLogEntry.objects.values_list("facts", "route", "row")), default=str, ensure_ascii=False)
    assert AuditLogEntry.objects.filter(kind=Kind.ADDED).count() > len(change_tracking.tracked())
    words = set(world.secrets)
    for d in WITH_PERSONAL:
        for row in d.model._base_manager.all():
            texts = (f for f in d.model._meta.concrete_fields if f.name in d.personal)
            names = [f.name for f in texts if isinstance(f, models.TextField | models.CharField)]
            words |= {str(getattr(row, name) or "") for name in names}
    assert not [word for word in words if len(word) > 4 and word not in {"female", "owner", "tenant"} and word in told]
