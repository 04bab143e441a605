"""Agreeing, declining, choosing and withdrawing: each answer is recorded once, at the end of the person's chain."""

from django.db import transaction
from django.db.models import Exists
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import integrity, reference_numbers, subjects
from privacy.consent import chain, notices, purposes
from privacy.consent.consents import consequences
from privacy.consent.consents.prompts import hash_of, prompt_for, questions, shows
from privacy.consent.consents.queries import given_purposes
from privacy.consent.models.consents import ConsentEvent, ConsentStatus, Decision, Method, Presentation
from privacy.consent.models.legal_documents import DocumentVersion
from privacy.consent.models.purposes import PurposeVersion
from privacy.errors import Refused
from privacy.models.guardians import Capacity
from privacy.models.subjects import Subject

TOO_OLD = _("This page was open for too long. The text is shown again below; please answer once more.")


@transaction.atomic
def give(*, by, token, documents=None, ticked=()):
    """Record agreement to the documents of the presentation, and yes or no to each of its optional purposes.

    `documents`: kinds whose box was ticked (None: all); `ticked`: codes of the purposes agreed to. Raise Refused if the
    page is too old or already answered, a box is not ticked, or a child's record has no guardian.
    """
    presentation, head = _open(by, token)
    _check_capacity(presentation)
    wanted = prompt_for(by)
    _same_page(presentation, wanted)
    if documents is not None and not {version.document.kind for version in wanted} <= set(documents):
        raise Refused(_("Tick the box of each document if you agree, or choose Do not agree."), code="unticked")
    if not wanted and not presentation.shown["purposes"]:
        return []
    chosen = set(ticked)
    events = [_answer(presentation, Decision.GIVEN, version=version) for version in wanted]
    events += [
        _answer(presentation, Decision.GIVEN if version.purpose.code in chosen else Decision.DECLINED, purpose=version)
        for version in _shown_purposes(presentation)
    ]
    set_status(by, wanted)
    return _record(events, by, head)


@transaction.atomic
def decline(*, by, token):
    """Record that the person does not agree. The account keeps its rights pages and may answer again."""
    presentation, head = _open(by, token)
    open_ones = questions(by)
    _same_page(presentation, [question.version for question in open_ones])
    ConsentStatus.objects.filter(user=by, document__in=[q.version.document for q in open_ones]).delete()
    fresh = [question.version for question in open_ones if not question.is_recorded_as_declined]
    return _record([_answer(presentation, Decision.DECLINED, version=version) for version in fresh], by, head)


@transaction.atomic
def choose(*, by, token, ticked=()):
    """Record the choices of the own-consents page: given if newly ticked, withdrawn if unticked. Raise Refused."""
    presentation, head = _open(by, token)
    _check_capacity(presentation)
    present_ones = {version.pk: version for version in purposes.asked()}
    shown = [present_ones.get(version.pk) for version in _shown_purposes(presentation)]
    if None in shown:
        raise Refused(TOO_OLD, code="stale")
    agreed, events = given_purposes(presentation.subject), []
    for version in shown:
        wants, has = version.purpose.code in ticked, version.pk in agreed
        if wants != has:
            decision = Decision.GIVEN if wants else Decision.WITHDRAWN
            events.append(_answer(presentation, decision, purpose=version, method=Method.OWN_CONSENTS))
    return _record(events, by, head)


@transaction.atomic
def withdraw(*, by, document, language):
    """Withdraw an agreement (article 9). Limited mode begins with the next request. Raise Refused if there is none."""
    subject = Subject.objects.select_for_update().get(pk=subjects.get_or_create_for(by).pk)  # one submit at a time
    status = ConsentStatus.objects.select_for_update().filter(user=by, document=document).first()
    if status is None:
        raise Refused(_("You have no agreement to this document at present."), code="no_consent")
    version = DocumentVersion.objects.get(document=document, number=status.number)
    status.delete()
    event = ConsentEvent(
        subject=subject,
        version=version,
        decision=Decision.WITHDRAWN,
        language=language,
        text_hash=version.text_hash(language),
        notice=notices.current(subject),
        method=Method.OWN_CONSENTS,
        capacity=subjects.capacity(by) or Capacity.SELF,
    )
    return _record([event], by)[0]


def _open(by, token):
    """Return the unanswered presentation of this token, its subject locked, and the end of the chain. Raise Refused."""
    found = (
        Presentation.objects.select_for_update(of=("self", "subject"))
        .select_related("subject")
        .filter(token_hash=hash_of(token), subject__holder=by, subject__own=True)
        .first()
    )
    if found is None or found.expires_at <= timezone.now():
        raise Refused(TOO_OLD, code="stale")
    answers = ConsentEvent.objects.filter(presentation=found.pk)
    chain = ConsentEvent.objects.filter(subject=found.subject_id).order_by("-sequence")
    for sequence, code, is_answered in chain.values_list("sequence", "hash", Exists(answers))[:1]:
        if is_answered:
            raise Refused(_("We already have this. You need not send it again."), code="twice")
        return found, (sequence, code)
    return found, (0, "")


def _check_capacity(presentation):
    """Raise Refused for a consent that would be void: a child's record has no guardian."""
    if not presentation.capacity:
        raise Refused(
            _("A parent or guardian must be recorded before this consent counts. Ask your building management."),
            code="guardian",
        )


def _same_page(presentation, versions):
    if not shows(presentation, versions):
        raise Refused(TOO_OLD, code="stale")


def _shown_purposes(presentation):
    ids = [pk for pk, _code in presentation.shown["purposes"]]
    if not ids:
        return []
    found = PurposeVersion.objects.select_related("purpose").filter(pk__in=ids)
    return sorted(found, key=lambda version: version.purpose.code)


def _answer(presentation, decision, *, version=None, purpose=None, method=Method.PORTAL):
    shown = dict([*presentation.shown["documents"], *presentation.shown["purposes"]])
    return ConsentEvent(
        subject=presentation.subject,
        version_id=version and version.pk,
        purpose_version=purpose,
        decision=decision,
        language=presentation.language,
        text_hash=shown[version.pk if version else purpose.pk.hex],
        method=method,
        presentation=presentation,
        notice_id=presentation.shown["notice"],
        shown_hash=integrity.sha256_of(presentation.shown),
        capacity=presentation.capacity or Capacity.SELF,
    )


def set_status(user, versions):
    """Store the versions agreed to, for the query that loads the account (`privacy.backends`)."""
    ConsentStatus.objects.bulk_create(
        [ConsentStatus(user=user, document_id=version.document_id, number=version.number) for version in versions],
        update_conflicts=True,
        unique_fields=["user", "document"],
        update_fields=["number"],
    )


def _record(events, by, head=None):
    """Add a commitment to the email of the person who answers, and append the answers to their chain."""
    for event in events:
        event.commitments = {"email": integrity.commitment(event.subject.salt, by.email)}
    return record_answers(events, head=head)


def record_answers(events, *, recorded_by=None, head=None):
    """Number the answers of one subject, whose lock the caller holds, and append them to its chain."""
    if not events:
        return []
    for event, number in zip(events, reference_numbers.next_numbers("TT", len(events)), strict=True):
        event.number, event.recorded_by = number, recorded_by or event.subject
    consequences.apply(events)
    return chain.append(events, head=head)
