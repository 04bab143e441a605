"""A person's permission, under an agreement of two companies, that a vendor reads fields (clauses 2.5, 3.7)."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Cast, Coalesce, Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import Erasure
from accounts.templatetags.dates import short_datetime_wib
from privacy import declarations, restoration
from privacy.consent.models.purposes import Purpose
from privacy.models.evidence import Evidence, EvidenceQuerySet
from privacy.models.field_keys import FieldLabels, check_field_keys
from privacy.models.subjects import Subject
from privacy.scope import ScopedQuerySet
from privacy.sharing.models.agreements import SharingAgreement
from privacy.sharing.models.assessments import ImpactAssessment
from privacy.sharing.models.sharing_requests import SharingRequest


def end_of(day):
    """Return the first moment after `day` in Asia/Jakarta: "until" includes that day."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


class KeyCount(models.Func):
    """The number of keys in a JSON list of fields."""

    function = "JSON_ARRAY_LENGTH"
    output_field = models.IntegerField()

    def as_postgresql(self, compiler, connection, **more):
        return self.as_sql(compiler, connection, function="JSONB_ARRAY_LENGTH", **more)


class GrantQuerySet(ScopedQuerySet):
    def current(self, now=None):
        """Filter those that open data now: begun, not over, agreement and purpose active, subject not restricted."""
        now = now or timezone.now()
        if restoration.is_restored():
            return self.none()
        return self.filter(withdrawn_at__isnull=True, starts_at__lte=now, ends_at__gt=now).filter(
            agreement__in=SharingAgreement.objects.active(timezone.localdate(now)),
            purpose__is_active=True,
            subject__restricted_at__isnull=True,
        )

    def opening(self, key, now=None):
        """Filter those that open field `key` now: `grants.decide` in SQL, so search and ordering reveal no more."""
        return self.current(now).with_keys().filter(self.model.opens(key, timezone.localdate(now)))

    def to_decide(self):
        """Load all that `grants.decide` reads, so that it runs no query."""
        return self.select_related("subject", "agreement__assessment", "purpose")

    def with_keys(self):
        """Add the keys of the grant and of its agreement as text, for `SharingGrant.opens`."""
        return self.alias(
            _keys=Cast("fields", models.TextField()), _allowed=Cast("agreement__fields", models.TextField())
        )

    def withdrawn_since(self, moment):
        return self.filter(withdrawn_at__isnull=False, withdrawn_at__gte=moment)

    def ended_since(self, moment):
        """Filter those ended by their date since `moment`. Separate from `withdrawn_since`: each uses its own index."""
        return self.filter(withdrawn_at__isnull=True, ends_at__gte=moment, ends_at__lte=timezone.now())

    def over(self, now=None):
        """Filter those closed for good: withdrawn, past their date, or under an agreement that has ended.

        The last day of an agreement needs no condition: no grant outlasts its agreement.
        """
        ended = Q(agreement__status=SharingAgreement.Status.ENDED)
        return self.filter(Q(withdrawn_at__isnull=False) | Q(ends_at__lte=now or timezone.now()) | ended)

    def with_end(self):
        """Annotate `ended`: when a grant ended or will end; `ended_at` in SQL."""
        by_agreement = When(agreement__status=SharingAgreement.Status.ENDED, then=F("agreement__status_at"))
        return self.annotate(ended=Least(Coalesce("withdrawn_at", "ends_at"), Case(by_agreement, default=F("ends_at"))))

    def attestation_due(self, now=None):
        """Filter those over whose vendor has not stated the deletion of the data yet (clauses 2.5, 2.6).

        A grant narrowed only in time is excluded: the narrower grant still opens all of its data.
        """
        handed_on = self.model._base_manager.annotate(count=KeyCount("fields")).filter(
            narrowed_from=OuterRef("pk"), count=KeyCount(OuterRef("fields"))
        )
        return self.over(now).with_end().filter(~Exists(handed_on), deletion_statement__isnull=True)

    def attestation_due_by(self, day, now=None):
        """Filter those whose statement is due on `day` or before."""
        return self.attestation_due(now).filter(ended__lt=end_of(day - timedelta(days=settings.ATTEST_DAYS)))

    def attestation_overdue(self, now=None):
        return self.attestation_due_by(timezone.localdate(now) - timedelta(days=1), now)


