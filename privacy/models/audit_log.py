"""The audit log: sign-ins, changes and access rights of the site itself (clauses 3.4, 4; articles 35–39)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import Erasure
from accounts.templatetags.dates import short_datetime_wib
from privacy.models.evidence import Evidence, EvidenceQuerySet
from privacy.models.parties import Membership
from privacy.models.subjects import Subject


class Kind(models.TextChoices):
    SIGNED_IN = "signed_in", _("signed in")
    SIGNED_OUT = "signed_out", _("signed out")
    FAILED = "failed", _("sign-in failed")
    SESSIONS = "sessions_ended", _("sessions ended")
    PASSWORD = "password", _("password set or changed")
    RESET = "reset", _("password set by a link")
    EMAIL_ADDED = "email_added", _("email added")
    EMAIL_CONFIRMED = "email_confirmed", _("email confirmed")
    EMAIL_CHANGED = "email_changed", _("email changed")
    EMAIL_REMOVED = "email_removed", _("email removed")
    FACTOR_ADDED = "factor_added", _("second factor added")
    FACTOR_REMOVED = "factor_removed", _("second factor removed")
    FACTOR_FAILED = "factor_failed", _("second factor refused")
    CONFIRMED = "confirmed", _("confirmed who is there")
    INVITED = "invited", _("link to set a password sent")
    DEACTIVATED = "deactivated", _("account deactivated")
    REACTIVATED = "reactivated", _("account reactivated")
    RIGHTS = "rights", _("access rights changed")
    ADMIN = "admin", _("form sent in the admin")
    EXPORTED = "exported", _("exported")
    REFUSED = "refused", _("page refused")
    ADDED = "added", _("row added")
    CHANGED = "changed", _("row changed")
    REMOVED = "removed", _("row removed")
    FORGOTTEN = "forgotten", _("old entries removed")
    RESTORED = "restored", _("restored database brought up to date")


# Acts of the account itself: these kinds are in the copy of their own data that people get
OF_ACCOUNT = tuple(kind for kind in Kind if kind not in {
    Kind.RIGHTS, Kind.ADMIN, Kind.EXPORTED, Kind.REFUSED, Kind.ADDED, Kind.CHANGED, Kind.REMOVED, Kind.FORGOTTEN,
    Kind.RESTORED,
})  # fmt: skip


class AuditLogQuerySet(EvidenceQuerySet):
    def of_people(self, accounts):
        """Return entries by or about these accounts; `accounts` are ids, or a query for them."""
        own = Subject.objects.filter(own=True, holder__in=accounts).values("pk")
        return self.filter(Q(actor__in=own) | Q(about__in=own))

    def _as_tenant(self, declaration, user):
        return super()._as_tenant(declaration, user).filter(kind__in=OF_ACCOUNT)

    def _as_staff(self, declaration, user):
        """Return the entries of people of the companies that the user heads, and none of tenants."""
        led = user.memberships.of_heads().values("party")
        return self.of_people(Membership.objects.filter(party__in=led).values("user"))

    def _as_vendor(self, declaration, user):
        return self.none()


class AuditLogEntry(Evidence):
    """`actor` is the own subject of the account that acted; `about` that of the account concerned.

    No personal value is stored: of a change the field is recorded, and its value only if it is a choice, a number or a
    date that erasure would retain. An email that no account has is not stored.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    at = models.DateTimeField(_("at"), default=timezone.now)
    actor = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    about = models.ForeignKey(
        Subject, models.PROTECT, null=True, related_name="journal", verbose_name=_("whose account")
    )
    model = models.CharField(_("kind of data"), max_length=60, blank=True)  # a model's label
    row = models.CharField(_("row"), max_length=40, blank=True)
    facts = models.JSONField(_("what"), default=dict)
    network = models.CharField(_("network"), max_length=45, blank=True)
    route = models.CharField(_("page"), max_length=200, blank=True)
    request = models.CharField(_("request"), max_length=8, blank=True)

    objects = AuditLogQuerySet.as_manager()

    # The trigger refuses to delete younger rows, in days; retention deletes older ones
    least_days = 365

    class Meta:
        db_table = "privacy_journalentry"  # the seals of existing rows cover this name
        verbose_name = _("journal entry")
        verbose_name_plural = _("security journal")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at"], name="privacy_journal_at"),
            models.Index(fields=["kind", "-at"], name="privacy_journal_kind"),
            models.Index(fields=["model", "row"], name="privacy_journal_row"),
        ]

    class Privacy:
        subject = "about"
        erasure = Erasure(
            retained=dict.fromkeys(
                ("mac", "model", "row", "facts", "route", "request"),
                "pseudonyms and names of fields and pages, without values (articles 35–39)",
            )
            | {"network": "names a network and no household, to see an attack"},
            others="proof of what was done, by pseudonyms and without values (articles 35–39)",
        )

    def __str__(self):
        return f"{self.get_kind_display()}, {short_datetime_wib(self.at)}"
