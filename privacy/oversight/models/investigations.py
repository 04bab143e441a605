"""Investigation of suspicious activity: who may read whose data, why, until when, by two people (clause 3.4)."""

from django.db import models
from django.db.models import F, FileField, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import Erasure
from privacy import declarations
from privacy.models.evidence import Evidence, EvidenceQuerySet
from privacy.models.field_keys import FieldLabels, check_keys
from privacy.models.parties import party_field
from privacy.models.subjects import Subject, actor_field
from privacy.models.two_person import TwoPersonAct, different_people
from privacy.scope import ExcludingSelfQuerySet, HeadsOnlyQuerySet, ScopedQuerySet


def readable_keys():
    """Return {key: field} of the values that a case opens. Files have pages with access records of their own."""
    return {
        key: item
        for key, item in declarations.shareable().items()
        if not isinstance(item.declaration.model._meta.get_field(item.name), FileField)
    }


def check_case_keys(keys):
    """Raise ValidationError unless `keys` are readable fields, at least one, each once."""
    check_keys(keys, readable_keys())


class CaseQuerySet(ExcludingSelfQuerySet, HeadsOnlyQuerySet):
    person = "people__subject__holder"

    def with_current_status(self, status):
        """Filter cases whose `current_status` is this one."""
        now, model = timezone.now(), self.model
        if status == model.Status.EXPIRED:
            return self.filter(status__in=model.RUNNING, expires_at__lte=now)
        found = self.filter(status=status)
        return found.filter(expires_at__gt=now) if status in model.RUNNING else found


class InvestigationCase(FieldLabels, TwoPersonAct):
    FIRST = "opened_by"
    SAME_PERSON = _("You opened this case. A second person decides it.")
    CONCERNED = _("You cannot decide a case about yourself. Ask a colleague to do it.")

    class Status(models.TextChoices):
        ASKED = "asked", _("waits for a second approver")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        CLOSED = "closed", _("closed")
        EXPIRED = "expired", _("expired")  # computed from the time, never stored: see `current_status`

    sealed_state = (
        "number", "controller", "fields", "opened_by", "opened_at", "approved_by", "expires_at", "status",
    )  # fmt: skip
    RUNNING = (Status.ASKED, Status.APPROVED)  # expire when their time is over

    number = models.CharField(_("number"), max_length=20, unique=True)
    controller = party_field(_("building management"))
    reason = models.CharField(_("reason"), max_length=500)
    fields = models.JSONField(_("kinds of data"), validators=[check_case_keys])
    opened_by = actor_field(_("opened by"))
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now)
    approved_by = actor_field(_("second approver"), null=True)
    expires_at = models.DateTimeField(_("expires at"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ASKED)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("investigation case")
        verbose_name_plural = _("investigation cases")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            different_people("opened_by", "approved_by", name="privacy_case_two_people"),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(approved_by__isnull=False), name="privacy_case_approved_by_someone"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("opened_at")), name="privacy_case_ends_after_start"),
            models.CheckConstraint(condition=~Q(reason=""), name="privacy_case_says_why"),
        ]

    class Privacy:
        controller = "controller"

    def __str__(self):
        return self.number

    def concerns(self, user):
        return self.people.filter(subject__holder=user).exists()

    @property
    def current_status(self):
        """Return the present status; a running case past its time is expired without being saved."""
        is_over = self.status in self.RUNNING and self.expires_at <= timezone.now()
        return self.Status.EXPIRED if is_over else self.Status(self.status)


class CaseSubject(models.Model):
    """One person concerned by a case."""

    sealed_state = ("case", "subject")

    case = models.ForeignKey(InvestigationCase, models.PROTECT, related_name="people", verbose_name=_("case"))
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="cases", verbose_name=_("subject"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("person of a case")
        verbose_name_plural = _("people of a case")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["case", "subject"], name="privacy_case_subject_once")]

    class Privacy:
        subject = "subject"
        controller = "case__controller"
        erasure = Erasure(others="proof of whom a case was about; holds no values")

    def __str__(self):
        return f"{self.case}, {self.subject}"


class CaseEventQuerySet(ExcludingSelfQuerySet, HeadsOnlyQuerySet, EvidenceQuerySet):
    person = "case__people__subject__holder"


class CaseEvent(Evidence):
    """One event of a case: what, when, by whom. Readings are access records."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("opened")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        CLOSED = "closed", _("closed")

    case = models.ForeignKey(InvestigationCase, models.PROTECT, related_name="events", verbose_name=_("case"))
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    actor = actor_field(_("by"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = CaseEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("case event")
        verbose_name_plural = _("case events")
        ordering = ["-at", "-pk"]

    class Privacy:
        controller = "case__controller"

    def __str__(self):
        return f"{self.get_kind_display()}, {self.case}"
