"""The use of the portal, to improve it: totals without a name, and a person's own only while she says yes to that.

Source: clause 3.5 of the policy (totals, and no small groups); the purpose `analytics` (article 20(2)a of UU PDP).
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy.consent import consents
from privacy.models import Subject
from tenants.models import PageUse
from tenants.models.usage import ANALYTICS

KEPT_DAYS = 365  # how long a count under a person is kept, as the purpose says
SHOWN_DAYS = 30
SMALLEST = 5  # a smaller group is not told
# The tenant's own pages, by the name of their address, and how people know them
PAGES = {
    "access_log": _("Who has looked at my data"),
    "breach_notice": _("Notice of a breach"),
    "bulletins": _("Announcements"),
    "claim": _("Claim your record"),
    "claim_sent": _("Your claim"),
    "consent_withdraw": _("Withdrawing a consent"),
    "consents": _("Your consents"),
    "disclosure": _("One disclosure"),
    "disclosures": _("Disclosures"),
    "download": _("A copy of my data"),
    "grant": _("One permission"),
    "grant_narrow": _("Narrowing a permission"),
    "grant_withdraw": _("Withdrawing a permission"),
    "hub": _("Privacy"),
    "my_data": _("My data"),
    "receipt": _("Receipt"),
    "rights": _("Your rights"),
    "rights_ask": _("Asking for a right"),
    "rights_request": _("One rights request"),
    "sharing": _("Sharing permissions"),
    "sharing_request": _("One request to share"),
    "tenant_home": _("Home"),
    "update_check": _("Checking a change of data"),
    "update_detail": _("One change request"),
    "update_new": _("Asking for a change of data"),
}


def title_of(page):
    return PAGES.get(page, page)


@transaction.atomic
def count(*, page, by):
    """Count that a tenant opened this page: under her pseudonym if she allows it now, else without a name."""
    entries = Subject.objects.filter(holder=OuterRef("holder"), own=False)
    # Locked, so that a no given at this moment finds the row that is added here
    own = (
        Subject.objects.select_for_update(no_key=True, of=("self",))
        .annotate(lives=Exists(entries), limited=Exists(entries.filter(restricted_at__isnull=False)))
        .filter(holder=by, own=True)
        .first()
    )
    if not (own.lives if own else Subject.objects.filter(holder=by).exists()):
        return
    known = own is not None and not own.limited and consents.allows(own, ANALYTICS)
    PageUse.objects.add(day=timezone.localdate(), page=page, subject=own if known else None)


def totals():
    """(page, uses without a name, uses of people who agreed) of the last days; None: a group too small to tell."""
    since = timezone.localdate() - timedelta(days=SHOWN_DAYS - 1)
    named = Q(subject__isnull=False)
    found = PageUse.objects.filter(day__gte=since).order_by("page").values("page")
    found = found.annotate(nameless=Sum("count", filter=~named, default=0), known=Sum("count", filter=named, default=0))
    return [(title_of(row["page"]), _told(row["nameless"]), _told(row["known"])) for row in found]


def _told(number):
    return None if 0 < number < SMALLEST else number


def anonymise_old():
    """What is older than a year keeps its number and loses its person."""
    old = PageUse.objects.named().filter(day__lt=timezone.localdate() - timedelta(days=KEPT_DAYS))
    old.fold(timezone.now())
    old.delete()