class SharingGrant(FieldLabels, models.Model):
    """A person's permission: these fields, to this vendor, for this purpose, until a date. Withdrawn, never edited."""

    sealed_state = (
        "number", "subject", "agreement", "purpose", "request", "narrowed_from", "fields", "starts_at", "ends_at",
        "given_at", "withdrawn_at",
    )  # fmt: skip

    number = models.CharField(_("number"), max_length=20, unique=True)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="grants", verbose_name=_("subject"))
    agreement = models.ForeignKey(SharingAgreement, models.PROTECT, related_name="grants", verbose_name=_("agreement"))
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="+", verbose_name=_("purpose"))
    request = models.ForeignKey(
        SharingRequest, models.PROTECT, null=True, related_name="grants", verbose_name=_("request")
    )
    narrowed_from = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="narrowed_to", verbose_name=_("narrowed from")
    )
    fields = models.JSONField(_("kinds of data"), validators=[check_field_keys])
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    given_at = models.DateTimeField(_("given at"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("sharing permission")
        verbose_name_plural = _("sharing permissions")
        ordering = ["-given_at", "-pk"]
        indexes = [
            models.Index(
                fields=["agreement", "ends_at", "subject"],
                condition=Q(withdrawn_at__isnull=True),
                name="privacy_grant_of_agreement",
            ),
            models.Index(
                fields=["subject", "agreement", "ends_at"],
                condition=Q(withdrawn_at__isnull=True),
                name="privacy_grant_of_subject",
            ),
            models.Index(
                fields=["agreement", "withdrawn_at"],
                condition=Q(withdrawn_at__isnull=False),
                name="privacy_grant_withdrawn",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="privacy_grant_ends_after_start")
        ]

    class Privacy:
        subject = "subject"
        controller = "agreement__management"
        vendor = "agreement__vendor"
        erasure = Erasure(
            retained={"number": "number of the permission", "fields": "names of fields, no values"},
            others="proof of the permission; holds no values (article 24)",
        )

    def __str__(self):
        return self.number

    @staticmethod
    def opens(key, day=None):
        """Return the condition, over `with_keys()`, that a current grant opens field `key` on `day` (today)."""
        if key not in declarations.shareable():
            return Q(pk__in=[])
        opens = Q(_keys__contains=f'"{key}"', _allowed__contains=f'"{key}"')
        return opens & SharingGrant._assessed(key, day) if key in declarations.specific() else opens

    @staticmethod
    def _assessed(key, day):
        """Return `SharingAgreement.is_assessed` in SQL."""
        day = day or timezone.localdate()
        assessments = ImpactAssessment._base_manager.annotate(keys=Cast("fields", models.TextField()))
        return Exists(
            assessments.filter(
                pk=OuterRef("agreement__assessment"),
                controller=OuterRef("agreement__management"),
                assessed_on__lte=day,
                valid_until__gte=day,
                keys__contains=f'"{key}"',
            )
        )

    @property
    def ends_on(self):
        """Return the last day of validity, in Jakarta."""
        return timezone.localdate(self.ends_at - timedelta(microseconds=1))

    @property
    def may_be_narrowed(self):
        """Return whether it is not over and its agreement is active; `current` has more conditions."""
        now = timezone.now()
        return self.withdrawn_at is None and self.starts_at <= now < self.ends_at and self.agreement.is_active

    @property
    def ended_at(self):
        """Return the moment at which it was closed for good; None while it is open. Needs `agreement`."""
        ends = [self.withdrawn_at or self.ends_at, self.ends_at]
        if self.agreement.status == SharingAgreement.Status.ENDED:
            ends.append(self.agreement.status_at)
        return min(ends) if min(ends) <= timezone.now() else None

    @property
    def given_up(self):
        """Return the keys that the vendor must delete once it is over: all that no narrower grant still opens."""
        handed_on = {key for narrower in self.narrowed_to.all() for key in narrower.fields}
        return [key for key in self.fields if key not in handed_on]

    @property
    def statement(self):
        """Return the vendor's deletion statement, or None."""
        return getattr(self, "deletion_statement", None)

    @property
    def attest_on(self):
        """Return the deadline of the vendor's deletion statement; None if there is nothing to state."""
        if self.ended_at is None or not self.given_up:
            return None
        return timezone.localdate(self.ended_at) + timedelta(days=settings.ATTEST_DAYS)


class SharingEvent(Evidence):
    """One event of a request or a grant: what, when, by whom."""

    journal_columns = True

    class Kind(models.TextChoices):
        ASKED = "asked", _("asked for")
        CANCELLED = "cancelled", _("request cancelled")
        DECLINED = "declined", _("not given")
        GIVEN = "given", _("given")
        NARROWED = "narrowed", _("narrowed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        ERASED = "erased", _("ended by erasure")

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="sharing_events", verbose_name=_("subject"))
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    request = models.ForeignKey(
        SharingRequest, models.PROTECT, null=True, related_name="events", verbose_name=_("request")
    )
    grant = models.ForeignKey(
        SharingGrant, models.PROTECT, null=True, related_name="events", verbose_name=_("sharing permission")
    )
    actor = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("sharing event")
        verbose_name_plural = _("sharing events")
        ordering = ["-at", "-pk"]

    class Privacy:
        subject = "subject"
        erasure = Erasure(retained={"mac": "a check code, no value"}, others="proof of the permission (article 24)")

    def __str__(self):
        return f"{self.get_kind_display()}, {short_datetime_wib(self.at)}"
