"""System check of every `class Privacy` (tag "privacy"): a mistake stops the site from starting, with a hint."""

from difflib import get_close_matches

from django.apps import apps
from django.core import checks
from django.core.exceptions import FieldError
from django.db.models import BooleanField, DateField, FileField, IntegerField, UUIDField

from accounts.personal_data import Personal
from privacy import declarations
from privacy.fields import BlindIndexField, EncryptedTextField

# Columns that `Erasure.others` may cover, besides foreign keys and choices: they cannot hold free text
COVERED = (BooleanField, DateField, IntegerField, UUIDField)
SECRET = (BlindIndexField, EncryptedTextField, FileField)  # erasure must blank these
SHORTEST_REASON = 8  # characters
NAME_IT = "Name it in erasure.blank, or in erasure.retained with a reason of its own."


def check_declarations(**kwargs):
    return [
        checks.Error(f"Privacy: {message}", hint=hint, obj=model, id=f"privacy.E{number:03}")
        for model in apps.get_models()
        if "Privacy" in vars(model)
        for number, message, hint in mistakes(model)
    ]


def mistakes(model):
    """Yield (number, message, hint). Unknown words are reported alone, since each would cause further errors."""
    if wrong := list(_wrong_words(vars(model.Privacy))):
        yield from wrong
        return
    d = declarations.read(model)
    yield from _wrong_names(d)
    yield from _wrong_values(d)
    if d.subject:
        yield from _erasure(d)


def _columns(d):
    return (*d.model._meta.concrete_fields, *d.model._meta.many_to_many)


def _near(name, known):
    near = get_close_matches(name, known, 1)
    return f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(known)}."


def _wrong_words(words):
    for name, value in words.items():
        if name.startswith("__"):
            continue
        kind = declarations.WORDS.get(name)
        if kind is None:
            yield 1, f"“{name}” is no word of a declaration.", _near(name, declarations.WORDS)
        elif not isinstance(value, kind):
            yield 2, f"“{name}” must be of the type {kind.__name__}.", f"Write {name} = {kind.__name__}(…)."
        elif name == "fields" and not all(isinstance(item, Personal) for item in value.values()):
            yield 2, "every value of “fields” must be of the type Personal.", 'Write {"name": Personal(…)}.'


def _wrong_names(d):
    columns = [f.name for f in _columns(d)]
    named = {
        "fields": d.fields, "erasure.blank": d.erasure.blank, "erasure.retained": d.erasure.retained,
        "sharing.fields": d.sharing.fields, "sharing.identifies": d.sharing.identifies,
        "export.exclude": d.export.exclude, "audit_log.skip": d.audit_log.skip,
        "person.email": [d.person.email], "person.birth_date": [d.person.birth_date],
    }  # fmt: skip
    for word, names in named.items():
        for name in sorted({*names} - {*columns, ""}):
            yield 3, f"{word} names “{name}”, which is no field.", _near(name, columns)
    for path in filter(None, (d.subject, d.controller, d.vendor, *d.erasure.other_subjects)):
        try:
            d.model._base_manager.filter(**{f"{path}__isnull": False})
        except FieldError as error:
            yield 8, f"the path “{path}” leads nowhere.", f"{error}"
    for name in filter(None, (d.erasure.settle, d.sharing.queryset, d.retention.event and "with_ended_on")):
        if not hasattr(d.model._default_manager.all(), name):
            yield 9, f"the queryset has no method “{name}”.", "Write it in the model's QuerySet."
    for name in d.masked:
        if not hasattr(d.model, f"get_{name}_masked"):
            yield 10, f"“{name}” is masked, and nothing says how.", f"Write the method get_{name}_masked."


def _wrong_values(d):
    kinds = {name: item.specific for name, item in d.fields.items() if item.specific}
    for known, values in ((declarations.CATEGORIES, d.shareable), (declarations.SPECIFIC, kinds)):
        for name, value in values.items():
            if value not in known:
                yield 11, f"“{value}” (of “{name}”) is no category or kind of data.", _near(value, known)
    if d.open_to and (d.subject or d.personal):
        yield 12, "rows with personal data are open to a whole role.", "Take `open_to` out: grants and roles decide."
    rule = d.retention
    if bool(rule.event) != bool(rule.days and rule.law) or (rule.warning_days and not rule.event):
        yield 14, "retention needs an event, the days after it and the law, or none of them.", "Add what is missing."


def _erasure(d):
    said = d.erasure
    for name in sorted({*said.blank} & {*said.retained} | {*d.fields} & {*said.blank, *said.retained}):
        yield 5, f"“{name}” is named twice.", "A field is blanked or retained: name it once."
    for name, reason in (said.retained | ({"others": said.others} if said.others else {})).items():
        if len(str(reason)) < SHORTEST_REASON:
            yield 7, f"“{name}” says too little of why it may outlive the person.", "Name the law, or who needs it."
    for f in _columns(d):
        if f.name in d.personal:
            continue
        if isinstance(f, SECRET):
            yield 13, f"“{f.name}” is encrypted or a file, and erasure leaves it.", "Name it in erasure.blank."
        elif f.name not in said.retained and not said.others:
            yield 4, f"nothing says what erasure leaves of “{f.name}”.", NAME_IT
        elif f.name not in said.retained and not (f.choices or f.is_relation or isinstance(f, COVERED)):
            yield 6, f"“{f.name}” may hold words of a person: erasure.others does not cover it.", NAME_IT
