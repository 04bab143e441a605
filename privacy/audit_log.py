"""The audit log: one entry for each recorded act, shown in the admin, kept for JOURNAL_DAYS days.

An entry names people by the pseudonym of their account and never holds a personal value (`AuditLogEntry`).
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import request_context, throttling
from privacy import subjects, transparency_log
from privacy.models.audit_log import OF_ACCOUNT, AuditLogEntry, Kind

BATCH = 500


def record(kind, *, by=None, about=None, row=None, facts=None, request=None):
    """Write one entry. `by`: who acts (default: the signed-in user); `about`: an account; `row`: any row."""
    return add([entry(kind, by=by, about=about, row=row, facts=facts, request=request)])[0]


def entry(kind, *, by=None, about=None, row=None, facts=None, request=None):
    request = request or request_context.request()
    return AuditLogEntry(
        kind=Kind(kind),
        actor_id=_own(by or request_context.user(), request),
        about_id=_own(about, request),
        model=row._meta.label if row is not None else "",
        row="" if row is None or row.pk is None else str(row.pk),
        facts=facts or {},
        network=throttling.network_of_request(request) if kind in OF_ACCOUNT else "",
        route=request_context.route(request)[:200],
        request=getattr(request, "number", ""),
    )


def add(entries):
    return AuditLogEntry.objects.bulk_create(entries, batch_size=BATCH)


def _own(user, request):
    """Return the id of the account's own subject, queried once per request."""
    if user is None:
        return None
    known = vars(request).setdefault("_own_subjects", {}) if request is not None else {}
    if user.pk not in known:
        known[user.pk] = subjects.get_or_create_for(user).pk
    return known[user.pk]


@transaction.atomic
def delete_old():
    """Delete entries older than JOURNAL_DAYS and record how many, or `evidence_checks.verify` would report them."""
    until = timezone.now() - timedelta(days=settings.JOURNAL_DAYS)
    old = AuditLogEntry.objects.filter(at__lt=until)
    transparency_log.forget_rows(old)
    count = old._raw_delete(old.db)  # delete() refuses; the trigger allows it after `least_days`
    if count:
        table = AuditLogEntry._meta.db_table
        record(Kind.FORGOTTEN, facts={"table": table, "rows": count, "until": until.isoformat()})
    return count
