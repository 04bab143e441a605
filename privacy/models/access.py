"""Access records: every access to personal data, allowed or refused, without the values (clauses 3.1, 3.4)."""

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import Erasure
from accounts.templatetags.dates import short_datetime_wib
from privacy import access_reasons
from privacy.access_reasons import AccessReason
from privacy.models.evidence import Evidence, EvidenceQuerySet
from privacy.models.field_keys import FieldLabels
from privacy.models.parties import Party
from privacy.models.subjects import Subject
from privacy.scope import Role


class Action(models.TextChoices):
    VIEWED = "viewed", _("looked at")
    LISTED = "listed", _("looked at, in a list")
    SEARCHED = "searched", _("searched by identity number")
    REVEALED = "revealed", _("revealed")
    EXPORTED = "exported", _("exported")
    CHANGED = "changed", _("changed")


class AccessQuerySet(EvidenceQuerySet):
    """Hides accesses for a disclosure from the person concerned, under every role, until its date (clause 6)."""

    def with_names(self):
        """Load what `privacy.access_log` names in its sentences."""
        return self.select_related("actor__holder", "party", "grant__purpose")

    def _as_tenant(self, declaration, user):
        return super()._as_tenant(declaration, user).exclude(self._untold())

    def _as_staff(self, declaration, user):
        return super()._as_staff(declaration, user).exclude(self._untold(), subject__holder=user)

    def _as_operator(self, declaration, user):
        return super()._as_operator(declaration, user).exclude(self._untold(), subject__holder=user)

    def _untold(self):
        hidden = apps.get_model("privacy", "Disclosure").objects.confidential().values("number")
        return models.Q(why=AccessReason.DISCLOSURE, reference__in=hidden)


class AccessRecord(FieldLabels, Evidence):
    """`actor` is the own subject of the account, `party` the company that it acted for; both outlive the account."""

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="access_records", verbose_name=_("subject"))
    controller = models.ForeignKey(
        Party, models.PROTECT, null=True, related_name="+", verbose_name=_("answering management")
    )
    actor = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("who"))
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+", verbose_name=_("company"))
    # The column keeps its first name, which the seals of existing rows cover
    hat = models.CharField(_("as"), max_length=10, choices=Role)
    action = models.CharField(_("action"), max_length=10, choices=Action)
    allowed = models.BooleanField(_("allowed"))
    reason = models.CharField(_("reason code"), max_length=24, blank=True)
    fields = models.JSONField(_("kinds of data"), default=list)
    grant = models.ForeignKey(
        "SharingGrant", models.PROTECT, null=True, related_name="access_records", verbose_name=_("sharing permission")
    )
    why = models.CharField(_("why"), max_length=access_reasons.MAX_LENGTH)
    reference = models.CharField(
        _("reference"), max_length=200, blank=True, help_text=_("A request number, or the reason given.")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = AccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["subject", "-at"], name="privacy_access_of_subject"),
            models.Index(fields=["controller", "-at"], name="privacy_access_of_controller"),
        ]
        constraints = [models.CheckConstraint(condition=~models.Q(why=""), name="privacy_access_says_why")]

    class Privacy:
        subject = "subject"
        controller = "controller"
        erasure = Erasure(
            retained=dict.fromkeys(("mac", "why", "reason", "fields"), "codes, no values")
            | {"reference": "number of the case, or the reason that staff wrote to see the data (articles 30, 35–39)"},
            others="proof of who looked; holds no values (articles 30, 35–39)",
        )

    def __str__(self):
        return f"{self.get_action_display()}, {short_datetime_wib(self.at)}"

    def get_why_display(self):
        return str(access_reasons.label(self.why))
