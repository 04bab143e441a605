"""Disclosure to an outside party: one person asks, a second approves, the people concerned are notified (clause 6).

Only what was approved is exported, as a file: these fields of these people, with an access record each time.
"""

import hashlib
import json
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts import mail
from privacy import access, deadlines, declarations, parties, reference_numbers, subjects, two_person
from privacy.errors import Refused, validate
from privacy.files import uploads
from privacy.files.csv_injection import csv_text
from privacy.models.access import AccessReason, Action
from privacy.models.parties import MembershipRole
from privacy.models.subjects import Subject
from privacy.oversight.models.disclosures import NEED_DOCUMENT, Disclosure, DisclosureEvent, DisclosureSubject
from privacy.scope import Role

Status, Kind = Disclosure.Status, DisclosureEvent.Kind
MOST_PEOPLE = 100
APPROVAL_DAYS = 30  # an approval expires: it is for the data of about that time
LONGEST_DELAY = 365  # days from today; a longer delay needs a new decision
EXPORTABLE = (Status.APPROVED, Status.EXPORTED, Status.TOLD)


@transaction.atomic
def ask(*, disclosure, people, by):
    """Number and save a new, unsaved disclosure about these subjects. Nothing is exported yet."""
    people = {subject.pk: subject for subject in people}
    if not by.memberships.of_staff().filter(party=disclosure.controller_id).exists():
        raise Refused(_("Only staff of the management that keeps this record can ask for this."), code="not_staff")
    _check_people(disclosure, people, by)
    if disclosure.ground in NEED_DOCUMENT and not disclosure.document:
        raise Refused(_("Add the document in which the institution asks for the data."), code="no_document")
    _check_delay(disclosure.tell_on, disclosure.delay_reason)
    disclosure.delay_reason = disclosure.delay_reason.strip() if disclosure.tell_on else ""
    disclosure.number, disclosure.asked_by = reference_numbers.next_number("PK"), subjects.get_or_create_for(by)
    disclosure.document_hash = uploads.sha256(disclosure.document) if disclosure.document else ""
    validate(disclosure)
    disclosure.save()
    DisclosureSubject.objects.bulk_create(DisclosureSubject(disclosure=disclosure, subject=s) for s in people.values())
    _write(disclosure, Kind.ASKED, by)
    return disclosure


@transaction.atomic
def approve(*, disclosure, by, tell_on=None, delay_reason=""):
    """Approve as a second person, and decide whether the people concerned are notified at once or from `tell_on`."""
    disclosure = _decidable(disclosure, by)
    _set_delay(disclosure, tell_on, delay_reason, by)
    _decide(disclosure, Status.APPROVED, by)
    if tell_on:
        _write(disclosure, Kind.DELAYED, by)
    return disclosure


@transaction.atomic
def refuse(*, disclosure, reason, by):
    """Refuse as a second person, with a reason."""
    disclosure = _decidable(disclosure, by)
    if not reason.strip():
        raise Refused(_("Write why this is refused; the person who asked reads it."), code="no_reason")
    disclosure.refusal = reason.strip()
    _decide(disclosure, Status.REFUSED, by)
    return disclosure


@transaction.atomic
def delay(*, disclosure, tell_on, delay_reason, by):
    """Notify later than decided before. Raise Refused once people are notified, or if `by` asked for the disclosure."""
    disclosure = _locked(disclosure)
    _check_second(disclosure, by)
    if disclosure.status not in (Status.APPROVED, Status.EXPORTED) or disclosure.is_told:
        raise Refused(_("The notice can be delayed only after approval and before the tenant is told."), code="step")
    if tell_on is None:
        raise Refused(_("Choose the day from which the tenant is told."), code="no_day")
    _set_delay(disclosure, tell_on, delay_reason, by)
    if disclosure.status == Status.EXPORTED:
        disclosure.tell_from = deadlines.start_of(tell_on)
    disclosure.save()
    _write(disclosure, Kind.DELAYED, by)
    return disclosure


