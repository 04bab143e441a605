"""Whether a vendor may read a field: computed from the current rows at each access, denied by default."""

from dataclasses import dataclass

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import declarations, restoration
from privacy.sharing.models.agreements import SharingAgreement
from privacy.sharing.models.grants import SharingGrant


class Reason(models.TextChoices):
    """Why an access is allowed or refused, with labels for the vendor and the tenant."""

    ALLOWED = "allowed", _("Allowed")
    RESTORED = "restored", _("Closed until a restored backup is brought up to date")
    NO_GRANT = "no_grant", _("No permission for this data")
    NOT_MEMBER = "not_member", _("Not given to your company")
    WITHDRAWN = "withdrawn", _("Permission withdrawn")
    NOT_STARTED = "not_started", _("Permission has not begun")
    ENDED = "ended", _("Permission ended")
    AGREEMENT_SUSPENDED = "agreement_suspended", _("Agreement suspended")
    AGREEMENT_ENDED = "agreement_ended", _("Agreement not in force")
    AGREEMENT_NOT_BEGUN = "agreement_not_begun", _("Agreement has not begun")
    AGREEMENT_OVER = "agreement_over", _("Agreement has run out")
    PURPOSE_CLOSED = "purpose_closed", _("Purpose no longer in use")
    RESTRICTED = "restricted", _("Processing restricted by the tenant")
    NOT_IN_GRANT = "not_in_grant", _("Not part of this permission")
    NOT_DECLARED = "not_declared", _("No longer a kind of data that can be shared")
    NOT_IN_AGREEMENT = "not_in_agreement", _("Not part of the agreement")
    NOT_ASSESSED = "not_assessed", _("No valid impact assessment covers it")


class State(models.TextChoices):
    """The state of a grant as the tenant sees it; ended by date and withdrawn by the tenant are different states."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    NARROWED = "narrowed", _("Narrowed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    ENDED = "ended", _("Ended")

    @property
    def is_open(self):
        return self in {State.ACTIVE, State.SUSPENDED}

    @property
    def chip(self):
        """Return the kind of chip that shows it."""
        return {State.ACTIVE: "settled", State.SUSPENDED: "waiting"}.get(self, "over")


@dataclass(frozen=True)
class Answer:
    reason: Reason
    grant: SharingGrant | None = None

    def __bool__(self):
        return self.reason is Reason.ALLOWED


def decide(grant, key, *, vendors, now, restored=False):
    """Return the `Reason` why one of `vendors` may or may not read the field `key` under this grant at `now`.

    Needs the grant loaded with `to_decide()`, and whether the database is a restored one (`privacy.restoration`); runs
    no query. The first condition that fails is returned.
    `SharingGrant.objects.opening(key)` is the same rule in SQL.
    """
    agreement, today = grant.agreement, timezone.localdate(now)
    status = SharingAgreement.Status
    conditions = (
        (agreement.vendor_id in vendors, Reason.NOT_MEMBER),
        (not restored, Reason.RESTORED),
        (grant.withdrawn_at is None, Reason.WITHDRAWN),
        (grant.starts_at <= now, Reason.NOT_STARTED),
        (now < grant.ends_at, Reason.ENDED),
        (agreement.status != status.SUSPENDED, Reason.AGREEMENT_SUSPENDED),
        (agreement.status == status.ACTIVE, Reason.AGREEMENT_ENDED),
        (agreement.valid_from <= today, Reason.AGREEMENT_NOT_BEGUN),
        (today <= agreement.valid_until, Reason.AGREEMENT_OVER),
        (grant.purpose.is_active, Reason.PURPOSE_CLOSED),
        (grant.subject.restricted_at is None, Reason.RESTRICTED),
        (key in grant.fields, Reason.NOT_IN_GRANT),
        (key in declarations.shareable(), Reason.NOT_DECLARED),
        (key in agreement.fields, Reason.NOT_IN_AGREEMENT),
        (agreement.is_assessed([key], day=today), Reason.NOT_ASSESSED),  # article 34
    )
    return next((reason for holds, reason in conditions if not holds), Reason.ALLOWED)


def can_read(user, subject, key):
    """Return the `Answer` (falsy if refused) whether this account, as a vendor's member, may read this field now."""
    vendors, now, restored = vendors_of(user), timezone.now(), restoration.is_restored()
    grants = SharingGrant.objects.filter(subject=subject, agreement__vendor__in=vendors)
    answer = Answer(Reason.NO_GRANT)
    for grant in grants.to_decide().order_by("given_at", "pk"):
        answer = Answer(decide(grant, key, vendors=vendors, now=now, restored=restored), grant)
        if answer:
            break
    return answer


def readable(grant, user):
    """Return the keys of `grant` that the user may read now, and the reason if there are none."""
    return readable_by(grant, vendors_of(user), timezone.now(), restored=restoration.is_restored())


def vendors_of(user):
    """Return the ids of the vendors for which the account works; empty if it is inactive."""
    return set(user.memberships.of_vendors().values_list("party", flat=True)) if user.is_active else set()


def readable_by(grant, vendors, now, *, restored):
    answers = {key: decide(grant, key, vendors=vendors, now=now, restored=restored) for key in grant.fields}
    keys = [key for key, reason in answers.items() if reason is Reason.ALLOWED]
    return keys, Reason.ALLOWED if keys else next(iter(answers.values()), Reason.NO_GRANT)


def state(grant, *, now=None):
    """Return the `State` of a grant. Needs what `decide` needs; queries `narrowed_to` if it was withdrawn."""
    now = now or timezone.now()
    if grant.withdrawn_at is not None:
        return State.NARROWED if grant.narrowed_to.all() else State.WITHDRAWN
    agreement = grant.agreement
    if (
        now >= grant.ends_at
        or agreement.status == SharingAgreement.Status.ENDED
        or timezone.localdate(now) > agreement.valid_until
    ):
        return State.ENDED
    works = agreement.is_active and grant.purpose.is_active and grant.subject.restricted_at is None
    return State.ACTIVE if works else State.SUSPENDED
