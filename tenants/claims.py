"""Claims of register entries: what a person states is compared with the register (clauses 3.3, 5.1).

The response to a claim never depends on the register: the view only stores the claim, and a task compares it later.
The answer is given by email and on the claimant's page.
"""

from contextlib import suppress

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from accounts import account_lifecycle
from privacy import access_reasons, cases, reference_numbers, subjects
from privacy.errors import Refused
from privacy.models import Subject
from privacy.scope import Role
from tenants.models import Claim, Occupancy, Tenant

REASON = access_reasons.register("claim", _("to check a claim"), numbered=_("to check claim %(number)s"))
Status = Claim.Status


@transaction.atomic
def claim(*, building, unit_number, identity_kind, identity_number, birth_date, message="", by):
    """Store a claim, and queue its comparison with the register. It replaces an open claim."""
    claimant = Subject.objects.select_for_update().get(pk=subjects.get_or_create_for(by).pk)
    fresh = Claim(
        claimant=claimant, management=building.management, building=building, unit_number=unit_number, message=message,
        identity_kind=identity_kind, identity_number=identity_number, birth_date=birth_date.isoformat(),
    )  # fmt: skip
    before = Claim.objects.filter(claimant=claimant, management=building.management, status__in=Claim.OPEN)
    for earlier in before.select_for_update(of=("self",)):
        if _said(earlier) == _said(fresh):
            raise Refused(_("We already have this. You need not send it again."), code="twice")
        _settle(earlier, Status.CLOSED, tell=False)
    fresh.number = reference_numbers.next_number("KL")
    fresh.save()
    check_claim.enqueue(claim_id=fresh.pk)
    return fresh


def _said(claim):
    return claim.building_id, claim.unit_number, claim.birth_date, claim.message, claim.identity_text()


@transaction.atomic
def check(*, claim):
    """Compare a claim with the register: hand over the entry, queue it for staff, or mark it as unmatched."""
    claim = cases.lock(claim)
    if claim.status != Status.RECEIVED:
        return claim
    exact, similar = _matches(claim)
    if (
        len(exact) == 1
        and not exact[0].is_claimed
        and account_lifecycle.has_confirmed(claim.claimant.holder, exact[0].email)
    ):
        with suppress(Refused):  # staff decide instead, for example if a child needs a guardian
            return _open(claim, exact[0])
    candidates = exact or similar
    claim.entry = candidates[0] if candidates else None
    claim.status = Status.WAITING if candidates or claim.message else Status.UNMATCHED
    claim.save(update_fields=["entry", "status"])
    if claim.status == Status.UNMATCHED and close_claim.get_backend().supports_defer:
        close_claim.using(run_after=claim.due_at).enqueue(claim_id=claim.pk)
    return claim


def _open(claim, entry):
    subjects.hand_over(subject=entry.subject, to=claim.claimant.holder, by=claim.claimant.holder)
    claim.entry = entry
    return _settle(claim, Status.OPENED)


def _matches(claim):
    """Return entries that match everything stated, and those that match the number, or unit and date of birth."""
    entries = Tenant.objects.filter(management=claim.management_id).select_related("subject")
    lives_there = Q(
        occupancies__in=Occupancy.objects.current().filter(
            unit__building=claim.building_id, unit__number__iexact=claim.unit_number
        )
    )
    indexes = Claim._meta.get_field("identity_index").indexes(claim.identity_text())
    has_number, was_born = Q(identity_index__in=indexes), Q(birth_date=claim.birth_date)
    exact = list(entries.filter(has_number, was_born, lives_there).distinct())
    return exact, list(entries.filter(has_number | (lives_there & was_born)).distinct().order_by("pk")[:5])


@transaction.atomic
def add_message(*, claim, message, by):
    """Add the claimant's question. An unmatched claim is put in the management's queue with it."""
    claim = cases.lock(claim)
    if not claim.is_own(by) or not claim.is_open:
        raise Refused(_("This claim is already answered. Send a new one if you need to."), code="answered")
    claim.message = message
    if claim.status == Status.UNMATCHED:
        claim.status = Status.WAITING
    claim.save(update_fields=["message", "status"])


@transaction.atomic
def confirm(*, claim, entry, by):
    """Confirm a claim, as staff: the claimant becomes the holder of the entry."""
    claim = cases.lock_to_decide(claim, by)
    entry = (
        Tenant.objects.visible_to(by, role=Role.STAFF)
        .filter(management=claim.management_id, pk=entry.pk if entry else None)
        .first()
    )
    if entry is None:
        raise Refused(_("Choose the entry of your register that belongs to this person."), code="entry")
    subjects.hand_over(subject=entry.subject, to=claim.claimant.holder, by=by)
    claim.entry = entry
    return _settle(claim, Status.CONFIRMED, by=by)


@transaction.atomic
def refuse(*, claim, reason, by):
    """Refuse a claim, as staff, with a reason that the claimant reads."""
    claim = cases.lock_to_decide(claim, by)
    if not reason.strip():
        raise Refused(_("Write the reason; the tenant reads it."), code="no_reason")
    claim.reason = reason
    return _settle(claim, Status.REFUSED, by=by)


@transaction.atomic
def close_unmatched(*, claim):
    """Close a claim that matches no entry and has no question, at its deadline."""
    claim = cases.lock(claim)
    if claim.status == Status.UNMATCHED and claim.due_at <= timezone.now():
        _settle(claim, Status.CLOSED)


def _settle(claim, status, *, by=None, tell=True):
    """Close a claim and delete the claimant's values; the decision is kept."""
    claim.unit_number = claim.identity_number = claim.birth_date = claim.message = ""
    cases.settle(claim, status, by)
    if tell:
        cases.tell(claim)
    return claim


@task()
def check_claim(*, claim_id):
    check(claim=Claim.objects.get(pk=claim_id))


@task()
def close_claim(*, claim_id):
    close_unmatched(claim=Claim.objects.get(pk=claim_id))
