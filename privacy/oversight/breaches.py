"""The breach register: no notice before its three parts are complete, and each notice is recorded (article 46).

Within 3×24 hours of noticing, the people concerned and the authority get a written notice that says what personal
data was exposed, when and how it happened, and what is done to handle it and to recover.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import mail
from privacy import deadlines, declarations, integrity, parties, reference_numbers, subjects, two_person
from privacy.errors import Refused, validate
from privacy.models.parties import PartyKind
from privacy.oversight.models.breaches import PART_COLUMNS, Breach, BreachNotice, BreachSubject
from privacy.scope import Role

Status, Channel = Breach.Status, BreachNotice.Channel
REVISED = ("kinds", "people_count", *PART_COLUMNS)


@transaction.atomic
def open_(*, breach, by):
    """Enter a new breach, complete or not; its deadline is 72 hours after it was noticed."""
    parties.check_head(by, breach.controller_id)
    if breach.detected_at > timezone.now():
        raise Refused(_("Choose the moment when it was noticed; it cannot be in the future."), code="future")
    breach.number, breach.opened_by = reference_numbers.next_number("KG"), subjects.get_or_create_for(by)
    breach.due_at = deadlines.due(breach.detected_at)
    return _save(breach)


@transaction.atomic
def revise(*, breach, by):
    """Save what is known by now. Notices sent before keep their text."""
    kept = _open(breach, by)
    for name in REVISED:
        setattr(kept, name, getattr(breach, name))
    return _save(kept)


@transaction.atomic
def add_subjects(*, breach, subject_ids, by):
    """Add people of the controller's register to those concerned. Idempotent."""
    breach, wanted = _open(breach, by), set(subject_ids)
    if not wanted:
        raise Refused(_("Choose at least one person."), code="nobody")
    if set(entries(breach).filter(subject__in=wanted).values_list("subject", flat=True)) != wanted:
        raise Refused(_("Choose only people from the register of this data controller."), code="not_theirs")
    BreachSubject.objects.bulk_create(
        [BreachSubject(breach=breach, subject_id=pk) for pk in sorted(wanted)], ignore_conflicts=True
    )
    _note_state(breach)
    return breach


@transaction.atomic
def remove_subjects(*, breach, subject_ids, by):
    """Remove people who are not concerned. Raise Refused if one of them was already notified."""
    breach = _open(breach, by)
    if breach.notices.filter(subject__in=subject_ids).exists():
        raise Refused(_("Some of these people were already told. They stay in the register."), code="told")
    breach.concerned.filter(subject__in=subject_ids).delete()
    _note_state(breach)


@transaction.atomic
def notify_people(*, breach, by, seen_fingerprint=None):
    """Email everyone concerned who has an account and has not been sent this text. The email names nothing.

    `seen_fingerprint` is the `fingerprint` of the text and people that the sender saw.
    """
    breach = _complete(breach, by, seen_fingerprint)
    people, _on_paper = by_channel(breach)
    if not people:
        raise Refused(_("Nobody with an account is waiting to be told. Add the people concerned first."), code="nobody")
    _keep_notices(breach, people, Channel.EMAIL, by=by)
    for holder in {subject.holder for subject in people}:
        mail.email_user(user=holder, template="breach_notice", url_name="breach_notice", url_args=[breach.number])
    return len(people)


@transaction.atomic
def notify_on_paper(*, breach, reference, by, seen_fingerprint=None):
    """Record that the people without an account were notified by letter. `seen_fingerprint` as in `notify_people`."""
    breach = _complete(breach, by, seen_fingerprint)
    _by_email, people = by_channel(breach)
    if not people:
        raise Refused(_("Nobody is waiting for a letter on paper."), code="nobody")
    _keep_notices(breach, people, Channel.PAPER, by=by, reference=_said(reference))
    return len(people)


@transaction.atomic
def notify_authority(*, breach, channel, reference, by, seen_fingerprint=None):
    """Record that the authority was notified, how, and under which reference; `seen_fingerprint` as above."""
    breach = _complete(breach, by, seen_fingerprint)
    if channel not in Channel.values:
        raise Refused(_("Choose how the notice was sent."), code="channel")
    _keep_notices(breach, [None], channel, by=by, reference=_said(reference))


