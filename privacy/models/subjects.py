"""A pseudonym that stands for one person's record. All evidence hangs on it, so it outlives the data."""

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy.fields import EncryptedTextField
from privacy.scope import ScopedQuerySet


def new_salt():
    return secrets.token_bytes(16)


class Subject(models.Model):
    """An account's own record (`own`, one per account) or one entry of a management's register.

    `holder` is the account that may act for it: empty until claimed. Subjects are never deleted.
    """

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
        personal = {"holder": None, "salt": b""}
        withheld = ("salt",)
        kept = {
            "id": "a pseudonym that evidence hangs on",
            "own": "kind of subject",
            "created_at": "age of the evidence",
            "restricted_at": "proof that the restriction was heeded (article 11)",
            "erased_at": "proof of the erasure (articles 43–45)",
        }

    def __str__(self):
        return str(self.pk)[:8]

    @property
    def is_restricted(self):
        return self.restricted_at is not None


class Guardian(models.Model):
    """Who answers for a child or a person under guardianship (articles 25, 26); recorded by staff who saw the proof."""

    class Relation(models.TextChoices):
        PARENT = "parent", _("parent")
        GUARDIAN = "guardian", _("guardian")

    subject = models.OneToOneField(Subject, models.PROTECT, related_name="guardian", verbose_name=_("subject"))
    name = EncryptedTextField(_("name of the parent or guardian"))
    relation = models.CharField(_("relation"), max_length=10, choices=Relation)
    document = models.FileField(_("proof, scanned"), upload_to="guardians", blank=True)
    recorded_by = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("parent or guardian")
        verbose_name_plural = _("parents and guardians")

    class Privacy:
        subject = "subject"
        personal = {"name": "", "document": ""}
        kept = dict.fromkeys(
            ("id", "subject", "relation", "recorded_by", "recorded_at"), "proof of who could consent (article 25)"
        )

    def __str__(self):
        return f"#{self.pk}"
