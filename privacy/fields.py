"""Encrypted fields and the blind index that finds them by exact value.

The database never holds the plain value: a copy, a backup or a database administrator does not reveal it. An encrypted
field cannot be searched, sorted or compared; `isnull` is its only lookup.
"""

from django.core.exceptions import FieldError
from django.db import models

from accounts import encryption


class EncryptedTextField(models.TextField):
    """Text encrypted with AES-256-GCM under a key named in the value; "" is stored as "", so that emptiness shows.

    The ciphertext is bound to its table and column: moved to another column, it cannot be decrypted.
    """

    @property
    def context(self):
        return f"{self.model._meta.db_table}.{self.column}"

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return encryption.encrypt(value, context=self.context) if value else value

    def from_db_value(self, value, expression, connection):
        return encryption.decrypt(value, context=self.context) if value else value

    def get_lookup(self, lookup_name):
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: search it by its blind index.")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name):
        raise FieldError(f"{self.name} is encrypted: search it by its blind index.")


class BlindIndexField(models.CharField):
    """A keyed hash (HMAC-SHA256, hex) of another field, for exact search and uniqueness.

    `source`: the model's method or attribute that returns the normalised text; "" has no index. While the key is
    rotated, one text may have two indexes: search by `__in=indexes(text)`, compare texts instead of indexes.
    """

    def __init__(self, *args, source, **kwargs):
        self.source = source
        kwargs.update(max_length=64, blank=True, default="", editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "blank", "default", "editable"):
            kwargs.pop(fixed, None)
        return name, path, args, {**kwargs, "source": self.source}

    def index(self, text):
        """Return the index to store for `text`. Models with this `source` share it, so that a claim finds an entry."""
        return self.indexes(text)[0] if text else ""

    def indexes(self, text):
        """Return every index that `text` may have: more than one while BLIND_INDEX_KEY is rotated, none for ""."""
        return encryption.blind_indexes(text, context=self.source) if text else []

    def text_of(self, row):
        text = getattr(row, self.source)
        return text() if callable(text) else text

    def bring_over(self, texts):
        """Give rows indexed under an older key the index of the first key, so that unique constraints compare them."""
        rows = self.model._base_manager
        for text in texts:
            first, *older = self.indexes(text) or [""]
            if older:
                rows.filter(**{f"{self.name}__in": older}).update(**{self.name: first})

    def pre_save(self, model_instance, add):
        text = self.text_of(model_instance)
        self.bring_over([text])
        value = self.index(text)
        setattr(model_instance, self.attname, value)
        return value
