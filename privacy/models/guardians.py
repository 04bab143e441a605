"""Parents and guardians of people who cannot consent alone (articles 25, 26)."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import Erasure
from privacy.fields import EncryptedTextField
from privacy.models.parties import party_field
from privacy.models.subjects import Subject, actor_field
from privacy.scope import ScopedQuerySet


class Capacity(models.TextChoices):
    """The capacity in which somebody answers (articles 25, 26)."""

    SELF = "self", _("for oneself")
    GUARDIAN = "guardian", _("as parent or guardian")


class Guardian(models.Model):
    """Who answers for a child or a person under guardianship (articles 25, 26); recorded by staff who saw the proof."""

    sealed_state = ("subject", "controller", "relation", "recorded_by", "recorded_at")

    class Relation(models.TextChoices):
        PARENT = "parent", _("parent")
        GUARDIAN = "guardian", _("guardian")

    subject = models.OneToOneField(Subject, models.PROTECT, related_name="guardian", verbose_name=_("subject"))
    controller = party_field(_("building management"))
    name = EncryptedTextField(_("name of the parent or guardian"))
    relation = models.CharField(_("relation"), max_length=10, choices=Relation)
    document = models.FileField(_("proof, scanned"), upload_to="guardians", blank=True)
    recorded_by = actor_field(_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("parent or guardian")
        verbose_name_plural = _("parents and guardians")

    class Privacy:
        subject = "subject"
        controller = "controller"
        erasure = Erasure(blank={"name": "", "document": ""}, others="proof of who could consent (article 25)")

    def __str__(self):
        return f"#{self.pk}"
