"""Disclosures to a court, an authority or another outside party, and the notice to the person (clause 6)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.personal_data import Erasure
from privacy import declarations
from privacy.models.evidence import Evidence, EvidenceQuerySet
from privacy.models.field_keys import FieldLabels, check_keys
from privacy.models.parties import PartyKind, party_field
from privacy.models.subjects import Subject, actor_field
from privacy.models.two_person import TwoPersonAct, different_people
from privacy.scope import ExcludingSelfQuerySet


class Ground(models.TextChoices):
    """The only grounds on which data may be disclosed (clauses 6.1 to 6.5)."""

    LAW = "law", _("laws, regulations and legal proceedings (clause 6.1)")
    AUTHORITY = "authority", _("a request of a government authority (clause 6.2)")
    TERMS = "terms", _("enforcing the terms and conditions (clause 6.3)")
    OPERATIONS = "operations", _("protecting operations (clause 6.4)")
    RIGHTS = "rights", _("protecting rights, privacy, safety or property (clause 6.5)")


# Grounds that need a written demand
NEED_DOCUMENT = (Ground.LAW, Ground.AUTHORITY)


def check_disclosed_keys(keys):
    """Raise ValidationError unless `keys` are fields that can be disclosed, at least one, each once."""
    check_keys(keys, declarations.disclosable())


class DisclosureQuerySet(ExcludingSelfQuerySet):
    person = "people__subject__holder"

    def told(self):
        """Filter those of which the people concerned may know: exported, and not delayed any more."""
        return self.filter(
            status__in=[Disclosure.Status.EXPORTED, Disclosure.Status.TOLD], tell_from__lte=timezone.now()
        )

    def due(self):
        """Filter those of which people are to be notified now: as `told`, and no email sent yet."""
        return self.told().filter(status=Disclosure.Status.EXPORTED)

    def confidential(self):
        """Filter those of which the people concerned may not know yet; a refused one until its delay is over."""
        delay_is_over = Q(tell_on__isnull=True) | Q(tell_on__lte=timezone.localdate())
        found = self.exclude(pk__in=self.model.objects.told().values("pk"))
        return found.exclude(delay_is_over, status=Disclosure.Status.REFUSED)


class Disclosure(FieldLabels, TwoPersonAct):
    """These fields of these people, to this institution, on this ground. Asked by one person, approved by another."""

    class Status(models.TextChoices):
        ASKED = "asked", _("asked for")
        REFUSED = "refused", _("refused")
        APPROVED = "approved", _("approved")
        EXPORTED = "exported", pgettext_lazy("a disclosure", "exported")
        TOLD = "told", _("tenant told")

    sealed_state = (
        "number", "controller", "ground", "document_hash", "fields", "status", "asked_by", "asked_at", "decided_by",
        "decided_at", "tell_on", "delayed_by", "exported_at", "tell_from", "told_at",
    )  # fmt: skip

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    controller = party_field(_("building management"), limit_choices_to={"kind": PartyKind.MANAGEMENT})
    ground = models.CharField(_("ground"), max_length=10, choices=Ground)
    instrument = models.CharField(
        _("legal instrument"),
        max_length=200,
        help_text=_(
            "For example the number and date of a court order. The tenants concerned read this: name nobody here."
        ),
    )
    institution = models.CharField(
        _("institution that asks"), max_length=150, help_text=_("The tenants concerned read this.")
    )
    contact = models.CharField(
        _("contact at the institution"),
        max_length=200,
        blank=True,
        help_text=_("Who asked, and how to reach them. The tenants do not see this."),
    )
    document = models.FileField(_("document of the request"), upload_to="disclosures", blank=True)
    document_hash = models.CharField(_("check code of the document"), max_length=64, blank=True, editable=False)
    fields = models.JSONField(_("kinds of data"), default=list, validators=[check_disclosed_keys])
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ASKED, editable=False)
    asked_by = actor_field(_("asked by"), editable=False)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)
    decided_by = actor_field(_("decided by"), null=True, editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    refusal = models.CharField(_("reason for refusing"), max_length=300, blank=True, editable=False)
    tell_on = models.DateField(
        _("tell the tenant only from"),
        null=True,
        blank=True,
        help_text=_("Empty: at once. A later day needs a reason, and a second person decides."),
    )
    delay_reason = models.CharField(
        _("why the tenant is told later"),
        max_length=200,
        blank=True,
        help_text=_("The tenants concerned read this, on that day."),
    )
    delayed_by = actor_field(_("delay decided by"), null=True, editable=False)
    exported_at = models.DateTimeField(_("exported at"), null=True, editable=False)
    tell_from = models.DateTimeField(_("shown to the tenant from"), null=True, editable=False)
    told_at = models.DateTimeField(_("tenant told at"), null=True, editable=False)

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        ordering = ["-asked_at", "-pk"]
        permissions = [
            ("approve_disclosure", "Can approve, refuse and delay disclosures"),
            ("export_disclosure", "Can export what a disclosure approves"),
        ]
        indexes = [
            models.Index(fields=["tell_from"], condition=Q(status="exported"), name="privacy_disclosure_due"),
        ]
        constraints = [
            different_people("asked_by", "decided_by", name="privacy_disclosure_two_people"),
            different_people("asked_by", "delayed_by", name="privacy_disclosure_delay_two_people"),
            models.CheckConstraint(
                condition=Q(status="asked") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="privacy_disclosure_decided",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(refusal=""), name="privacy_disclosure_refusal_says_why"
            ),
            models.CheckConstraint(
                condition=Q(tell_on__isnull=True)
                | ~Q(delay_reason="") & (Q(status__in=["asked", "refused"]) | Q(delayed_by__isnull=False)),
                name="privacy_disclosure_delay_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["exported", "told"]) | Q(exported_at__isnull=False, tell_from__isnull=False),
                name="privacy_disclosure_exported_tells",
            ),
        ]

    class Privacy:
        controller = "controller"
        erasure = Erasure(blank={"contact": "", "document": ""})

    def __str__(self):
        return self.number

    def concerns(self, user):
        return self.people.filter(subject__holder=user).exists()

    @property
    def is_told(self):
        """Return whether the people concerned may know of it."""
        is_handed_over = self.status in (self.Status.EXPORTED, self.Status.TOLD)
        return is_handed_over and self.tell_from is not None and self.tell_from <= timezone.now()


class DisclosureSubjectQuerySet(ExcludingSelfQuerySet):
    def _as_tenant(self, declaration, user):
        """Filter those of which the person may know, so that guessed addresses reveal nothing earlier."""
        return super()._as_tenant(declaration, user).filter(disclosure__in=Disclosure.objects.told().values("pk"))


class DisclosureSubject(models.Model):
    """One person concerned. The key is random: a sequence would reveal that undisclosed rows exist."""

    sealed_state = ("disclosure", "subject")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure = models.ForeignKey(Disclosure, models.PROTECT, related_name="people", verbose_name=_("disclosure"))
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="disclosures", verbose_name=_("subject"))

    objects = DisclosureSubjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("person concerned by a disclosure")
        verbose_name_plural = _("people concerned by disclosures")
        constraints = [
            models.UniqueConstraint(fields=["disclosure", "subject"], name="privacy_disclosure_subject_once")
        ]

    class Privacy:
        subject = "subject"
        controller = "disclosure__controller"
        erasure = Erasure(others="proof of what was disclosed; holds no values (clause 6)")

    def __str__(self):
        return f"{self.disclosure}, {self.subject}"


class DisclosureEventQuerySet(ExcludingSelfQuerySet, EvidenceQuerySet):
    person = "disclosure__people__subject__holder"


class DisclosureEvent(Evidence):
    """One step: when and by whom, of the whole disclosure or about one person. No actor: done by the nightly job."""

    class Kind(models.TextChoices):
        ASKED = "asked", _("asked for")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        DELAYED = "delayed", _("notice delayed")
        EXPORTED = "exported", pgettext_lazy("a disclosure", "exported")
        TOLD = "told", _("tenant told")
        UNREACHED = "unreached", _("has no account: tell by letter")

    disclosure = models.ForeignKey(Disclosure, models.PROTECT, related_name="events", verbose_name=_("disclosure"))
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+", verbose_name=_("subject"))
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    check_code = models.CharField(_("check code of the contents"), max_length=64)
    actor = actor_field(_("by"), null=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = DisclosureEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("disclosure event")
        verbose_name_plural = _("disclosure events")
        ordering = ["-at", "-pk"]

    class Privacy:
        controller = "disclosure__controller"

    def __str__(self):
        return f"{self.disclosure}, {self.get_kind_display()}"
