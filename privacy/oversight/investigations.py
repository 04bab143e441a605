"""Investigation cases: opened with a reason, approved by a second person, read within their scope only (clause 3.4).

A reading shows exactly the fields of the case, of exactly its people, while the case is approved. Everything else is
refused; both are recorded in the access log of the person concerned.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import access, declarations, parties, reference_numbers, subjects, two_person, value_display
from privacy.errors import Refused
from privacy.models.access import AccessReason
from privacy.models.parties import MembershipRole
from privacy.oversight.models.investigations import CaseEvent, CaseSubject, InvestigationCase, readable_keys
from privacy.sharing import grants

Status = InvestigationCase.Status
Kind = CaseEvent.Kind
# Long enough for an investigation, short enough that a longer one needs a new approval
MAX_DAYS = 30


class Reason(TextChoices):
    """Why a reading was refused; stored as the reason code of the access record."""

    NOT_PARTY = "not_case_party", _("does not work on this case")
    NOT_APPROVED = "case_not_approved", _("the case is not approved")
    EXPIRED = "case_expired", _("the case has expired")
    CLOSED = "case_closed", _("the case is closed")
    NOT_IN_CASE = "not_in_case", _("not part of this case")


def is_dpo(user):
    return user.memberships.filter(role=MembershipRole.DPO).exists()


def may_open(user):
    """Return whether the user is head of a management, or the data protection officer."""
    return user.memberships.of_heads().exists() or is_dpo(user)


def latest_until():
    """Return the last day on which a case opened now may end."""
    return timezone.localdate() + timedelta(days=MAX_DAYS)


@transaction.atomic
def open_(*, people, fields, reason, until, by):
    """Open a case to read `fields` (keys) of `people` (subjects of one management) until the end of day `until`."""
    controller = _controller(people)
    _check_side(controller, by)
    if any(person.holder_id == by.pk for person in people):
        raise Refused(_("You cannot investigate yourself. Ask a colleague to do it."), code="own")
    if not reason.strip():
        raise Refused(_("Write why you need to look into this; the second approver reads it."), code="no_reason")
    keys = [key for key in readable_keys() if key in fields]
    if not keys or len(keys) != len(set(fields)):
        raise Refused(_("Choose at least one kind of data."), code="no_fields")
    if until < timezone.localdate():
        raise Refused(_("Choose an end date that is not in the past."), code="past")
    if until > latest_until():
        raise Refused(_("Choose an earlier end date: a case lasts at most 30 days."), code="too_long")
    opener = subjects.get_or_create_for(by)
    case = InvestigationCase.objects.create(
        number=reference_numbers.next_number("KS"), controller_id=controller, reason=reason.strip(), fields=keys,
        opened_by=opener, expires_at=grants.end_of(until),
    )  # fmt: skip
    CaseSubject.objects.bulk_create(CaseSubject(case=case, subject=person) for person in dict.fromkeys(people))
    CaseEvent.objects.create(case=case, kind=Kind.OPENED, actor=opener)
    return case


@transaction.atomic
def approve(*, case, by):
    """Approve these fields and people, as a second person."""
    case, actor = _decidable(case, by)
    case.approved_by = actor
    return _move(case, Status.APPROVED, actor)


@transaction.atomic
def refuse(*, case, reason, by):
    """Refuse as a second person, with a reason."""
    case, actor = _decidable(case, by)
    if not reason.strip():
        raise Refused(_("Write the reason; who opened the case reads it."), code="no_reason")
    return _move(case, Status.REFUSED, actor, reason.strip())


@transaction.atomic
def close(*, case, by):
    """Close the case early: nothing can be read under it any more."""
    case = _locked(case)
    _check_side(case.controller_id, by)
    if case.concerns(by):
        raise Refused(case.CONCERNED, code="concerned")
    if case.current_status not in case.RUNNING:
        raise Refused(_("This case is over already. You need not close it."), code="over")
    return _move(case, Status.CLOSED, subjects.get_or_create_for(by))


def may_decide(case, user):
    """Return whether this person may be the second approver now."""
    try:
        _check_decidable(case, user)
    except Refused:
        return False
    return True


def may_read(case, user):
    """Return whether the user opened or approved it and still heads that management, or is the DPO."""
    if is_dpo(user):
        return True
    two = {case.opened_by.holder_id, getattr(case.approved_by, "holder_id", None)}
    return user.pk in two and parties.is_head(user, case.controller_id)


def read(*, case, subject, by, fields=None):
    """Return {key: [value]} for the case's fields of one of its people, and record the access. `fields` narrows them.

    Raise Refused, and record it, outside the case's fields, people and time. Do not call it in a transaction that a
    refusal rolls back.
    """
    case = InvestigationCase.objects.select_related("opened_by", "approved_by").get(pk=case.pk)
    keys = list(case.fields if fields is None else fields)
    refusal = _refusal(case, subject, keys, by)
    access.record_access(
        declarations.entry_of(subject) or subject, by=by, role=parties.admin_role(by), why=AccessReason.CASE,
        reference=case.number, fields=keys, allowed=refusal is None, reason=refusal or "",
    )  # fmt: skip
    if refusal:
        raise Refused(_("This was refused and recorded: %(why)s.") % {"why": refusal.label}, code=refusal.value)
    return value_display.shown_values([subject.pk], keys).get(subject.pk, {})


def _refusal(case, subject, keys, by):
    """Return the first reason to refuse a reading, or None."""
    wrong = {
        Reason.NOT_PARTY: not may_read(case, by),
        Reason.CLOSED: case.status == Status.CLOSED,
        Reason.EXPIRED: case.current_status == Status.EXPIRED,
        Reason.NOT_APPROVED: case.status != Status.APPROVED,
        Reason.NOT_IN_CASE: not case.people.filter(subject=subject).exists() or not set(keys) <= set(case.fields),
    }
    return next((reason for reason, is_so in wrong.items() if is_so), None)


def _controller(people):
    """Return the id of the management in whose register these people are. Raise Refused unless it is one."""
    d = declarations.tenant_record()
    found = d.model._base_manager.filter(**{f"{d.subject}__in": people}).values_list(d.subject, d.controller)
    known = dict(found)
    if not people or len(known) != len(set(people)) or len(set(known.values())) != 1:
        raise Refused(_("Choose people of one building management's register."), code="people")
    return next(iter(known.values()))


def _check_side(controller_id, by):
    if not is_dpo(by) and not parties.is_head(by, controller_id):
        raise Refused(parties.ONLY_HEADS, code="not_head")


def _locked(case):
    return InvestigationCase.objects.select_for_update(of=("self",)).select_related("opened_by").get(pk=case.pk)


def _decidable(case, by):
    case = _locked(case)
    _check_decidable(case, by)
    return case, subjects.get_or_create_for(by)


def _check_decidable(case, by):
    _check_side(case.controller_id, by)
    if case.current_status == Status.EXPIRED:
        raise Refused(_("This case has expired. Open a new one."), code="expired")
    if case.status != Status.ASKED:
        raise Refused(_("This case is already decided."), code="decided")
    two_person.check_second(case, by)


def _move(case, status, actor, reason=""):
    case.status = status
    case.save(update_fields=["status", "approved_by"])
    CaseEvent.objects.create(case=case, kind=Kind(status), actor=actor, reason=reason)
    return case
