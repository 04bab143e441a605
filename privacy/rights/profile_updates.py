"""Profile updates: the person asks, staff decide per field, the person is notified (clauses 2.2, 5.6; article 30)."""

import json
import re
from copy import copy
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import FileField
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import encryption, mail
from privacy import access, cases, declarations, reference_numbers, two_person
from privacy.errors import Refused
from privacy.files import uploads
from privacy.models.access import AccessReason, Action
from privacy.models.subjects import Subject
from privacy.rights.models.profile_updates import ProfileUpdateLine, ProfileUpdateRequest
from privacy.scope import Role

Status = ProfileUpdateRequest.Status
Decision = ProfileUpdateLine.Decision
CHANGED_MEANWHILE = _(
    "This record changed while you were working. Nothing was saved. Compare the new values and decide again."
)


@dataclass(frozen=True)
class Comparison:
    """One requested change as shown on screen: the register before and after it."""

    line: ProfileUpdateLine
    old: object
    new: object
    old_masked: object
    new_masked: object
    difference: str  # how two masked values differ, since masks may look equal; "" if the field is not masked


def hidden_difference(old, new):
    """Say from which digit on two numbers differ, without revealing a digit; "" if either is empty."""
    old, new = (re.sub(r"[^0-9A-Za-z]", "", text) for text in (old, new))
    same = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
    if not old or not new or old == new:
        return ""
    if same == 0 or len(old) != len(new):
        return gettext("This is another number.")
    last = len(new) - same
    return ngettext("Changed in the last digit.", "Changed within the last %(n)s digits.", last) % {"n": last}


def compare(request, record):
    """Return a `Comparison` per line. Once settled, lines have decisions only, no values."""
    lines, before, after = list(request.lines.all()), copy(record), copy(record)
    for line in lines:
        put(before, line.name, line.old)
        put(after, line.name, line.new)
    return [_comparison(line, before, after) for line in lines]


def _comparison(line, before, after):
    old, new = declarations.display(before, line.name), declarations.display(after, line.name)
    masked = [declarations.masked(side, line.name) for side in (before, after)]
    is_masked = line.name in declarations.tenant_record().masked
    return Comparison(line, old, new, *masked, hidden_difference(str(old), str(new)) if is_masked else "")


def is_file(name):
    return isinstance(declarations.tenant_record().model._meta.get_field(name), FileField)


def put(record, name, text):
    """Set a field from its stored text (see `stored`)."""
    field = record._meta.get_field(name)
    setattr(record, name, field.to_python(text) if text else None if field.null else "")


def stored(record, name):
    """Return a field's value as text, the form in which old, new and present values are compared."""
    return record._meta.get_field(name).value_to_string(record) if getattr(record, name) not in (None, "") else ""


def changed(record, proposal):
    """Return the names of the updatable fields in which `proposal`, an unsaved copy, differs from `record`."""
    return [name for name in declarations.tenant_record().updatable if stored(record, name) != stored(proposal, name)]


@transaction.atomic
def ask(*, record, proposal, by, note="", evidence=None):
    """Ask for the changes in `proposal`, a cleaned copy of `record`, as its holder. `record` itself is not changed."""
    declaration = declarations.tenant_record()
    subject = Subject.objects.select_for_update().get(pk=record.subject_id)
    if subject.holder_id != by.pk:
        raise Refused(_("Only the person concerned can ask for this."), code="not_holder")
    names = changed(record, proposal)
    if not names:
        raise Refused(_("The new data is the same as the old. Change the fields that need it."), code="same")
    keys = {name: declarations.key_of(declaration.model, name) for name in names}
    if ProfileUpdateLine.objects.filter(
        request__subject=subject, request__status=Status.WAITING, field__in=keys.values()
    ).exists():
        raise Refused(_("We already have this. You need not send it again."), code="twice")
    request = ProfileUpdateRequest.objects.create(
        number=reference_numbers.next_number("PD"),
        subject=subject,
        controller_id=getattr(record, f"{declaration.controller}_id"),
        note=note,
        evidence=evidence or "",
    )
    for name in names:
        if is_file(name):
            _keep_file(proposal, name)
        ProfileUpdateLine.objects.create(
            request=request, field=keys[name], old=stored(record, name), new=stored(proposal, name)
        )
    return request


@transaction.atomic
def cancel(*, request, by):
    """Withdraw the request, as the person concerned; the proposed values are deleted at once."""
    request = cases.lock_own(request, by)
    return _settle(request, Status.WITHDRAWN, by)


