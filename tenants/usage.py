"""Usage of the portal, to improve it: anonymous totals, and a person's own counts only with their consent.

Source: clause 3.5 of the policy (totals, and no small groups); the purpose `analytics` (article 20(2)a of UU PDP).
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone

from privacy.consent import consents
from privacy.models import Subject
from privacy.portals import gathered
from tenants.models import PageUse
from tenants.models.usage import ANALYTICS

KEPT_DAYS = 365  # how long counts of a subject are kept, as stated by the purpose
SHOWN_DAYS = 30
SMALLEST = 5  # smaller counts are not shown


def pages():
    """Return {URL name: title} of the tenants' pages whose use is counted."""
    return {page.url_name: page.title for page in gathered("COUNTED_PAGES")}


def title_of(page):
    return pages().get(page, page)


@transaction.atomic
def count(*, page, by):
    """Count that a tenant opened this page: under their pseudonym with consent, else without a subject."""
    entries = Subject.objects.filter(holder=OuterRef("holder"), own=False)
    # Locked, so that a concurrent withdrawal also deletes the row added here
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
    """Return (page, uses without subject, uses with subject) of the last days; None instead of a small count."""
    since = timezone.localdate() - timedelta(days=SHOWN_DAYS - 1)
    named = Q(subject__isnull=False)
    found = PageUse.objects.filter(day__gte=since).order_by("page").values("page")
    found = found.annotate(nameless=Sum("count", filter=~named, default=0), known=Sum("count", filter=named, default=0))
    return [(title_of(row["page"]), _told(row["nameless"]), _told(row["known"])) for row in found]


def _told(number):
    return None if 0 < number < SMALLEST else number


def anonymise_old():
    """Remove the subject from counts older than `KEPT_DAYS`; totals stay the same."""
    old = PageUse.objects.named().filter(day__lt=timezone.localdate() - timedelta(days=KEPT_DAYS))
    old.fold(timezone.now())
    old.delete()
