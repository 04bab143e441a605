"""Rotation of the encryption keys while the site runs: values of other keys are encrypted again with the first key.

No progress is stored. Every encrypted value names its key, so an interrupted run is resumed by starting it again, and a
second run finds nothing to do. The places are found from the models, so that a new one is not forgotten.
"""

from collections import Counter
from contextlib import suppress
from functools import partial

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F, FileField, TextField, Value
from django.db.models.functions import Cast, Substr
from django_tasks_db.models import DBTaskResult

from accounts import encryption, mfa
from accounts.tasks import LETTER
from privacy.fields import BlindIndexField, EncryptedTextField

# JSON columns that hold encrypted texts: model, column, and the context of the encryption
SEALED_JSON = [(DBTaskResult, "args_kwargs", LETTER), (Authenticator, "data", mfa.CONTEXT)]
NO_KEY = "?"  # counted for values that name no key or cannot be decrypted


def places():
    """Return every place whose values are encrypted with FIELD_KEYS."""
    columns = [EncryptedColumn(field) for field in _fields(EncryptedTextField)]
    return [*columns, *(EncryptedJson(*where) for where in SEALED_JSON), *_folders()]


def indexes():
    """Return every column that is computed with BLIND_INDEX_KEY."""
    return [IndexColumn(field) for field in _fields(BlindIndexField)]


def _fields(kind):
    found = (field for model in apps.get_models() for field in model._meta.local_concrete_fields)
    return sorted((field for field in found if isinstance(field, kind)), key=_label)


def _folders():
    """Return the folders of the storage, not the file columns: proposed scans are named in a text column."""
    named = {}
    for field in _fields(FileField):
        named.setdefault(field.upload_to, []).append(_label(field))
    return [EncryptedFolder(folder, named.get(folder, [])) for folder in sorted({*default_storage.folders(), *named})]


def _label(field):
    return f"{field.model._meta.label}.{field.name}"


class Place:
    """A place of encrypted values. `count` counts them by key; `rotate` encrypts those of other keys with the first."""

    def __init__(self, label):
        self.label = label
        self.faults = Counter()  # message about values that could not be encrypted again → how often

    def count(self):
        return Counter(self._keys())

    def _try(self, again, *row):
        """Return how many values of this row were encrypted again; note as a fault what cannot be decrypted."""
        try:
            return again(*row)
        except encryption.DecryptionError as error:
            self.faults[str(error)] += 1
        except FileNotFoundError:  # erased meanwhile
            pass
        return 0


class Column(Place):
    """A column of a table: each batch is a transaction of its own that locks its rows."""

    def __init__(self, field):
        super().__init__(_label(field))
        self.field, self.model = field, field.model

    def rotate(self, size):
        """Yield how many values were encrypted again in each batch."""
        after = None
        while True:
            with transaction.atomic():
                rows = self._batch(after, size)
                done = sum(self._try(self._again, *row) for row in rows)
            if not rows:
                return
            after = rows[-1][0]
            yield done

    def _batch(self, after, size):
        rows = self._rows().order_by("pk")
        rows = rows if after is None else rows.filter(pk__gt=after)
        return list(rows.select_for_update()[:size].values_list("pk", self.read))


class EncryptedColumn(Column):
    read = "sealed"

    def _rows(self):
        """Return rows whose value another key encrypted; `sealed` is the text as the database holds it."""
        first = f"{encryption.first_key()}:"
        return self._stored().annotate(start=Substr("sealed", 1, len(first))).exclude(start=first)

    def _stored(self):
        stored = Cast(F(self.field.name), TextField())
        return self.model._base_manager.annotate(sealed=stored).filter(sealed__gt="")

    def _keys(self):
        starts = self._stored().values_list(Substr("sealed", 1, encryption.HEAD_LENGTH), flat=True)
        return (encryption.key_id_of(text) or NO_KEY for text in starts.iterator(chunk_size=2000))

    def _again(self, pk, sealed):
        """Update the row only if it still holds the text that was read, so that a concurrent change is kept."""
        fresh = encryption.reencrypt(sealed, context=self.field.context)
        row = self._stored().filter(pk=pk, sealed=sealed)
        return row.update(**{self.field.name: Value(fresh, output_field=TextField())})


class EncryptedJson(Column):
    """Encrypted texts inside a JSON column, such as the email that waits for the worker."""

    def __init__(self, model, column, context):
        super().__init__(model._meta.get_field(column))
        self.context, self.read = context, column

    def _rows(self):
        return self.model._base_manager.all()

    def _keys(self):
        for value in self._rows().values_list(self.read, flat=True).iterator(chunk_size=2000):
            yield from map(encryption.key_id_of, _sealed_in(value))

    def _again(self, pk, value):
        old = [text for text in _sealed_in(value) if encryption.key_id_of(text) != encryption.first_key()]
        fresh = {text: encryption.reencrypt(text, context=self.context) for text in old}
        if fresh:
            self._rows().filter(pk=pk).update(**{self.read: _replaced(value, lambda text: fresh.get(text, text))})
        return len(old)


class EncryptedFolder(Place):
    """Files of one folder of the private storage."""

    def __init__(self, folder, columns):
        super().__init__(f"{folder}/ ({', '.join(columns)})" if columns else f"{folder}/")
        self.folder = folder

    def rotate(self, size):
        """Yield how many files were encrypted again, after every `size` files."""
        done = 0
        for name in self._names():
            done += self._try(self._again, name)
            if done == size:
                yield done
                done = 0
        yield done

    def _names(self):
        return default_storage.names(self.folder)

    def _keys(self):
        for name in self._names():
            with suppress(FileNotFoundError):  # erased meanwhile
                yield default_storage.key_of(name) or NO_KEY

    def _again(self, name):
        if default_storage.key_of(name) == encryption.first_key():
            return 0
        default_storage.reseal(name)
        return 1


class IndexColumn(Column):
    """A blind index names no key: it is computed again from the value and compared."""

    def __init__(self, field):
        super().__init__(field)
        self.read = field.name

    def _rows(self):
        return self.model._base_manager.filter(**{f"{self.field.name}__gt": ""})

    def _keys(self):
        for pk, index in self._rows().values_list("pk", self.read).iterator(chunk_size=2000):
            try:
                known = dict(zip(self._indexes(pk), settings.BLIND_INDEX_KEYS, strict=False))
            except encryption.DecryptionError:
                known = {}
            yield known.get(index, NO_KEY)

    def _indexes(self, pk):
        return self.field.indexes(self.field.text_of(self.model._base_manager.get(pk=pk)))

    def _again(self, pk, index):
        fresh = next(iter(self._indexes(pk)), "")
        if fresh == index:
            return 0
        try:
            with transaction.atomic():
                return self._rows().filter(pk=pk, **{self.read: index}).update(**{self.read: fresh})
        except IntegrityError:
            self.faults[f"{self.label}: row {pk} holds what another row holds, and only one may."] += 1
            return 0


def _sealed_in(value):
    """Return the encrypted texts in the value of a JSON column."""
    found = []

    def note(text):
        if encryption.is_encrypted(text):
            found.append(text)
        return text

    _replaced(value, note)
    return found


def _replaced(value, change):
    again = partial(_replaced, change=change)
    if isinstance(value, dict):
        return {name: again(part) for name, part in value.items()}
    if isinstance(value, list):
        return [again(part) for part in value]
    return change(value) if isinstance(value, str) else value
