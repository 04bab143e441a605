"""A database that was restored from a backup: how it is noticed, what is closed, and how it gets its evidence back.

The journal (`privacy.evidence_journal`) has rows of evidence that a restored database lacks: withdrawals, restrictions,
objections, erasures. Until `finish` was called, `is_restored()` is true, and what people took back could be open again:
nothing is shared, and optional purposes count as refused (articles 9, 11, 39).
"""

import collections
import logging
import re
from datetime import timedelta

from django.apps import apps
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import request_context
from privacy import evidence_journal, sealed_state
from privacy.errors import Refused
from privacy.models.evidence import Evidence
from privacy.models.reference_numbers import Counter
from privacy.models.state_changes import StateChange

RESTORED = "restored"  # kind of the counter that says up to which line the evidence was brought back
MEMO = "_database_is_restored"
NUMBER = re.compile(r"([A-Z]{2,8})-([0-9]{4})-([0-9]{4,9})")
DAYS = 7  # of evidence that `complete` compares with the journal
logger = logging.getLogger(__name__)


def is_restored():
    """Return whether the database lacks lines of the journal. One query, once per request."""
    request = request_context.request()
    if request is None:
        return _is_restored()
    if MEMO not in vars(request):
        setattr(request, MEMO, _is_restored())
    return getattr(request, MEMO)


def _is_restored():
    marks = dict(
        Counter.objects.filter(kind__in=[evidence_journal.CURSOR, RESTORED], year=0).values_list("kind", "last")
    )
    if RESTORED in marks:
        return True
    cursor, last = marks.get(evidence_journal.CURSOR, 0), evidence_journal.last_number()
    try:
        return last > cursor and not _has_all(cursor)
    except evidence_journal.JournalError:
        logger.exception("The journal cannot be read, so nothing is shared until it can")
        return True


def _has_all(cursor):
    """Return whether the database has all rows of the lines after the cursor: a killed process had not moved it."""
    return all(_has(entry) for line in evidence_journal.lines(cursor) for entry in line["rows"])


def _has(entry):
    return apps.get_model(entry["model"])._base_manager.filter(pk=entry["id"]).exists()


def sentence():
    return _(
        "The data was restored from a backup, and what people took back since then is not known yet. "
        "Nothing is shared until the operator has brought it back."
    )


def refuse_restored():
    """Raise Refused if the database is a restored one."""
    if is_restored():
        raise Refused(sentence(), code="restored")


def catch_up():
    """Bring the evidence of a restored database back before rows are added that follow on it.

    Return whether that was done now.
    """
    if not is_restored():
        return False
    mark = Counter.objects.filter(kind=RESTORED, year=0).first()
    if mark and mark.last >= evidence_journal.last_number():
        return False
    try:
        bring_back()
    except evidence_journal.JournalError:
        logger.exception("The evidence of a restored database was not brought back")
        return False
    return True


@transaction.atomic
def bring_back():
    """Store the evidence of the journal that the database lacks, and the decisions that follow from it.

    Called again, it continues. Afterwards no number and no key that the journal names is given out again.
    """
    marks = dict(Counter.objects.select_for_update().filter(year=0).values_list("kind", "last"))
    number = marks.get(RESTORED, marks.get(evidence_journal.CURSOR, 0))
    models, changed = set(), collections.defaultdict(set)
    for line in evidence_journal.lines(number):
        number = line["number"]
        for entry in line["rows"]:
            if not _has(entry):
                _store(entry, models, changed)
    for model, keys in changed.items():
        sealed_state.record(model, keys)  # of a row that cannot be again what it was, such as one whose account is lost
    Counter.objects.update_or_create(kind=RESTORED, year=0, defaults={"last": number})
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), models | set(changed)):
            cursor.execute(sql)


def since_the_backup():
    """Return (rows, rows that the database lacks) of the journal since the backup was made."""
    there = [_has(entry) for line in evidence_journal.lines(evidence_journal.cursor()) for entry in line["rows"]]
    return len(there), there.count(False)


@transaction.atomic
def finish():
    """End the state of a restored database: it has all that the journal can bring back."""
    Counter.objects.filter(kind=RESTORED, year=0).delete()
    Counter.objects.update_or_create(
        kind=evidence_journal.CURSOR, year=0, defaults={"last": evidence_journal.last_number()}
    )


def _store(entry, models, changed):
    """Store one row of the journal, and write the decision of a sealed row."""
    if "columns" not in entry:
        return
    for needed in entry["with"]:
        _insert(needed, models)
    if _insert(entry, models) and entry["model"] == StateChange._meta.label:
        model, row = apps.get_model(entry["columns"]["model"]), entry["columns"]["row"]
        sealed_state.rebuild(model, row)
        changed[model].add(row)


def _insert(entry, models):
    """Store a row as it was. Return whether it is there now; a row that it refers to may be missing."""
    row = _row(entry)
    model = type(row)
    models.add(model)
    for value in {**entry["columns"], **(entry["columns"].get("state") or {})}.values():
        _reserve(value)
    if model._base_manager.filter(pk=row.pk).exists():
        return True
    if not sealed_state.has_its_relations(row):
        return False
    try:
        with transaction.atomic():
            QuerySet(model).bulk_create([row])  # not through its manager, which would seal it anew
    except DatabaseError:
        return False
    return True


def _row(entry):
    model = apps.get_model(entry["model"])
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return model(**{name: fields[name].to_python(value) for name, value in entry["columns"].items()})


def _reserve(value):
    """Raise the counter of a reference number, so that it is not given out again."""
    if isinstance(value, str) and (found := NUMBER.fullmatch(value)):
        kind, year, last = found[1], int(found[2]), int(found[3])
        counter, _made = Counter.objects.get_or_create(kind=kind, year=year)
        if counter.last < last:
            counter.last = last
            counter.save()


def complete():
    """Append evidence of the last days that a killed process or a full disk kept out of the journal (a daily job)."""
    since = timezone.now() - timedelta(days=DAYS)
    known = {entry["id"] for line in evidence_journal.lines(since=since) for entry in line["rows"]}
    for model in apps.get_models():
        if issubclass(model, Evidence):
            missing = [row for row in model._base_manager.filter(at__gte=since) if row.pk.hex not in known]
            if missing:
                evidence_journal.append([evidence_journal.entry_of(row) for row in missing])
    if evidence_journal.last_number() >= evidence_journal.cursor() and not is_restored():
        finish()