@transaction.atomic
def close(*, breach, by, note=""):
    """Close the case. Raise Refused without a `note` if somebody was not notified."""
    breach = _open(breach, by)
    if breach.status != Status.TOLD and not note.strip():
        raise Refused(
            _("Not everyone was told yet. Tell them, or write why the case is closed without it."), code="untold"
        )
    breach.status, breach.closed_at, breach.closed_by = Status.CLOSED, timezone.now(), subjects.get_or_create_for(by)
    breach.closing_note = note.strip()
    breach.save(update_fields=["status", "closed_at", "closed_by", "closing_note"])
    return breach


def entries(breach):
    """Return the register entries that a breach may concern: the controller's; all entries for the operator's."""
    d = declarations.tenant_record()
    rows = d.model._base_manager.all()
    return rows if breach.controller.kind == PartyKind.OPERATOR else rows.filter(**{d.controller: breach.controller_id})


def not_notified(breach):
    """Return the people concerned who have not been sent the present text."""
    told = breach.notices.to_people().filter(words_hash=breach.words_hash)
    return breach.concerned.exclude(subject__in=told.values("subject"))


def by_channel(breach):
    """Return the subjects not notified: those with an account, who get an email, and those who get a letter."""
    by_email, on_paper = [], []
    for row in not_notified(breach).select_related("subject__holder"):
        has_account = row.subject.holder is not None and row.subject.holder.is_active
        (by_email if has_account else on_paper).append(row.subject)
    return by_email, on_paper


def fingerprint(breach):
    """Return a SHA-256 that changes with the text or with the people who have not been sent it."""
    return integrity.sha256_of([breach.words_hash, sorted(not_notified(breach).values_list("subject", flat=True))])


def notices_to(user):
    """Return the newest notice of each breach of which this person was notified, newest first."""
    found = BreachNotice.objects.visible_to(user, role=Role.TENANT).select_related("breach")
    return list({notice.breach_id: notice for notice in reversed(found)}.values())[::-1]


def _keep_notices(breach, people, channel, *, by, reference=""):
    actor, words, code = subjects.get_or_create_for(by), breach.words, breach.words_hash
    BreachNotice.objects.bulk_create(
        BreachNotice(
            breach=breach, subject=subject, channel=channel, reference=reference, words=words, words_hash=code,
            actor=actor,
        )
        for subject in people
    )  # fmt: skip
    _note_state(breach)


def _note_state(breach):
    """Set the status to told once the authority and everyone concerned have been notified at least once."""
    heard = breach.notices.to_people().values("subject")
    done = (
        breach.notices.filter(subject__isnull=True).exists()
        and breach.concerned.exists()
        and not breach.concerned.exclude(subject__in=heard).exists()
    )
    breach.status = Status.TOLD if done else Status.OPEN
    breach.told_at = (breach.told_at or timezone.now()) if done else None
    breach.save(update_fields=["status", "told_at"])


def _open(breach, by):
    breach = Breach.objects.select_for_update(of=("self",)).select_related("controller").get(pk=breach.pk)
    parties.check_head(by, breach.controller_id)
    if breach.status == Status.CLOSED:
        raise Refused(_("This case is closed. Enter a new one if more has become known."), code="closed")
    return breach


def _complete(breach, by, seen_fingerprint):
    breach = _open(breach, by)
    two_person.check_unchanged(
        seen_fingerprint,
        fingerprint(breach),
        _("This case changed while you were reading. Nobody was told. Read it again, then decide."),
    )
    if missing := breach.missing_parts:
        sentence = ngettext(
            "Before anyone is told, write this part: %(parts)s.",
            "Before anyone is told, write these parts: %(parts)s.",
            len(missing),
        )
        raise Refused(sentence % {"parts": "; ".join(map(str, missing))}, code="incomplete")
    return breach


def _said(reference):
    if not reference.strip():
        raise Refused(_("Write the reference: the number of the letter, or where its copy is kept."), code="reference")
    return reference.strip()


def _save(breach):
    validate(breach)
    breach.save()
    return breach
