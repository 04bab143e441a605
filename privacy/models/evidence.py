"""Tables that only grow. The database refuses too: see `privacy.append_only`."""

from django.db import models

from privacy.append_only import REFUSAL
from privacy.errors import Refused
from privacy.scope import ScopedQuerySet


class EvidenceQuerySet(ScopedQuerySet):
    def update(self, **kwargs):
        raise Refused(REFUSAL)

    def delete(self):
        raise Refused(REFUSAL)


class Evidence(models.Model):
    """A row that proves something. Foreign keys of a subclass must be PROTECT: no cascade may reach it."""

    is_evidence = True

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise Refused(REFUSAL)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise Refused(REFUSAL)
