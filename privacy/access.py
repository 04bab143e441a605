"""Access to single rows: opened through the scope, and recorded unless a person views their own."""

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from privacy import audit_log, declarations, parties, subjects
from privacy.models.access import AccessReason, AccessRecord, Action
from privacy.models.audit_log import Kind
from privacy.scope import Role


def get_and_record(
    model, *, by, role, why, reference="", action=Action.VIEWED, fields=None, select_related=(), **lookup
):
    """Return the row that `by` may see under `role`, and record the access. Raise Http404 for any other row.

    A refused attempt on an existing row is recorded on its subject (clause 3.4). `fields`: names of the fields shown
    (default: all personal ones). Call it outside a transaction that is rolled back, which would undo the record.
    """
    asked = {"by": by, "role": role, "why": why, "action": action, "fields": fields}
    row = get_visible(model, **asked, select_related=select_related, **lookup)
    record_access(row, **asked, reference=reference)
    return row


def get_visible(model, *, by, role, why, action=Action.VIEWED, fields=None, select_related=(), **lookup):
    """Return the row and record refused attempts only: the caller records what it showed. Raise Http404."""
    row = model.objects.visible_to(by, role=role).select_related(*select_related).filter(**lookup).first()
    if row is not None:
        return row
    hidden = model._base_manager.filter(**lookup).first()
    if hidden is not None:
        record_access(
            hidden, by=by, role=role, why=why, action=action, fields=fields, allowed=False, reason="not_yours"
        )
    raise Http404(_("This page is not here."))


def record_access(row, **what):
    """Record one access to one row; see `record_accesses`."""
    return record_accesses([row], **what)


@transaction.atomic
def record_accesses(
    rows, *, by, role, why, reference="", action=Action.VIEWED, fields=None, allowed=True, reason="", grant=None
):
    """Record an access to each of these rows of one model, in two queries and one bulk insert for any number of rows.

    People who view their own rows are not recorded; their other actions are. `fields`: names of the model's fields, or
    keys, for all rows; or a dict of row id → names.
    """
    declaration = declarations.of(type(rows[0])) if rows else None
    if declaration is None or not declaration.subject:
        return []
    names = declaration.personal if fields is None else fields
    each = fields if isinstance(fields, dict) else dict.fromkeys([row.pk for row in rows], names)
    keys = {
        pk: [name if "." in name else declarations.key_of(declaration.model, name) for name in each[pk]] for pk in each
    }
    about = declaration.model._base_manager.filter(pk__in=[row.pk for row in rows]).values_list(
        "pk", declaration.subject, declaration.holder, declaration.controller or declaration.subject
    )
    records = [
        AccessRecord(
            subject_id=subject_id,
            controller_id=controller_id if declaration.controller else None,
            grant=grant,
            fields=keys[pk],
            action=action,
            allowed=allowed,
            reason=reason,
            why=why,
            reference=reference,
        )
        for pk, subject_id, holder_id, controller_id in about
        if subject_id is not None  # some rows have no subject, such as a notice to the authority
        and not (role == Role.TENANT and holder_id == by.pk and allowed and action == Action.VIEWED)
    ]
    if action == Action.EXPORTED and allowed:
        facts = {"rows": len(rows), "of": declaration.model._meta.label, "why": str(why)}
        audit_log.record(Kind.EXPORTED, by=by, facts=facts)
    return _write(records, by=by, role=role)


@transaction.atomic
def record_listing(grants, *, by):
    """Record that a vendor's list showed these (grant, keys) pairs, in one bulk insert."""
    records = [
        AccessRecord(
            subject_id=grant.subject_id,
            controller_id=grant.agreement.management_id,
            grant=grant,
            fields=keys,
            action=Action.LISTED,
            allowed=True,
            why=AccessReason.GRANT,
            reference=grant.number,
        )
        for grant, keys in grants
    ]
    return _write(records, by=by, role=Role.VENDOR)


def _write(records, *, by, role):
    if not records:
        return []
    actor, companies = subjects.get_or_create_for(by), parties.companies(by, role)
    for record in records:
        record.actor, record.party, record.hat = actor, _party(record, companies), role
    return AccessRecord.objects.bulk_create(records)


def _party(record, companies):
    """Return the company acted for: of several, the one that the record concerns, else the first."""
    about = {record.controller_id, record.grant.agreement.vendor_id if record.grant else None}
    return next((company for company in companies if company.pk in about), None) or next(iter(companies), None)
