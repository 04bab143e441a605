"""Agreeing, declining and withdrawing: explicit acts, each recorded once with what was shown.

A rendering of the consent page is a presentation (`present`); an answer names it by its one-time token, so that
the record says what was really on the screen. Whatever uses an optional purpose asks `allows`.
Source: clause 12 of the policy; articles 20 to 26 of UU PDP; ISO/IEC TS 27560.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import ledger, numbers, policies, proofs, purposes, subjects
from privacy.errors import Refused
from privacy.models import ConsentEvent, DocumentVersion, Presentation, PurposeVersion, Standing, Subject
from privacy.models.consents import Capacity, Decision, Method


@dataclass(frozen=True)
class Question:
    """One document to answer: its version in force, and what the person answered before, if anything."""

    version: DocumentVersion
    before: ConsentEvent | None  # the latest answer to an earlier version
    last: ConsentEvent | None  # the latest answer since the last material change

    @property
    def declined(self):
        """Asked and answered; an editorial change asks nobody, those who declined neither."""
        return self.last is not None and self.last.decision != Decision.GIVEN

    @property
    def is_recorded_as_declined(self):
        return self.declined and self.last.version_id == self.version.pk


# What is asked


def questions(user):
    """What this account must still agree to: versions in force that a material change made newer than its answer."""
    standing = dict(Standing.objects.filter(user=user).values_list("document_id", "number"))
    material = required()
    asked = [v for v in policies.in_force() if material.get(v.document_id, 0) > standing.get(v.document_id, 0)]
    if not asked:
        return []
    before, last = {}, {}
    for event in reversed(history(user).filter(version__isnull=False)):
        document, number = event.version.document_id, event.version.number
        if number >= material.get(document, 0):
            last[document] = event
        before.setdefault(document, []).append(event)
    return [Question(v, _earlier(before.get(v.document_id, ()), v.number), last.get(v.document_id)) for v in asked]


def asked(user):
    """The versions that `questions` asks about, in one light query: without texts, and without what came before."""
    standing = Standing.objects.filter(user=user, document=OuterRef("document")).values("number")
    found = DocumentVersion.objects.in_force().without_texts().select_related("document")
    newest, material, agreed = {}, {}, {}
    for version in found.annotate(agreed_to=Subquery(standing)):
        newest.setdefault(version.document_id, version)
        if version.material:
            material.setdefault(version.document_id, version.number)
        agreed[version.document_id] = version.agreed_to or 0
    open_ones = [v for document, v in newest.items() if material.get(document, 0) > agreed[document]]
    return sorted(open_ones, key=lambda version: version.document.kind)


def required():
    """Document id → the number up to which an account must have agreed: the latest material version in force."""
    newest = DocumentVersion.objects.in_force().filter(material=True).order_by().values_list("document_id")
    return dict(newest.annotate(Max("number")))


def is_current(standings, needed):
    """Whether these rows of one account reach what `required()` said. For lists: no query of its own."""
    agreed = {standing.document_id: standing.number for standing in standings}
    return all(agreed.get(document, 0) >= number for document, number in needed.items())


def _earlier(events, number):
    """The latest of these answers that was given to a version before this number."""
    return next((event for event in reversed(events) if event.version.number < number), None)


# What is shown


@transaction.atomic
def present(*, by, language, versions=(), purpose_versions=()):
    """Note that a page showing exactly these texts was made for this account. Returns (presentation, its token)."""
    token = secrets.token_urlsafe(24)
    now = timezone.now()
    presentation = Presentation.objects.create(
        subject=subjects.own(by),
        token_hash=_hash(token),
        language=language,
        shown={
            "documents": [[version.pk, version.text_hash(language)] for version in versions],
            "purposes": [[version.pk.hex, purposes.text_hash(version, language)] for version in purpose_versions],
        },
        capacity=subjects.capacity(by),
        shown_at=now,
        expires_at=now + timedelta(seconds=settings.SESSION_COOKIE_AGE),
    )
    return presentation, token


def tidy():
    """Remove presentations that nobody answered in time: they prove nothing."""
    answered = ConsentEvent.objects.filter(presentation=OuterRef("pk"))
    Presentation.objects.filter(~Exists(answered), expires_at__lt=timezone.now()).delete()


def is_fresh(*, by, token, versions):
    """Did the page of this token show exactly these versions? For showing it again with its mistakes."""
    found = Presentation.objects.filter(token_hash=_hash(token), subject__holder=by, subject__own=True).first()
    return found is not None and found.expires_at > timezone.now() and _shows(found, versions)


# Answering


@transaction.atomic
def give(*, by, token, ticked=()):
    """Record agreement to the documents of the presentation, and yes or no to each of its optional purposes.

    `ticked` holds the codes of the purposes agreed to. A second submit of the same page finds nothing to do.
    """
    presentation, head = _open(by, token)
    if not presentation.capacity:
        raise Refused(
            _("A parent or guardian must be recorded before this consent counts. Ask your building management."),
            code="guardian",
        )
    wanted = asked(by)
    _same_page(presentation, wanted)
    if not wanted and not presentation.shown["purposes"]:
        return []
    chosen = set(ticked)
    events = [_answer(presentation, Decision.GIVEN, version=version) for version in wanted]
    events += [
        _answer(presentation, Decision.GIVEN if version.purpose.code in chosen else Decision.DECLINED, purpose=version)
        for version in _shown_purposes(presentation)
    ]
    _stand(by, wanted)
    return _record(events, by, head)


@transaction.atomic
def decline(*, by, token):
    """Record that the person does not agree. The account keeps its rights pages and may answer again."""
    presentation, head = _open(by, token)
    open_ones = questions(by)
    _same_page(presentation, [question.version for question in open_ones])
    Standing.objects.filter(user=by, document__in=[q.version.document for q in open_ones]).delete()
    fresh = [question.version for question in open_ones if not question.is_recorded_as_declined]
    return _record([_answer(presentation, Decision.DECLINED, version=version) for version in fresh], by, head)


@transaction.atomic
def choose(*, by, token, ticked=()):
    """Keep the choices of the own-consents page: yes to what is ticked, withdrawn where it was yes before."""
    presentation, head = _open(by, token)
    if not presentation.capacity:
        raise Refused(
            _("A parent or guardian must be recorded before this consent counts. Ask your building management."),
            code="guardian",
        )
    present_ones = {version.pk: version for version in purposes.asked()}
    shown = [present_ones.get(version.pk) for version in _shown_purposes(presentation)]
    if None in shown:
        raise _stale()
    agreed, events = given_purposes(presentation.subject), []
    for version in shown:
        wants, has = version.purpose.code in ticked, version.pk in agreed
        if wants != has:
            decision = Decision.GIVEN if wants else Decision.WITHDRAWN
            events.append(_answer(presentation, decision, purpose=version, method=Method.OWN_CONSENTS))
    return _record(events, by, head)


@transaction.atomic
def withdraw(*, by, document, language):
    """Take back an agreement given before (article 9). The limited mode begins with the next request."""
    subject = _locked(by)
    standing = Standing.objects.filter(user=by, document=document).first()
    if standing is None:
        raise Refused(_("You have no agreement to this document at present."), code="no_consent")
    version = DocumentVersion.objects.get(document=document, number=standing.number)
    standing.delete()
    event = ConsentEvent(
        subject=subject,
        version=version,
        decision=Decision.WITHDRAWN,
        language=language,
        text_hash=version.text_hash(language),
        method=Method.OWN_CONSENTS,
        capacity=subjects.capacity(by) or Capacity.SELF,
    )
    return _record([event], by)[0]


def _open(by, token):
    """The presentation of this token, still unanswered, with the account's subject locked, and the chain's end."""
    found = (
        Presentation.objects.select_for_update(of=("self", "subject"))
        .select_related("subject")
        .filter(token_hash=_hash(token), subject__holder=by, subject__own=True)
        .first()
    )
    if found is None or found.expires_at <= timezone.now():
        raise _stale()
    answers = ConsentEvent.objects.filter(presentation=found)
    chain = ConsentEvent.objects.filter(subject=found.subject).annotate(is_answered=Exists(answers))
    head = chain.order_by("-sequence").first()
    if head and head.is_answered:
        raise Refused(_("We already have this. You need not send it again."), code="twice")
    return found, head or False


def _same_page(presentation, versions):
    if not _shows(presentation, versions):
        raise _stale()


def _shows(presentation, versions):
    language = presentation.language
    return presentation.shown["documents"] == [[version.pk, version.text_hash(language)] for version in versions]


def _stale():
    return Refused(
        _("This page was open for too long. The text is shown again below; please answer once more."), code="stale"
    )


def _shown_purposes(presentation):
    ids = [pk for pk, _code in presentation.shown["purposes"]]
    if not ids:
        return []
    found = PurposeVersion.objects.select_related("purpose").filter(pk__in=ids)
    return sorted(found, key=lambda version: version.purpose.code)


def _answer(presentation, decision, *, version=None, purpose=None, method=Method.PORTAL):
    shown = {pk: code for pairs in presentation.shown.values() for pk, code in pairs}
    return ConsentEvent(
        subject=presentation.subject,
        version=version,
        purpose_version=purpose,
        decision=decision,
        language=presentation.language,
        text_hash=shown[version.pk if version else purpose.pk.hex],
        method=method,
        presentation=presentation,
        shown_hash=proofs.check_code(presentation.shown),
        capacity=presentation.capacity or Capacity.SELF,
    )


def _stand(user, versions):
    """Where the account stands from now on, for the query that loads it (`privacy.backends`)."""
    Standing.objects.bulk_create(
        [Standing(user=user, document_id=version.document_id, number=version.number) for version in versions],
        update_conflicts=True,
        unique_fields=["user", "document"],
        update_fields=["number"],
    )


def _record(events, by, head=None):
    """Number the answers, commit to the address of the person who answers, and add them to the chain."""
    if not events:
        return []
    subject = events[0].subject
    for event, number in zip(events, numbers.take_many("TT", len(events)), strict=True):
        event.number = number
        event.recorded_by_id = event.recorded_by_id or subject.pk
        event.commitments = {"email": proofs.commitment(subject.salt, by.email)}
    return ledger.append(events, head=head)


def _locked(user):
    """The account's own subject, locked: two submits at once are answered one after the other."""
    return Subject.objects.select_for_update().get(pk=subjects.own(user).pk)


