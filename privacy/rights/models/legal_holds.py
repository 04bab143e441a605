"""Legal holds: why data must be kept, by which law, and when this is reviewed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import Erasure, Export
from privacy.fields import EncryptedTextField
from privacy.models.parties import party_field
from privacy.models.subjects import Subject, actor_field
from privacy.models.two_person import TwoPersonAct
from privacy.scope import ExcludingSelfQuerySet, HeadsOnlyQuerySet


class HoldQuerySet(ExcludingSelfQuerySet, HeadsOnlyQuerySet):
    def active(self):
        return self.filter(released_at__isnull=True)


class LegalHold(TwoPersonAct):
    """While a legal process needs a record, nothing of it is erased (articles 33, 43, 44)."""

    FIRST = "placed_by"
    SAME_PERSON = _("You placed this hold. Ask a second person to release it.")
    sealed_state = (
        "number", "subject", "controller", "review_on", "placed_by", "placed_at", "released_by", "released_at",
    )  # fmt: skip

    number = models.CharField(_("number"), max_length=20, unique=True)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="holds", verbose_name=_("subject"))
    controller = party_field(_("building management"))
    reason = EncryptedTextField(_("reason"))
    law = models.CharField(_("legal reference"), max_length=200)
    review_on = models.DateField(_("to be looked at again on"))
    placed_by = actor_field(_("placed by"))
    placed_at = models.DateTimeField(_("placed at"), default=timezone.now)
    released_by = actor_field(_("released by"), null=True)
    released_at = models.DateTimeField(_("released at"), null=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        ordering = ["-placed_at", "-pk"]
        permissions = [("release_legalhold", "Can release legal holds")]
        constraints = [
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(released_by__isnull=False), name="privacy_hold_released_by"
            )
        ]

    class Privacy:
        subject = "subject"
        controller = "controller"
        erasure = Erasure(
            blank={"reason": ""},
            retained={"number": "number of the hold", "law": "article of the law that the hold rests on"},
            others="proof of why the data stayed longer (articles 43, 44)",
        )
        export = Export(exclude=("reason",))  # it may reveal a legal process that must stay confidential (article 15)

    def __str__(self):
        return self.number

    @property
    def is_active(self):
        return self.released_at is None
