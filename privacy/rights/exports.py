"""A copy of all data about a person, made on request and never stored (articles 7 and 13 of UU PDP).

It is built from the declarations, so it includes each model that declares a subject. Other people appear only
where the access log names them.
"""

import io
import json
import logging
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePosixPath

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import FileField, JSONField
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.encryption import DecryptionError
from accounts.templatetags import dates
from privacy import access, declarations, subjects
from privacy import access_log as log
from privacy.fields import BlindIndexField
from privacy.files.csv_injection import csv_text
from privacy.models.access import AccessReason, AccessRecord, Action
from privacy.models.subjects import Subject
from privacy.scope import Role, ScopedQuerySet

logger = logging.getLogger(__name__)
SEAL = "mac"  # HMAC of a row of evidence: meaningless without the key


@dataclass
class Table:
    """All rows of one model about the person, in readable and in machine-readable form."""

    declaration: declarations.Declaration
    labels: list
    texts: list = field(default_factory=list)  # rows of cells, in the order of the labels
    values: list = field(default_factory=list)  # rows as name → value
    files: dict = field(default_factory=dict)  # name in the copy → name in the storage

    @property
    def name(self):
        return self.declaration.model._meta.label_lower

    @property
    def title(self):
        return capfirst(self.declaration.model._meta.verbose_name_plural)

    @property
    def lines(self):
        """Return each row as (label, cell) pairs, without empty cells."""
        return [
            [(label, cell) for label, cell in zip(self.labels, row, strict=True) if cell != ""] for row in self.texts
        ]


def rows_about(declaration, user):
    """Return one model's rows about this account, in the tenant's scope: undisclosed disclosures are left out."""
    model = declaration.model
    mine = model._base_manager.filter(**{declaration.holder: user})
    scoped = model._default_manager.all()
    if isinstance(scoped, ScopedQuerySet):
        mine = scoped.visible_to(user, role=Role.TENANT)
    return model._base_manager.filter(pk__in=mine.values("pk")).order_by("pk")


def inventory(user):
    """Return (title, number of rows) of each kind of data, without loading the rows."""
    counted = ((d, rows_about(d, user).count()) for d in declarations.all_declared() if d.subject)
    return [(capfirst(d.model._meta.verbose_name_plural), count) for d, count in counted if count]


def tables(user):
    """Return a `Table` for each model with rows about this account and the records it holds."""
    mine = set(Subject.objects.filter(holder=user).values_list("pk", flat=True))
    found = (_table(d, user, mine) for d in declarations.all_declared() if d.subject)
    return [table for table in found if table.values]


@transaction.atomic
def bundle(*, by):
    """Return the copy as the bytes of a ZIP, in the active language, and record the access."""
    shown = [
        declarations.key_of(d.model, name)
        for d in declarations.all_declared()
        if d.subject
        for name in d.personal
        if name not in d.export.exclude
    ]
    own = subjects.get_or_create_for(by)
    access.record_access(own, by=by, role=Role.TENANT, why=AccessReason.OWN, action=Action.EXPORTED, fields=shown)
    return _zip(tables(by), by)


def columns(declaration):
    """Return the fields included in a copy: all but secrets and blind indexes."""
    hidden = {*declaration.export.exclude, SEAL}
    fields = declaration.model._meta.concrete_fields
    return [f for f in fields if f.name not in hidden and not isinstance(f, BlindIndexField)]


def _table(declaration, user, mine):
    fields = columns(declaration)
    is_log = declaration.model is AccessRecord
    rows = rows_about(declaration, user)
    if is_log:
        rows = rows.select_related("actor__holder", "party", "grant__purpose")
    rows = list(rows)
    related = {f.name: _related(f, rows) for f in fields if f.is_relation and f.remote_field.model is not Subject}
    table = Table(declaration, [*([_("What happened")] if is_log else []), *(capfirst(f.verbose_name) for f in fields)])
    for row in rows:
        values = {f.name: _value(row, f, related, mine, table) for f in fields}
        texts = [_text(row, f, values[f.name]) for f in fields]
        if is_log:
            sentence = log.sentence(row, user.pk)
            values, texts = {"sentence": sentence} | values, [sentence, *texts]
        table.values.append(values)
        table.texts.append(texts)
    return table


def _related(column, rows):
    ids = {getattr(row, column.attname) for row in rows} - {None}
    return {pk: str(found) for pk, found in column.remote_field.model._base_manager.in_bulk(ids).items()}


def _value(row, column, related, mine, table):
    """Return a JSON value: dates as ISO 8601, files by name in the copy, subjects by pseudonym or "another person"."""
    value = getattr(row, column.attname)
    if value in (None, ""):
        return None if value is None else ""  # an empty FieldFile is not a string
    if column.is_relation and column.remote_field.model is Subject:
        return str(value) if value in mine else _("another person")
    if column.is_relation:
        return related[column.name].get(value, "")
    if isinstance(column, FileField):
        name = f"files/{table.name}-{row.pk}-{column.name}{PurePosixPath(value.name).suffix}"
        table.files[name] = value.name
        return name
    if isinstance(value, bool | int | date | datetime | list | dict) or isinstance(column, JSONField):
        return value
    return str(value)


def _text(row, column, value):
    """Return readable text: labels of choices and fields, date and time in Jakarta."""
    if value is None or column.is_relation or isinstance(column, FileField):
        return "" if value is None else str(value)
    if isinstance(value, datetime | date):
        return dates.datetime_wib(value) if isinstance(value, datetime) else dates.day(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | dict):
        if column.name == "fields":
            return ", ".join(map(str, declarations.labels(value)))
        return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder) if value else ""
    shown = declarations.display(row, column.name)
    return str(getattr(shown, "name", None) or shown)


def _zip(found, user):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        missing = _add_files(archive, found)
        context = {"tables": found, "made_at": timezone.now(), "missing": missing, "language": get_language()}
        archive.writestr("index.html", render_to_string("privacy/rights/download_index.html", context))
        data = {
            "made_at": context["made_at"],
            "account": user.email,
            "tables": {table.name: table.values for table in found},
        }
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder))
        for table in found:
            archive.writestr(f"csv/{table.name}.csv", csv_text([table.labels, *table.texts]))
    return file.getvalue()


def _add_files(archive, found):
    """Add scans and photos. Return the names of those that the storage cannot read; the copy lists them."""
    missing = []
    for name, stored in [pair for table in found for pair in table.files.items()]:
        try:
            with default_storage.open(stored) as file:
                archive.writestr(name, file.read())
        except (OSError, DecryptionError):
            logger.warning("A stored file is missing or does not open: %s", stored)
            missing.append(name)
    return missing
