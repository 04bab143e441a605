"""The pseudonym of one person's record. All evidence refers to it, so it outlives the data."""

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import Erasure, Export
from privacy import integrity
from privacy.scope import ScopedQuerySet


def new_salt():
    return secrets.token_bytes(16)


class Subject(models.Model):
    """An account's own record (`own`, one per account) or one entry of a management's register.

    `holder` is the account that may act for it: empty until claimed. Subjects are never deleted.
    """

    sealed_state = ("own", "holder_commitment", "restricted_at", "erased_at")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="subjects",
        verbose_name=_("held by"),
    )
    own = models.BooleanField(_("an account's own"), default=False)
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)
    # Makes the commitments in evidence provable; destroyed with the person's data (article 44)
    salt = models.BinaryField(default=new_salt, editable=False)
    restricted_at = models.DateTimeField(_("processing restricted since"), null=True, editable=False)
    erased_at = models.DateTimeField(_("erased at"), null=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        constraints = [
            models.UniqueConstraint(
                fields=["holder"], condition=Q(own=True), name="privacy_subject_one_own_per_account"
            )
        ]

    class Privacy:
        subject = "pk"
        erasure = Erasure(
            blank={"holder": None, "salt": b""},
            others="a pseudonym that evidence hangs on, with what happened to it (articles 11, 43–45)",
        )
        export = Export(exclude=("salt",))

    def __str__(self):
        return str(self.pk)[:8]

    @property
    def holder_name(self):
        """The name of the account that holds it; "" if there is none."""
        return self.holder.name if self.holder else ""

    @property
    def is_restricted(self):
        return self.restricted_at is not None

    @property
    def holder_commitment(self):
        """Who holds it, as a commitment: after an erasure nothing leads from evidence to the account."""
        return integrity.commitment(self.salt, str(self.holder_id)) if self.holder_id else ""


def actor_field(label, **options):
    """Return a foreign key to the own subject of the account that did something."""
    return models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=label, **options)
