"""Audit log entries for every change of a declared row: which row, which fields, by whom, in which request.

Personal fields are read from the declarations, so that no new field is forgotten: their change is recorded, never their
values. Other values are recorded if they are choices, booleans, numbers, dates or keys of other rows. Erasure need not
change these entries; it is proved by its certificate (`Erasure`).
"""

from django.apps import apps
from django.db import models
from django.db.models.fields.files import FieldFile

from privacy import audit_log, declarations
from privacy.models.audit_log import Kind

MASK = "•••"
TOLD = (models.BooleanField, models.IntegerField, models.DateField, models.ForeignKey)  # a DateTimeField is a DateField
BEFORE = "_as_it_was"


def tracked():
    """Return the models whose changes are recorded: declared without `skip_reason`, or marked `is_tracked`."""
    declared = [d.model for d in declarations.all_declared() if not d.audit_log.skip_reason]
    # Models of decisions without personal data, which have no declaration
    decisions = [model for model in apps.get_models() if getattr(model, "is_tracked", False)]
    return [model for model in (*declared, *decisions) if not getattr(model, "is_evidence", False)]


def personal(model):
    """Return the names of the personal fields, including those of parent models."""
    known = [declarations.of(each) for each in model.__mro__ if "Privacy" in vars(each)]
    return {name for d in known for name in d.personal}


def logged_value(model, name, old, new):
    """Return [old, new] as the audit log may hold them."""
    field = model._meta.get_field(name)
    if name in personal(model) or not (field.choices or isinstance(field, TOLD)):
        return [MASK, MASK]
    return [value if isinstance(value, int | bool | None) else str(value) for value in (old, new)]


def snapshot(sender, instance, raw=False, update_fields=None, **kwargs):
    """Keep the stored values of a row before it is saved (pre_save)."""
    if raw or instance._state.adding:
        return
    columns = sender._meta.concrete_fields
    wanted = {*update_fields} if update_fields else {field.name for field in columns}
    names = {field.attname for field in columns if {field.name, field.attname} & wanted}
    names -= instance.get_deferred_fields()
    setattr(instance, BEFORE, sender._base_manager.filter(pk=instance.pk).values(*names).first() if names else None)


def on_save(sender, instance, created, raw=False, **kwargs):
    before = instance.__dict__.pop(BEFORE, None)
    if raw:
        return
    if created:
        audit_log.record(Kind.ADDED, row=instance)
        return
    changes = dict(_changes(sender, instance, before or {}))
    if changes:
        audit_log.record(Kind.CHANGED, row=instance, facts={"changes": changes})


def _changes(model, instance, before):
    skipped = declarations.of(model).audit_log.skip if "Privacy" in vars(model) else ()
    for field in model._meta.concrete_fields:
        if field.attname not in before or field.name in skipped:
            continue
        old, new = (plain(field, value) for value in (before[field.attname], getattr(instance, field.attname)))
        if old != new:
            yield field.name, logged_value(model, field.name, old, new)


def plain(field, value):
    """Return a value that compares equal whether it came from the database or was assigned."""
    if isinstance(value, memoryview):
        return bytes(value)
    return value.name or "" if isinstance(value, FieldFile) else field.to_python(value)


def on_delete(sender, instance, **kwargs):
    audit_log.record(Kind.REMOVED, row=instance)


def on_bulk(sender, rows, names=(), **kwargs):
    """Record rows that one query adds or changes: the same fields for each row, without values."""
    facts = {"changes": {name: [MASK, MASK] for name in names}, "together": len(rows)}
    kind = Kind.CHANGED if names else Kind.ADDED
    audit_log.add([audit_log.entry(kind, row=row, facts=facts) for row in rows])


def labels(entry):
    """Return readable names of the fields of an entry."""
    model = apps.get_model(entry.model)
    names = {field.name for field in model._meta.get_fields()}
    return [model._meta.get_field(name).verbose_name if name in names else name for name in entry.facts["changes"]]
