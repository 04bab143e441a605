"""Import in two steps: an upload is stored encrypted for an hour, then confirmed as a whole or not at all."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from privacy import access, declarations
from privacy.errors import Refused
from privacy.models import Subject
from privacy.models.access import Action
from privacy.scope import Role
from tenants import columns
from tenants.imports import plan as plans
from tenants.imports.apply import REASON, carry_out
from tenants.imports.display import SHOWN
from tenants.imports.reading import Table
from tenants.imports.register import stored
from tenants.models import BuildingManagement, PendingImport, Tenant

KEPT_FOR = timedelta(hours=1)


def managements(user):
    """Return the managements whose registers this account may import: those of its own companies only."""
    return BuildingManagement.objects.visible_to(user, role=Role.STAFF)


@transaction.atomic
def keep(*, table, management, by):
    """Store an upload until it is confirmed; it replaces the account's earlier one."""
    if not managements(by).filter(pk=management.pk).exists():
        raise Refused(_("Only staff of this building management can import its register."), code="not_staff")
    delete_expired()
    PendingImport.objects.filter(user=by, used_at__isnull=True).delete()
    expires_at = timezone.now() + KEPT_FOR
    if delete_expired_uploads.get_backend().supports_defer:
        delete_expired_uploads.using(run_after=expires_at).enqueue()
    return PendingImport.objects.create(management=management, user=by, table=table.packed(), expires_at=expires_at)


def preview(*, pending, by):
    """Return the plan of a confirmation now, and record access to the present values that it shows."""
    plan = _plan(pending, by)
    masked = declarations.of(Tenant).masked
    shown = {
        match.entry["id"]: columns.field_keys(line.name for line in match.lines if line.old and line.name not in masked)
        for match in plan.changed[:SHOWN]
    }
    shown = {entry: names for entry, names in shown.items() if names}
    rows = [Tenant(pk=pk) for pk in shown]
    access.record_accesses(rows, by=by, role=Role.STAFF, why=REASON, action=Action.LISTED, fields=shown)
    _record_found(plan, by)
    return plan


def problems(*, pending, by):
    plan = _plan(pending, by)
    _record_found(plan, by)
    return plan.problems


def _record_found(plan, by):
    """Record a search for people whose identity number is in a row with another name or unit."""
    rows = [Tenant(pk=pk) for pk in sorted(plan.found_by_number)]
    access.record_accesses(rows, by=by, role=Role.STAFF, why=REASON, action=Action.SEARCHED, fields=["identity_number"])


def confirm(*, pending, seen, by):
    """Import everything or nothing, and return the plan. `seen` is the fingerprint of the plan that the user saw."""
    try:
        return _confirm(pending, seen, by)
    except IntegrityError as error:  # another transaction changed the register after it was read
        raise _changed() from error


@transaction.atomic
def discard(*, pending, by):
    PendingImport.objects.of(by).filter(pk=pending.pk).delete()


def delete_expired():
    PendingImport.objects.filter(expires_at__lte=timezone.now()).delete()


@task()
def delete_expired_uploads():
    delete_expired()


@transaction.atomic
def _confirm(pending, seen, by):
    mine = PendingImport.objects.visible_to(by, role=Role.STAFF).filter(user=by)
    pending = mine.select_for_update(of=("self",)).filter(pk=pending.pk).first()
    if pending and pending.used_at:
        raise Refused(_("We already have this. You need not send it again."), code="twice")
    if pending is None or pending.is_over:
        raise Refused(_("This upload is no longer kept. Choose the file again."), code="gone")
    # Lock the register, so that imports into it run one at a time
    BuildingManagement.objects.select_for_update(of=("self",)).get(pk=pending.management_id)
    plan = _plan(pending, by)
    if plan.fingerprint != seen:
        raise _changed()
    if plan.problems:
        raise Refused(_("Correct the file and upload it again. Nothing has been saved."), code="wrong")
    _hold(plan)
    carry_out(plan, management=pending.management, by=by)
    pending.table, pending.used_at = "", timezone.now()
    pending.save(update_fields=["table", "used_at"])
    return plan


def _hold(plan):
    """Lock the subjects, then the entries that change, in the order of an erasure. Raise Refused if one has changed."""
    compared = {match.entry["id"]: match.entry for match in plan.changed}
    kept = Subject.objects.select_for_update(no_key=True).filter(tenant__in=sorted(compared)).order_by("pk")
    list(kept.values_list("pk"))
    list(
        Tenant.objects.select_for_update(of=("self",)).filter(pk__in=sorted(compared)).order_by("pk").values_list("pk")
    )
    if stored(compared) != compared:
        raise _changed()


def _plan(pending, by):
    return plans.make(Table.unpacked(pending.table), pending.management, by=by)


def _changed():
    return Refused(
        _("The register changed while you were working. Nothing was saved. Compare the new values and decide again."),
        code="changed",
    )
