"""When a grant is over, the vendor states that it deleted the data: who, when, what (clauses 2.5, 2.6).

What is due is computed from the grants (`SharingGrant.objects.attestation_due()`), never stored.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import mail
from accounts.invisible_text import is_blank
from privacy import declarations, subjects
from privacy.errors import Refused
from privacy.models.parties import Membership, Party
from privacy.portals import PageFor, url_name_of
from privacy.sharing.grants.access_decisions import vendors_of
from privacy.sharing.models.deletion_statements import AttestationReminder, DeletionStatement
from privacy.sharing.models.grants import SharingGrant

SOON_DAYS = 3  # days before the deadline on which a reminder is sent
Kind = AttestationReminder.Kind
TEMPLATES = {Kind.SOON: "attestation_soon", Kind.OVERDUE: "attestation_overdue"}


@transaction.atomic
def state(*, grant, by, means):
    """Record, once and without undo, the statement of a vendor's member that the data of an ended grant was deleted."""
    grant = SharingGrant.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=grant.pk)
    if grant.agreement.vendor_id not in vendors_of(by):
        raise Refused(_("Only the vendor that held this data can state that it was deleted."), code="not_vendor")
    if grant.ended_at is None:
        raise Refused(
            _("This permission is not over yet. State the deletion once it has ended or been withdrawn."), code="open"
        )
    if not grant.given_up:
        raise Refused(
            _("A permission with the same data took its place. State the deletion when that one is over."),
            code="handed_on",
        )
    if grant.statement is not None:
        raise Refused(_("We already have this. You need not send it again."), code="stated")
    if is_blank(means):
        raise Refused(_("Write in one sentence what was deleted, and how."), code="means")
    return DeletionStatement.objects.create(
        grant=grant,
        subject_id=grant.subject_id,
        vendor_id=grant.agreement.vendor_id,
        fields=grant.given_up,
        means=means.strip(),
        stated_by=subjects.get_or_create_for(by),
    )


@dataclass(frozen=True)
class Due:
    """One statement that is due. Needs `agreement` loaded, and `narrowed_to` prefetched for lists."""

    grant: SharingGrant

    @property
    def days(self):
        return (self.grant.attest_on - timezone.localdate()).days

    @property
    def urgency(self):
        """Return the kind of chip: "late", "waiting" within `SOON_DAYS` of the deadline, else "info"."""
        return "late" if self.days < 0 else "waiting" if self.days <= SOON_DAYS else "info"

    @property
    def time_left(self):
        """Return how many days the vendor has left, as text."""
        if self.days == 0:
            return _("Due today")
        if self.days < 0:
            return ngettext("%(n)s day past the deadline", "%(n)s days past the deadline", -self.days) % {
                "n": -self.days
            }
        return ngettext("%(n)s day left", "%(n)s days left", self.days) % {"n": self.days}

    @property
    def labels(self):
        return declarations.labels(self.grant.given_up)


def due(user, role):
    """Return the grants whose deletion statement is due and that the user may see, most urgent first."""
    found = SharingGrant.objects.visible_to(user, role=role).attestation_due()
    related = found.select_related("agreement__management", "agreement__vendor", "purpose")
    return related.prefetch_related("narrowed_to").order_by("ended", "pk")


def remind(now=None):
    """Remind the members of each vendor once when a statement is nearly due, and once when it is overdue.

    Called by the nightly job; a second run sends nothing. Return the number of grants reminded of.
    """
    now = now or timezone.now()
    vendors = SharingGrant.objects.attestation_due_by(timezone.localdate(now) + timedelta(days=SOON_DAYS), now)
    vendors = vendors.order_by("agreement__vendor").values_list("agreement__vendor", flat=True).distinct()
    return sum(_remind(vendor, now) for vendor in list(vendors))


@transaction.atomic
def _remind(vendor_id, now):
    """Send each member one email per kind of reminder, whatever the number of grants."""
    Party.objects.select_for_update().get(pk=vendor_id)  # serialises concurrent runs: the second finds no new reminders
    members = Membership.objects.of_vendors().filter(party=vendor_id, user__is_active=True)
    people = [member.user for member in members.select_related("user")]
    if not people:
        return 0  # record no reminder, so that members added later get it
    of_vendor = SharingGrant.objects.filter(agreement__vendor=vendor_id)
    overdue = of_vendor.attestation_overdue(now)
    near = of_vendor.attestation_due_by(timezone.localdate(now) + timedelta(days=SOON_DAYS), now)
    count = 0
    for kind, found in ((Kind.OVERDUE, overdue), (Kind.SOON, near.exclude(pk__in=overdue.values("pk")))):
        new = list(found.exclude(attestation_reminders__kind=kind))
        AttestationReminder.objects.bulk_create(AttestationReminder(grant=grant, kind=kind, at=now) for grant in new)
        for user in people if new else ():
            page = url_name_of(PageFor.DELETIONS_DUE)
            mail.email_user(user=user, template=TEMPLATES[kind], url_name=page, facts={"count": len(new)})
        count += len(new)
    return count