@transaction.atomic
def decide(*, request, decisions, seen_fingerprint, by):
    """Apply what is approved and reject the rest with a reason, in one transaction.

    `decisions` maps each line's id to ("approved", "") or ("rejected", reason); `seen_fingerprint` is the
    `fingerprint` of the lines that the user saw. Raise Refused, and apply nothing, if a field or line changed since
    then; `conflicts` returns the lines concerned.
    """
    request = cases.lock_to_decide(request, by)
    lines = list(request.lines.select_for_update().order_by("pk"))
    two_person.check_unchanged(seen_fingerprint, fingerprint(lines), CHANGED_MEANWHILE)
    _check_decisions(lines, decisions)
    record = type(declarations.entry_of(request.subject)).objects.select_for_update().get(subject=request.subject)
    if conflicts(request, record, lines):
        raise Refused(CHANGED_MEANWHILE, code="changed")
    for line in lines:
        line.decision, line.reason = decisions[line.pk]
        line.save(update_fields=["decision", "reason"])
    approved = [line for line in lines if line.decision == Decision.APPROVED]
    _apply(record, approved)
    if approved:
        access.record_access(
            record,
            by=by,
            role=Role.STAFF,
            why=AccessReason.UPDATE,
            reference=request.number,
            action=Action.CHANGED,
            fields=[line.name for line in approved],
        )
    status = Status.APPROVED if len(approved) == len(lines) else Status.PARTLY if approved else Status.REJECTED
    return _settle(request, status, by)


def fingerprint(lines):
    """Return a keyed hash that changes with the values that are compared, without revealing them."""
    compared = sorted([line.pk, line.old, line.new] for line in lines)
    return encryption.blind_index(json.dumps(compared, default=str), context="privacy.updates")


def conflicts(request, record, lines=None):
    """Return {line: present value} for fields whose value changed since the person asked."""
    found = {line: stored(record, line.name) for line in (lines if lines is not None else request.lines.all())}
    return {line: now for line, now in found.items() if now != line.old}


@transaction.atomic
def accept_present(*, request, by):
    """Replace the old value of each line by the present value of the register, after a conflict."""
    request = cases.lock_to_decide(request, by)
    lines = list(request.lines.select_for_update().order_by("pk"))
    present = conflicts(request, declarations.entry_of(request.subject), lines)
    for line in lines:
        if line in present:
            line.old = present[line]
            line.save(update_fields=["old"])


@transaction.atomic
def corrected(*, record, names, by, beside=()):
    """Record a direct correction by staff, and email the person which fields were changed and by whom.

    `beside`: changed rows of another model about the same person, such as their occupancies.
    """
    names = [name for name in names if name in declarations.tenant_record().updatable]
    if not names and not beside:
        return
    change = {"by": by, "role": Role.STAFF, "why": AccessReason.CORRECTION, "action": Action.CHANGED}
    if names:
        access.record_access(record, fields=names, **change)
    if beside:
        access.record_access(beside[0], **change)
    if record.subject.holder is not None:
        mail.email_user(user=record.subject.holder, template="data_corrected", url_name="access_log")


def _check_decisions(lines, decisions):
    if {line.pk for line in lines} != set(decisions):
        raise Refused(_("Approve or reject each field, then send your decision."), code="incomplete")
    for decision, reason in decisions.values():
        if decision not in Decision.values:
            raise Refused(_("Approve or reject each field, then send your decision."), code="incomplete")
        if decision == Decision.REJECTED and not reason.strip():
            raise Refused(_("Write the reason for each rejection; the tenant reads it."), code="no_reason")


def _apply(record, lines):
    for line in lines:
        put(record, line.name, line.new)
    try:
        record.full_clean(exclude=["subject"])
    except ValidationError as error:
        raise Refused(
            _("The register does not accept this: %(problem)s") % {"problem": " ".join(error.messages)}, code="invalid"
        ) from error
    record.save()


def _keep_file(proposal, name):
    """Store a proposed scan or photo now, so that the line can hold its name."""
    file = getattr(proposal, name)
    if file and not file._committed:
        file.save(file.name, file.file, save=False)


def _settle(request, status, by):
    """Settle the request and delete the proposed values; decisions are kept."""
    files = [request.evidence.name] if request.evidence else []
    for line in request.lines.all():
        if line.is_file:
            files += [line.old] if line.decision == Decision.APPROVED else [line.new]
    request.lines.update(old="", new="")
    request.note, request.evidence = "", ""
    cases.settle(request, status, by)
    uploads.delete_after_commit(files)
    if status != Status.WITHDRAWN:
        cases.tell(request)
    return request
