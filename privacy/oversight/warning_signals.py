"""Warning signals: activity that a head of management or the data protection officer should examine (clause 3.4).

Computed over the last days with aggregates, in a fixed number of queries. A signal names the actor and a count, never
whose data was read.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, TruncDate
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.templatetags.dates import JAKARTA
from privacy import declarations
from privacy.models.access import AccessRecord
from privacy.models.audit_log import AuditLogEntry, Kind
from privacy.models.parties import Membership
from privacy.scope import Role

DAYS = 7
# Fewer are mistakes: an old link, a grant that has just ended
MANY_REFUSED = 5
# A day's work concerns some dozens of people; more is reading through a list, or an export
MANY_PEOPLE = 50
# An emergency at night needs one or two accesses
MANY_OUT_OF_HOURS = 10
# Office hours in Jakarta, Monday to Friday
OPENS, CLOSES, LAST_WEEKDAY = 8, 18, 5
# allauth locks after five failures of an account and ten of an address; these exceeded that
MANY_FAILED, MANY_FROM_NETWORK = 5, 20
SHOWN = 20
REFUSED, BULK, HOURS, SIGN_IN, NETWORK = "refused", "bulk", "hours", "sign-in", "network"
HEADINGS = {
    REFUSED: _("Many refused looks"),
    BULK: _("Many people in one day"),
    HOURS: _("Looks outside office hours"),
    SIGN_IN: _("Failed sign-ins of one account"),
    NETWORK: _("Failed sign-ins from one network"),
}

WHO = ("actor_id", "actor__holder_id", "actor__holder__name", "party__name")
SENTENCES = {
    REFUSED: _("%(who)s was refused %(n)s looks in %(days)s days."),
    BULK: _("%(who)s looked at the data of %(n)s people in one day."),
    HOURS: _("%(who)s looked at data %(n)s times outside office hours in %(days)s days."),
    SIGN_IN: _("Signing in as %(who)s failed %(n)s times in %(days)s days."),
    NETWORK: _("%(n)s sign-ins from the network %(who)s failed in %(days)s days."),
}


@dataclass(frozen=True)
class Signal:
    kind: str
    about: str  # id of the actor or account, or the network
    sentence: str
    count: int

    @property
    def key(self):
        """Return the key used in a URL; it contains a pseudonym or row number, no name."""
        return f"{self.kind}:{self.about}"


@dataclass(frozen=True)
class Section:
    kind: str
    heading: str
    signals: list  # the largest first


def sections(user, role):
    """Return the signals of each kind: of every company for operators, of their own for staff."""
    found = {
        REFUSED: _counted(REFUSED, MANY_REFUSED, user, role),
        BULK: _bulk(user, role),
        HOURS: _counted(HOURS, MANY_OUT_OF_HOURS, user, role),
        SIGN_IN: _accounts(user, role),
    }
    if role == Role.OPERATOR:  # networks belong to no company
        found[NETWORK] = _networks()
    return [Section(kind, HEADINGS[kind], signals) for kind, signals in found.items()]


def prefill(key, user, role):
    """Return initial values of a case opened from this signal: sentence and most affected entries; {} if unknown."""
    found = sections(user, role) if key else []
    signal = next((signal for section in found for signal in section.signals if signal.key == key), None)
    if signal is None:
        return {}
    return {"reason": signal.sentence, "people": _people(signal, user, role)}


def _since():
    return timezone.now() - timedelta(days=DAYS)


def _looks(kind, user, role):
    """Return the access records that a signal of this kind counts."""
    looks = AccessRecord.objects.visible_to(user, role=role).filter(at__gte=_since()).order_by()
    if kind == REFUSED:
        return looks.filter(allowed=False)
    looks = looks.exclude(hat=Role.TENANT).filter(allowed=True)  # tenants at their own data are not examined
    if kind == BULK:
        return looks
    at = {"tzinfo": JAKARTA}
    looks = looks.annotate(hour=ExtractHour("at", **at), weekday=ExtractIsoWeekDay("at", **at))
    return looks.filter(Q(hour__lt=OPENS) | Q(hour__gte=CLOSES) | Q(weekday__gt=LAST_WEEKDAY))


def _counted(kind, least, user, role):
    rows = _looks(kind, user, role).values(*WHO).annotate(n=Count("pk")).filter(n__gte=least)
    return [_by_actor(kind, row) for row in rows.order_by("-n", "actor_id")[:SHOWN]]


def _bulk(user, role):
    """Return, per actor, the day on which they accessed the most people."""
    looks = _looks(BULK, user, role).annotate(day=TruncDate("at", tzinfo=JAKARTA))
    days = looks.values("day", *WHO).annotate(n=Count("subject", distinct=True)).filter(n__gte=MANY_PEOPLE)
    largest = {}
    for row in days.order_by("-n", "actor_id"):
        largest.setdefault((row["actor_id"], row["party__name"]), row)
    return [_by_actor(BULK, row) for row in list(largest.values())[:SHOWN]]


def _failures():
    return AuditLogEntry.objects.filter(kind=Kind.FAILED, at__gte=_since()).order_by()


def _failed(user, role):
    found = _failures()
    if role == Role.OPERATOR:
        return found
    d = declarations.tenant_record()
    own = user.memberships.of_staff().values("party")
    staff = Membership.objects.filter(party__in=own).values("user")
    tenants = d.model.objects.visible_to(user, role=role).filter(**{f"{d.holder}__isnull": False}).values(d.holder)
    return found.filter(Q(about__holder__in=staff) | Q(about__holder__in=tenants.order_by()))


def _accounts(user, role):
    rows = _failed(user, role).filter(about__holder__isnull=False).values("about__holder_id", "about__holder__name")
    rows = rows.annotate(n=Count("pk")).filter(n__gte=MANY_FAILED).order_by("-n", "about__holder_id")[:SHOWN]
    found = [(row["about__holder_id"], row["about__holder__name"], row["n"]) for row in rows]
    return [_signal(SIGN_IN, account, n, _account(account, name)) for account, name, n in found]


def _networks():
    rows = _failures().exclude(network="").values("network")
    rows = rows.annotate(n=Count("pk")).filter(n__gte=MANY_FROM_NETWORK).order_by("-n", "network")[:SHOWN]
    return [_signal(NETWORK, row["network"], row["n"], row["network"]) for row in rows]


def _by_actor(kind, row):
    name = _account(row["actor__holder_id"], row["actor__holder__name"])
    company = row["party__name"]
    who = gettext("%(name)s from %(company)s") % {"name": name, "company": company} if company else name
    return _signal(kind, row["actor_id"], row["n"], who)


def _signal(kind, about, n, who):
    return Signal(kind, str(about), SENTENCES[kind] % {"who": who, "n": n, "days": DAYS}, n)


def _account(pk, name):
    if pk is None:
        return gettext("A former account")
    return name or gettext("Account %(number)s") % {"number": pk}


def _people(signal, user, role):
    """Return the ids of the register entries concerned, all of one management; empty for a network."""
    d = declarations.tenant_record()
    entries = d.model.objects.visible_to(user, role=role)
    if signal.kind == SIGN_IN:
        entries = entries.filter(**{d.holder: signal.about})
    elif signal.kind == NETWORK:
        return []
    else:
        looks = _looks(signal.kind, user, role).filter(actor=signal.about)
        most = looks.values("subject").annotate(n=Count("pk")).order_by("-n", "subject")
        entries = entries.filter(**{f"{d.subject}__in": [row["subject"] for row in most[:SHOWN]]})
    found = list(entries.order_by("pk").values_list("pk", d.controller))
    return [pk for pk, controller in found if controller == found[0][1]]
