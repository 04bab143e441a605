"""Retention: which rows are erased when, why others are kept, notices, and the run (clause 8; articles 42–45).

`plan` says for each row whose event has occurred what a run today would do with it. `apply` does exactly that,
with one transaction per person, so that it can be interrupted and run again.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import mail
from accounts.templatetags import dates
from privacy import declarations, integrity, reference_numbers, subjects, two_person
from privacy.errors import Refused
from privacy.models.subjects import Subject
from privacy.rights import erasures
from privacy.rights.models.erasures import Erasure, ErasureReason
from privacy.rights.models.legal_holds import LegalHold
from privacy.rights.models.retention import RetentionNotice, RetentionRule, RetentionRun

BATCH = 200


class Outcome(models.TextChoices):
    """What a run today would do with a row."""

    NOW = "now", _("will be erased")
    WARN = "warn", _("the person is told first")
    WARNED = "warned", _("stays until the warning has run out")
    LATER = "later", _("stays until the period ends")
    HELD = "held", _("stays because of a legal hold")


@dataclass(frozen=True)
class PlannedRow:
    """One row whose event has occurred: its outcome, from which day, and the hold on it."""

    rule: RetentionRule
    pk: int
    subject_id: object
    ended_on: date
    due_on: date
    outcome: Outcome
    erase_on: date | None = None
    hold: str = ""

    @property
    def is_person(self):
        return self.rule.declaration is declarations.tenant_record()

    @property
    def because(self):
        """Return a sentence that explains why it is erased or kept."""
        words = {
            "event": capfirst(self.rule.event), "ended": dates.day(self.ended_on), "days": self.rule.days,
            "day": dates.day(self.erase_on or self.due_on), "hold": self.hold, "law": self.rule.law,
        }  # fmt: skip
        return {
            Outcome.NOW: _("%(event)s on %(ended)s, %(days)s days ago or more (%(law)s)."),
            Outcome.WARN: _("The person is told today, and the data goes from %(day)s."),
            Outcome.WARNED: _("The person was told. The data goes from %(day)s."),
            Outcome.LATER: _("%(event)s on %(ended)s. The data goes from %(day)s (%(law)s)."),
            Outcome.HELD: _("Legal hold %(hold)s. The data goes when it is released."),
        }[self.outcome] % words


# Plan


def plan(today=None):
    """Yield an `PlannedRow` per row whose event has occurred, by rule and day. Two queries per rule and batch."""
    today = today or timezone.localdate()
    for rule in RetentionRule.objects.filter(is_active=True):
        yield from _of_rule(rule, today)


def _of_rule(rule, today):
    d = rule.declaration
    rows = d.model._default_manager.all().with_ended_on().filter(ended_on__isnull=False)
    if d is declarations.tenant_record():
        rows = rows.filter(**{f"{d.subject}__erased_at__isnull": True})
    else:
        rows = _with_something(rows, d)
    addresses = filter(None, [d.holder, d.person.email])
    facts = rows.order_by("ended_on", "pk").values_list("pk", d.subject, "ended_on", *addresses)
    facts = facts.iterator(chunk_size=BATCH)
    while batch := list(islice(facts, BATCH)):
        about = [subject_id for _pk, subject_id, *_rest in batch]
        holds = dict(LegalHold.objects.active().filter(subject__in=about).values_list("subject_id", "number"))
        notices = RetentionNotice.objects.filter(subject__in=about).order_by("erase_on")
        told = dict(notices.values_list("subject_id", "erase_on"))
        for pk, subject_id, ended_on, *addresses in batch:
            hold, told_on = holds.get(subject_id), told.get(subject_id)
            yield _planned(rule, today, pk, subject_id, ended_on, any(addresses), hold, told_on)


def _planned(rule, today, pk, subject_id, ended_on, can_be_told, hold, told):  # noqa: PLR0917 - one row's facts
    due_on = ended_on + timedelta(days=rule.days + 1)
    warns = rule.warn_days and rule.declaration is declarations.tenant_record() and can_be_told
    told = told if told and told >= due_on else None
    erase_on = told or (max(due_on, today + timedelta(days=rule.warn_days)) if warns else due_on)
    outcome = Outcome.NOW
    if warns and not told:
        outcome = Outcome.WARN if due_on - timedelta(days=rule.warn_days) <= today else Outcome.LATER
    elif erase_on > today:
        outcome = Outcome.WARNED if told else Outcome.LATER
    if hold and due_on <= today:
        outcome = Outcome.HELD
    return PlannedRow(rule, pk, subject_id, ended_on, due_on, outcome, erase_on, hold or "")


def _with_something(rows, d):
    """Filter rows that still hold a personal value, so that erased rows are not erased again."""
    if d.erasure.delete:
        return rows
    left = Q(pk__in=[])
    for name, after in d.personal.items():
        if after is None:
            left |= Q(**{f"{name}__isnull": False})
        else:
            rows = rows.alias(**{f"_{name}": Cast(name, models.TextField())})
            left |= Q(**{f"{name}__isnull": False}) & ~Q(**{f"_{name}": str(after)})
    return rows.filter(left)


def waiting_for_event():
    """Return the number of register entries for which no period has begun, because no occupancy has ended."""
    d = declarations.tenant_record()
    rows = d.model._default_manager.all().with_ended_on()
    return rows.filter(**{"ended_on__isnull": True, f"{d.subject}__erased_at__isnull": True}).count()


# Run


def apply(*, by=None, today=None, items=None, progress=None):
    """Do what `plan` says. It can be interrupted and run again: each row has its own transaction.

    Return the number of rows of each outcome. `progress` is called with it after each row.
    """
    done = Counter()
    for item in list(plan(today)) if items is None else items:
        _carry_out(item, by)
        done[item.outcome] += 1
        if progress:
            progress(done)
    return done


def _carry_out(item, by):
    if item.outcome == Outcome.WARN:
        _warn(item)
    elif item.outcome in (Outcome.NOW, Outcome.HELD) and item.is_person:
        # Under a legal hold, the order waits, and the hold's release carries it out
        erasures.order(subject=Subject(pk=item.subject_id), why=ErasureReason.RETENTION, law=item.rule.law, by=by)
    elif item.outcome == Outcome.NOW:
        clear(item, by=by)


@transaction.atomic
def clear(item, *, by=None):
    """Empty one row that is not a person's whole record, and create its certificate."""
    d = item.rule.declaration
    rows = d.model._base_manager.filter(pk=item.pk)
    files = erasures.files_of(d, rows)
    if d.erasure.delete:
        rows.delete()
    else:
        rows.update(**d.personal)
    Erasure.objects.create(
        number=reference_numbers.next_number("SP"),
        subject_id=item.subject_id,
        controller_id=declarations.controller_of(item.subject_id),
        kind=item.rule.kind,
        why=ErasureReason.RETENTION,
        law=item.rule.law,
        emptied={item.rule.kind: 1},
        files=len(files),
        account_closed=False,
        by=subjects.get_or_create_for(by) if by else None,
    )
    transaction.on_commit(lambda: erasures.destroy(files))