def _hash(token):
    return hashlib.sha256(token.encode()).hexdigest()


# What was answered


def allows(subject, code):
    """May data about this subject be used for this purpose now? Asked at every use, so an answer counts at once.

    An optional purpose needs the holder's yes to its present version. One that rests on another basis needs no yes,
    but no restriction either (article 11).
    """
    if subject.is_restricted or subject.erased_at:
        return False
    newest = (
        PurposeVersion.objects.filter(purpose__code=code, purpose__is_active=True)
        .select_related("purpose")
        .order_by("-number")
        .first()
    )
    if newest is None:
        return False
    if not newest.purpose.optional:
        return True
    if subject.holder_id is None:
        return False
    own = Subject.objects.filter(holder=subject.holder_id, own=True)
    last = ConsentEvent.objects.filter(subject__in=own, purpose_version=newest).order_by("-sequence").first()
    return last is not None and last.decision == Decision.GIVEN


def given_purposes(subject):
    """The ids of the purpose versions to which this subject's last answer was yes."""
    answers = ConsentEvent.objects.filter(subject=subject, purpose_version__isnull=False).order_by("sequence")
    last = dict(answers.values_list("purpose_version_id", "decision"))
    return {pk for pk, decision in last.items() if decision == Decision.GIVEN}


def unanswered_purposes(user):
    """The optional purposes whose present version this account has not been asked about."""
    answered = ConsentEvent.objects.filter(subject__holder=user, subject__own=True, purpose_version__isnull=False)
    known = set(answered.values_list("purpose_version_id", flat=True))
    return [version for version in purposes.asked() if version.pk not in known]


def history(user):
    """Every answer of this account, newest first, without the long texts."""
    events = ConsentEvent.objects.filter(subject__holder=user, subject__own=True)
    events = events.select_related("version__document", "purpose_version__purpose").order_by("-sequence")
    return events.defer(*DocumentVersion.texts("version__"))


def latest(user):
    """The newest answer to each document."""
    newest = {}
    for document, event in history(user).filter(version__isnull=False).values_list("version__document_id", "pk"):
        newest.setdefault(document, event)
    return history(user).filter(pk__in=newest.values()).order_by("version__document__kind")
