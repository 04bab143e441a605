"""Figures of the dashboard: open cases, consent, what ends soon. Each query is scoped to the user's companies."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext

from accounts.templatetags.dates import JAKARTA
from privacy import deadlines
from privacy.models import (
    Breach,
    ConsentStatus,
    DocumentVersion,
    ErasureOrder,
    LegalHold,
    RetentionNotice,
    SharingAgreement,
    SharingGrant,
    SharingRequest,
)
from privacy.oversight import evidence_checks, warning_signals
from privacy.portals import gathered
from privacy.scope import Role
from privacy.sharing import deletion_statements
from tenants.models import Occupancy, Tenant

ENDING_DAYS = 14
BAR_HEIGHT = 56  # pixels per building in the chart


def greeting(now=None):
    """Return the greeting for the hour in Jakarta: pagi to 10.59, siang to 14.59, sore to 17.59, malam after that."""
    hour = (now or timezone.now()).astimezone(JAKARTA).hour
    if hour < 11:
        return gettext("Good morning.")
    if hour < 15:
        return pgettext("from 11:00 to 14:59", "Good afternoon.")
    if hour < 18:
        return pgettext("from 15:00 to 17:59", "Good afternoon.")
    return gettext("Good evening.")


def headline(waiting, now=None):
    """Return the dashboard's title: the greeting, and how many requests need an answer."""
    need = ngettext("Today %(count)s request needs an answer", "Today %(count)s requests need an answer", waiting)
    said = need % {"count": waiting} if waiting else gettext("Nothing is waiting")
    return f"{greeting(now)} {said}"


@dataclass(frozen=True)
class Queue:
    """The card of one queue: number of open cases, earliest deadline, and when the last case was settled."""

    label: str
    icon: str
    url: str
    count: int
    overdue: int
    due_at: datetime | None
    last_settled: datetime | None

    @property
    def time_left(self):
        return deadlines.time_left(self.due_at) if self.due_at else ""

    @property
    def urgency(self):
        return deadlines.urgency(self.due_at) if self.due_at else "settled"


def queues(user, role):
    return [_queue(queue, queue.model.objects.visible_to(user, role=role)) for queue in gathered("QUEUES")]


def _queue(queue, rows):
    waiting, meta = queue.model.Status.WAITING, queue.model._meta
    open_ = Q(status=waiting)
    found = rows.aggregate(
        count=Count("pk", filter=open_),
        overdue=Count("pk", filter=open_ & Q(due_at__lt=timezone.now())),
        due_at=Min("due_at", filter=open_),
        last_settled=Max("settled_at"),
    )
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    return Queue(label=queue.label, icon=queue.icon, url=f"{url}?status__exact={waiting}", **found)


@dataclass(frozen=True)
class Bar:
    """The bar of one building: tenants with an account, and how many of them agreed to the policy in force."""

    label: str
    people: int
    agreed: int
    top: int = 0  # where its bar begins in the chart, in pixels

    @property
    def percent(self):
        return round(100 * self.agreed / self.people) if self.people else 0


def policy_in_force():
    return DocumentVersion.objects.in_force().filter(document__kind="policy").select_related("document").first()


def consent_by_building(user, role):
    """Return the bars of the chart. A person counts once per building; "agreed" if the consent gate is open to them."""
    material = DocumentVersion.objects.in_force().filter(document__kind="policy", material=True).first()
    if material is None:
        return []
    holder = "tenant__subject__holder"
    agreed = Q(
        **{
            f"{holder}__consent_statuses__document": material.document_id,
            f"{holder}__consent_statuses__number__gte": material.number,
        }
    )
    rows = (
        Occupancy.objects.visible_to(user, role=role)
        .current()
        .filter(**{f"{holder}__isnull": False})
        .values("unit__building__name")
        .annotate(people=Count(holder, distinct=True), agreed=Count(holder, distinct=True, filter=agreed))
        .order_by("unit__building__name")
    )
    return [
        Bar(row["unit__building__name"], row["people"], row["agreed"], top=at * BAR_HEIGHT)
        for at, row in enumerate(rows)
    ]