@transaction.atomic
def export(*, disclosure, by):
    """Return the bytes of a CSV with the approved fields of the approved people; record access, and notify them."""
    disclosure = _locked(disclosure)
    if not by.memberships.of_staff().filter(party=disclosure.controller_id).exists():
        raise Refused(_("Only staff of the management that keeps this record can export this."), code="not_staff")
    if disclosure.concerns(by):
        raise Refused(disclosure.CONCERNED, code="concerned")
    if disclosure.status not in EXPORTABLE:
        raise Refused(_("A second person must approve this before anything is exported."), code="step")
    if disclosure.decided_at < timezone.now() - timedelta(days=APPROVAL_DAYS):
        raise Refused(
            _("This was approved more than %(days)s days ago. Record a new disclosure.") % {"days": APPROVAL_DAYS},
            code="too_late",
        )
    approval = disclosure.events.filter(kind=Kind.APPROVED).first()
    if approval is None or approval.check_code != check_code(disclosure):
        raise Refused(_("This changed after it was approved. Record a new disclosure."), code="changed")
    people = list(disclosure.people.select_related("subject__holder"))
    _check_unrestricted(disclosure, [row.subject_id for row in people])
    content = _table(people, disclosure.fields)
    access.record_accesses(
        people,
        by=by,
        role=Role.STAFF,
        why=AccessReason.DISCLOSURE,
        reference=disclosure.number,
        action=Action.EXPORTED,
        fields=disclosure.fields,
    )
    _write(disclosure, Kind.EXPORTED, by, people)
    if disclosure.status == Status.APPROVED:
        _handed_over(disclosure, people, by)
    return content


def tell_due():
    """Notify people of disclosures whose delay is over; idempotent. Return the number of disclosures."""
    done = 0
    for pk in list(Disclosure.objects.due().values_list("pk", flat=True)):
        with transaction.atomic():
            disclosure = Disclosure.objects.select_for_update().filter(pk=pk, status=Status.EXPORTED).first()
            if disclosure is not None and disclosure.is_told:
                _tell(disclosure, list(disclosure.people.select_related("subject__holder")), None)
                done += 1
    return done


def check_code(disclosure):
    """Return a SHA-256 over what is approved: which data, of whom, to whom, on which ground and document."""
    names = ("number", "controller_id", "ground", "instrument", "institution", "document_hash")
    facts = [getattr(disclosure, name) for name in names]
    people = sorted(str(pk) for pk in disclosure.people.values_list("subject", flat=True))
    return hashlib.sha256(json.dumps([*facts, disclosure.fields, people]).encode()).hexdigest()


def may_decide(disclosure, by):
    """Return whether this person may approve, refuse or delay it, as the verbs check."""
    try:
        _check_second(disclosure, by)
    except Refused:
        return False
    return True


def _check_people(disclosure, people, by):
    if not people:
        raise Refused(_("Choose at least one tenant."), code="nobody")
    if len(people) > MOST_PEOPLE:
        raise Refused(_("Choose at most %(count)s tenants at a time.") % {"count": MOST_PEOPLE}, code="too_many")
    register = declarations.tenant_record()
    here = register.model._base_manager.filter(
        **{f"{register.subject}__in": list(people), register.controller: disclosure.controller_id}
    )
    if here.count() != len(people):
        raise Refused(_("Choose tenants of this building management only."), code="not_here")
    _check_unrestricted(disclosure, people)
    if by.pk in [subject.holder_id for subject in people.values()]:
        raise Refused(disclosure.CONCERNED, code="concerned")


def _check_unrestricted(disclosure, people):
    """Raise Refused if processing is restricted (article 11), unless the law demands the data in writing."""
    restricted = Subject.objects.filter(pk__in=people, restricted_at__isnull=False)
    if disclosure.ground not in NEED_DOCUMENT and restricted.exists():
        raise Refused(
            _("Processing is restricted for one of these tenants. Only what the law demands may be disclosed."),
            code="restricted",
        )


