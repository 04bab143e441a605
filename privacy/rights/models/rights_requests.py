"""Requests under articles 5 to 13, each recorded and with a deadline; also recovery of an account (clause 3.3)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import Erasure, Retention
from accounts.templatetags.dates import short_datetime_wib
from privacy.fields import EncryptedTextField
from privacy.models.access import AccessRecord
from privacy.models.cases import Case
from privacy.models.evidence import Evidence, EvidenceQuerySet
from privacy.models.parties import OPERATOR_ROLES, STAFF_ROLES, PartyKind, party_field
from privacy.models.subjects import Subject, actor_field


class RightKind(models.TextChoices):
    COPY = "copy", _("access and copy")
    CORRECT = "correct", _("correction")
    ERASE = "erase", _("erasure")
    WITHDRAW = "withdraw", _("withdrawal of consent")
    AUTOMATED = "automated", _("objection to a decision by machine")
    RESTRICT = "restrict", _("restriction")
    LIFT = "lift", _("end of the restriction")
    COMPENSATION = "compensation", _("compensation")
    MOVE = "move", _("portability")
    RECOVER = "recover", _("recovery of access to the account")


class Ground(models.TextChoices):
    """Why a right may be refused; `privacy.rights.rights_requests.GROUNDS` lists the grounds of each right."""

    DEFENCE = "defence", _("national defence and security (Articles 15 and 33 of UU PDP)")
    ENFORCEMENT = "enforcement", _("an investigation or a court case by the authorities (Article 15 of UU PDP)")
    STATE = "state", _("the public interest in running the state (Article 15 of UU PDP)")
    FINANCE = "finance", _("supervision of the financial sector (Article 15 of UU PDP)")
    RESEARCH = "research", _("statistics and scientific research (Article 15 of UU PDP)")
    HARM = "harm", _("danger to the safety or health of you or somebody else (Article 33 of UU PDP)")
    OTHERS = "others", _("it would disclose personal data of somebody else (Article 33 of UU PDP)")
    RETENTION = "retention", _("the law requires us to keep it for now (Articles 43 and 44 of UU PDP)")
    LEGAL = "legal", _("it is needed for a legal process (Article 44 of UU PDP)")
    CONTRACT = "contract", _("it is still needed for the agreement with you (Articles 20 and 43 of UU PDP)")
    ACCURATE = "accurate", _("the data in the register is right (Article 6 of UU PDP)")
    NOT_HELD = "not_held", _("we keep no such data about you (Articles 5, 7 and 13 of UU PDP)")
    NO_MACHINE = "no_machine", _("no decision was made by machine alone (Article 10 of UU PDP)")
    NO_BREACH = "no_breach", _("we found no violation in how we used your data (Article 12 of UU PDP)")
    IDENTITY = "identity", _("we could not confirm that the request is yours (Article 14 of UU PDP)")


class HowChecked(models.TextChoices):
    SIGNED_IN = "signed_in", _("signed in to the account")
    ORIGINAL = "original", _("original identity card seen")
    KNOWN = "known", _("known in person to the staff")
    ASKED = "asked", _("answered questions about the register entry")
    NOT_CONFIRMED = "not_confirmed", _("checked, and not confirmed")


class RightsRequest(Case):
    PAGE = "rights_request"
    sealed_state = (
        *Case.sealed_state, "kind", "subject", "controller", "line", "channel", "recorded_by", "how_checked",
        "checked_at", "checked_by", "ground", "email_entered_by", "review_on",
    )  # fmt: skip

    class Status(models.TextChoices):
        WAITING = "waiting", _("in review")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn by the tenant")

    class Channel(models.TextChoices):
        ONLINE = "online", _("on the portal")
        LETTER = "letter", _("by letter or email")
        VISIT = "visit", _("by a visit")

    kind = models.CharField(_("right"), max_length=12, choices=RightKind)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="rights_requests", verbose_name=_("subject"))
    controller = party_field(_("answered by company"))
    details = EncryptedTextField(_("what is asked"), blank=True, default="")
    line = models.ForeignKey(
        AccessRecord, models.PROTECT, null=True, related_name="+", verbose_name=_("line of the access log")
    )
    channel = models.CharField(_("came"), max_length=8, choices=Channel, default=Channel.ONLINE)
    recorded_by = actor_field(_("recorded by"))
    how_checked = models.CharField(_("identity"), max_length=14, choices=HowChecked, blank=True)
    checked_at = models.DateTimeField(_("identity checked at"), null=True)
    checked_by = actor_field(_("identity checked by"), null=True)
    assigned_to = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+", verbose_name=_("assigned to"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    ground = models.CharField(_("refusal ground"), max_length=12, choices=Ground, blank=True)
    answer = EncryptedTextField(_("answer"), blank=True, default="")
    # Recovery only, until answered: the new email entered by one staff member, for a second one to grant
    new_email = EncryptedTextField(_("new email"), blank=True, default="")
    email_entered_by = actor_field(_("new email entered by"), null=True)
    review_on = models.DateField(_("looked at again on"), null=True)

    class Meta(Case.Meta):
        verbose_name = _("rights request")
        verbose_name_plural = _("rights requests")
        indexes = [
            models.Index(fields=["controller", "due_at"], condition=Q(status="waiting"), name="privacy_right_queue")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind"],
                condition=Q(status="waiting", line__isnull=True),
                name="privacy_right_one_waiting",
            ),
            models.UniqueConstraint(
                fields=["subject", "line"],
                condition=Q(status="waiting", line__isnull=False),
                name="privacy_right_one_waiting_per_line",
            ),
            models.CheckConstraint(condition=~Q(status="refused") | ~Q(ground=""), name="privacy_right_refusal_ground"),
            models.CheckConstraint(
                condition=~Q(status__in=["granted", "refused"]) | Q(checked_at__isnull=False),
                name="privacy_right_identity_first",
            ),
        ]

    class Privacy:
        subject = "subject"
        controller = "controller"
        erasure = Erasure(
            blank={"details": "", "answer": "", "new_email": ""},
            retained={"number": "number of the request"},
            others="proof that the right was answered in time (articles 30, 32, 40, 41)",
            settle="end",
        )
        retention = Retention(event=_("the request was answered"), days=2 * 365, law="UU PDP Pasal 24, 43")

    def is_answered_by(self, user):
        """Return whether this account works for the company that answers: a management, or the operator."""
        if user.is_superuser and self.controller.kind == PartyKind.OPERATOR:
            return True
        roles = (*STAFF_ROLES, *OPERATOR_ROLES)
        return user.is_active and user.memberships.filter(party=self.controller_id, role__in=roles).exists()


class RightsEvent(Evidence):
    """One event of a request, or of a subject's restriction: what, when, by whom."""

    journal_columns = True

    class Kind(models.TextChoices):
        RECEIVED = "received", _("received")
        CHECKED = "checked", _("identity checked")
        ASSIGNED = "assigned", _("assigned")
        ADDRESSED = "addressed", _("new email entered")
        RECOVERED = "recovered", _("email of the account replaced")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn by the tenant")
        RESTRICTED = "restricted", _("processing restricted")
        LIFTED = "lifted", _("restriction lifted")

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="rights_events", verbose_name=_("subject"))
    happened = models.CharField(_("what happened"), max_length=10, choices=Kind)
    request = models.ForeignKey(
        RightsRequest, models.PROTECT, null=True, related_name="events", verbose_name=_("rights request")
    )
    detail = models.CharField(_("detail"), max_length=20, blank=True)  # a code: how checked, or the ground of refusal
    actor = actor_field(_("by"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("rights event")
        verbose_name_plural = _("rights events")
        ordering = ["-at", "-pk"]

    class Privacy:
        subject = "subject"
        erasure = Erasure(
            retained=dict.fromkeys(("mac", "detail"), "codes, no values"),
            others="proof of the answer (articles 30, 32, 40, 41)",
        )

    def __str__(self):
        return f"{self.get_happened_display()}, {short_datetime_wib(self.at)}"