def ending(user, role):
    """Return permissions and agreements that end within ENDING_DAYS, soonest first."""
    now = timezone.now()
    soon = now + timedelta(days=ENDING_DAYS)
    grants = SharingGrant.objects.visible_to(user, role=role).current(now).filter(ends_at__lt=soon)
    agreements = (
        SharingAgreement.objects.visible_to(user, role=role).active().filter(valid_until__lt=timezone.localdate(soon))
    )
    return {
        "grants": grants.select_related("agreement__vendor", "purpose").order_by("ends_at")[:5],
        "grants_count": grants.count(),
        "agreements": agreements.select_related("vendor", "management").order_by("valid_until")[:5],
        "requests_count": SharingRequest.objects.visible_to(user, role=role)
        .filter(status=SharingRequest.Status.WAITING)
        .count(),
    }


def statements(user, role):
    """Return how many deletion statements vendors owe, how many are overdue, and the most urgent one."""
    due = deletion_statements.due(user, role)
    return {
        "statements_count": due.count(),
        "statements_overdue": SharingGrant.objects.visible_to(user, role=role).attestation_overdue().count(),
        "first_statement": next(map(deletion_statements.Due, due[:1]), None),
    }


def breaches_open(user, role):
    """Return the number of open breaches and the earliest deadline for notification (article 46 UU PDP)."""
    found = Breach.objects.visible_to(user, role=role).filter(closed_at__isnull=True)
    counted = found.aggregate(count=Count("pk"), due_at=Min("due_at"))
    due_at = counted["due_at"]
    return {
        "breaches_count": counted["count"],
        "breaches_time_left": deadlines.time_left(due_at) if due_at else "",
        "breaches_urgency": deadlines.urgency(due_at) if due_at else "",
    }


def consent_by_version(user, role):
    """Return (version number, accounts that agreed to it), of all accounts or, for staff, of their own tenants."""
    people = ConsentStatus.objects.filter(document__kind="policy", user__is_active=True)
    if role == Role.STAFF:
        entries = Tenant.objects.visible_to(user, role=role)
        people = people.filter(user__subjects__tenant__in=entries)
    rows = people.order_by().values("number").annotate(people=Count("user", distinct=True)).order_by("-number")
    return [(row["number"], row["people"]) for row in rows]


def kept_longer(user, role):
    """Return figures of active legal holds, erasures that wait for them, and announced erasures."""
    holds = LegalHold.objects.visible_to(user, role=role).active()
    orders = ErasureOrder.objects.visible_to(user, role=role).waiting()
    own = Tenant.objects.visible_to(user, role=role).values("subject")
    coming = RetentionNotice.objects.filter(
        subject__in=own, subject__erased_at__isnull=True, erase_on__gte=timezone.localdate()
    )
    return {
        **holds.aggregate(holds_count=Count("pk"), holds_review_on=Min("review_on")),
        **coming.aggregate(coming_count=Count("pk"), coming_on=Min("erase_on")),
        "orders_count": orders.count(),
    }


def watch(user, role):
    """Return the warning signals about refused and bulk accesses; `warning_signals` has the others."""
    return [
        signal
        for section in warning_signals.sections(user, role)
        if section.kind in (warning_signals.REFUSED, warning_signals.BULK)
        for signal in section.signals[:3]
    ]


def oversight(user, role):
    """Return what heads of management and the data protection officer see below the queues."""
    if not user.has_perm("privacy.view_investigationcase"):
        return {}
    return {
        "oversees": True,
        "signals": watch(user, role),
        "checkpoint": evidence_checks.latest_checkpoint(),
        "consent_versions": consent_by_version(user, role),
        **breaches_open(user, role),
        **kept_longer(user, role),
    }


def register_figures(user, role):
    rows = Tenant.objects.visible_to(user, role=role)
    return rows.aggregate(entries=Count("pk"), claimed=Count("pk", filter=Q(subject__holder__isnull=False)))


def everything(user, role):
    found = queues(user, role)
    bars = consent_by_building(user, role)
    return {
        "queues": found,
        "title": headline(sum(queue.count for queue in found)),
        "policy": policy_in_force(),
        "consent_bars": bars,
        "consent_chart_height": len(bars) * BAR_HEIGHT,
        "register": register_figures(user, role),
        **statements(user, role),
        **ending(user, role),
        **oversight(user, role),
    }