@transaction.atomic
def _warn(item):
    """Notify the person once of this date of erasure."""
    subject = Subject.objects.select_for_update().select_related(None).get(pk=item.subject_id)
    _notice, is_new = RetentionNotice.objects.get_or_create(subject=subject, erase_on=item.erase_on)
    if is_new:
        facts = {"day": dates.day(item.erase_on)}
        if subject.holder:
            mail.email_user(user=subject.holder, template="erasure_ahead", url_name="rights", facts=facts)
        else:
            d = declarations.tenant_record()
            address = d.model._base_manager.filter(pk=item.pk).values_list(d.person.email, flat=True).get()
            mail.email_address(email=address, language="", template="erasure_ahead", path="/", facts=facts)


# Manual runs in the admin, under the two-person rule


@transaction.atomic
def prepare(*, by):
    """Record what a run today would do, for a second person to run."""
    RetentionRun.objects.filter(done_at__isnull=True).update(done_at=timezone.now())
    items = list(plan())
    counts = dict.fromkeys(Outcome.values, 0) | Counter(item.outcome.value for item in items)
    return RetentionRun.objects.create(
        number=reference_numbers.next_number("JR"),
        prepared_by=subjects.get_or_create_for(by),
        planned=counts,
        check_code=check_code(items),
    )


def check_code(items):
    """Return a SHA-256 over what a run would do now: rows erased, at once or after a hold, and notices sent."""
    acts = (Outcome.NOW, Outcome.WARN, Outcome.HELD)
    return integrity.sha256_of(
        sorted([item.rule.kind, str(item.pk), item.outcome] for item in items if item.outcome in acts)
    )


def run(*, run, by):
    """Run what another person prepared today. Raise Refused if the plan has changed since then."""
    with transaction.atomic():
        run = RetentionRun.objects.select_for_update().get(pk=run.pk)
        if run.done_at:
            raise Refused(_("This run is over. Prepare a new one."), code="over")
        if timezone.localdate(run.prepared_at) != timezone.localdate():
            raise Refused(_("This was prepared on another day. Prepare it again."), code="old")
        two_person.check_second(run, by)
        items = list(plan())
        two_person.check_unchanged(
            run.check_code,
            check_code(items),
            _("What would be done has changed since this was prepared. Prepare it again."),
        )
        run.run_by, run.done_at = subjects.get_or_create_for(by), timezone.now()
        run.save(update_fields=["run_by", "done_at"])
    return apply(by=by, items=items)
