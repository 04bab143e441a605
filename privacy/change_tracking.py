"""Every change of a declared row leaves an entry in the journal: which row, which fields, by whom, in which request.

What is personal is read from the declarations, so that no new field can be forgotten: its change is told, its values
never. Other values are told where they are a choice, a switch, a number, a date or the number of another row.
Erasure needs to reach nothing here; its own trace is the certificate (`Erasure`).
"""

from django.apps import apps
from django.db import models
from django.db.models.fields.files import FieldFile

from privacy import audit_log, declarations
from privacy.models.audit_log import Kind

MASK = "•••"
TOLD = (models.BooleanField, models.IntegerField, models.DateField, models.ForeignKey)  # a moment is a date too
BEFORE = "_as_it_was"


def tracked():
    """Every model whose changes are written down: all that are declared, but for those that say why not."""
    declared = [d.model for d in declarations.all_declared() if not d.audit_log.skip_reason]
    # Decisions that hold no personal data, and so declare none
    decisions = [model for model in apps.get_models() if getattr(model, "is_tracked", False)]
    return [model for model in (*declared, *decisions) if not getattr(model, "is_evidence", False)]


def personal(model):
    """The personal fields, those of its parents too."""
    known = [declarations.of(each) for each in model.__mro__ if "Privacy" in vars(each)]
    return {name for d in known for name in d.personal}


def logged_value(model, name, old, new):
    """[old, new] as the journal may say it."""
    field = model._meta.get_field(name)
    if name in personal(model) or not (field.choices or isinstance(field, TOLD)):
        return [MASK, MASK]
    return [value if isinstance(value, int | bool | None) else str(value) for value in (old, new)]


def snapshot(sender, instance, raw=False, update_fields=None, **kwargs):
    """Before a row is saved: keep what it was."""
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
    """What can be compared, whether it came from the database or was set by hand."""
    if isinstance(value, memoryview):
        return bytes(value)
    return value.name or "" if isinstance(value, FieldFile) else field.to_python(value)


def on_delete(sender, instance, **kwargs):
    audit_log.record(Kind.REMOVED, row=instance)


def on_bulk(sender, rows, names=(), **kwargs):
    """Rows that a query adds or changes together: the fields are told, for each row alike, without values."""
    facts = {"changes": {name: [MASK, MASK] for name in names}, "together": len(rows)}
    kind = Kind.CHANGED if names else Kind.ADDED
    audit_log.add([audit_log.entry(kind, row=row, facts=facts) for row in rows])


def labels(entry):
    """Readable names of the fields that an entry tells of."""
    model = apps.get_model(entry.model)
    names = {field.name for field in model._meta.get_fields()}
    return [model._meta.get_field(name).verbose_name if name in names else name for name in entry.facts["changes"]]