def _check_delay(tell_on, reason):
    if tell_on is None:
        return
    if tell_on <= timezone.localdate():
        raise Refused(_("Choose a day after today, or leave it empty to tell the tenant at once."), code="past")
    if tell_on > timezone.localdate() + timedelta(days=LONGEST_DELAY):
        raise Refused(
            _("Choose a day within %(days)s days; a longer delay is decided again then.") % {"days": LONGEST_DELAY},
            code="too_long",
        )
    if not reason.strip():
        raise Refused(_("Write why the tenant is told later; the tenant reads it on that day."), code="no_delay_reason")


def _set_delay(disclosure, tell_on, reason, by):
    _check_delay(tell_on, reason)
    disclosure.tell_on, disclosure.delay_reason = tell_on, reason.strip() if tell_on else ""
    disclosure.delayed_by = subjects.get_or_create_for(by) if tell_on else None


def _check_second(disclosure, by):
    """Raise Refused unless `by` heads this management or is the DPO, and neither asked for it nor is concerned."""
    is_head = parties.is_head(by, disclosure.controller_id)
    if not is_head and not by.memberships.filter(role=MembershipRole.DPO).exists():
        raise Refused(
            _("Only the head of the building management or the data protection officer can decide this."),
            code="not_second",
        )
    two_person.check_second(disclosure, by)


def _decidable(disclosure, by):
    disclosure = _locked(disclosure)
    _check_second(disclosure, by)
    if disclosure.status != Status.ASKED:
        raise Refused(_("This request is already answered. You need not answer it again."), code="answered")
    return disclosure


def _decide(disclosure, status, by):
    disclosure.status, disclosure.decided_at = status, timezone.now()
    disclosure.decided_by = subjects.get_or_create_for(by)
    disclosure.save()
    _write(disclosure, Kind(status), by)


def _handed_over(disclosure, people, by):
    """Set the moment from which the people concerned are notified: now, or the day that was decided."""
    now = timezone.now()
    disclosure.status, disclosure.exported_at = Status.EXPORTED, now
    disclosure.tell_from = max(now, deadlines.start_of(disclosure.tell_on)) if disclosure.tell_on else now
    disclosure.save()
    if disclosure.tell_from <= now:
        _tell(disclosure, people, by)


def _tell(disclosure, people, by):
    disclosure.status, disclosure.told_at = Status.TOLD, timezone.now()
    disclosure.save()
    reached = [row for row in people if row.subject.holder]
    for row in reached:
        mail.email_user(user=row.subject.holder, template="data_notice", url_name="disclosure", url_args=[row.pk])
    _write(disclosure, Kind.TOLD, by, reached)
    _write(disclosure, Kind.UNREACHED, by, [row for row in people if not row.subject.holder])


def _write(disclosure, kind, by, people=None):
    """Record one step: of the whole disclosure, or one row per person if `people` is given."""
    common = {
        "disclosure": disclosure, "kind": kind, "check_code": check_code(disclosure),
        "actor": subjects.get_or_create_for(by) if by else None,
    }  # fmt: skip
    about = [None] if people is None else [row.subject_id for row in people]
    DisclosureEvent.objects.bulk_create(DisclosureEvent(subject_id=subject_id, **common) for subject_id in about)


def _table(people, keys):
    """Return a CSV with a row per person and a column per field; formulas are escaped."""
    known = declarations.disclosable()
    found = declarations.values([row.subject_id for row in people], keys, known)
    rows = [[_("Row"), *(capfirst(known[key].label) for key in keys)]]
    for number, row in enumerate(people, 1):
        values = found.get(row.subject_id, {})
        rows.append([number, *(_cell(values.get(key, [])) for key in keys)])
    return csv_text(rows).encode()


def _cell(pairs):
    """Return the values as text, dates as ISO 8601 so that day and month cannot be confused."""
    return "; ".join(
        value.isoformat() if isinstance(value, date) else str(getattr(value, "name", value))
        for _row, value in pairs
        if value not in (None, "")
    )


def _locked(disclosure):
    return Disclosure.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=disclosure.pk)
