"""Agreeing, declining and withdrawing: explicit acts, each recorded once with the text shown.

Source: clause 12 of the policy; articles 20 to 24 of UU PDP.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from privacy import numbers, policies, subjects
from privacy.errors import Refused
from privacy.models import ConsentEvent, DocumentVersion, Standing, Subject
from privacy.models.consents import Decision, Method


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


def questions(user):
    """What this account must still agree to: versions in force that a material change made newer than its answer."""
    standing = dict(Standing.objects.filter(user=user).values_list("document_id", "number"))
    material = required()
    asked = [v for v in policies.in_force() if material.get(v.document_id, 0) > standing.get(v.document_id, 0)]
    if not asked:
        return []
    before, last = {}, {}
    for event in reversed(history(user)):
        document, number = event.version.document_id, event.version.number
        if number >= material.get(document, 0):
            last[document] = event
        before.setdefault(document, []).append(event)
    return [Question(v, _earlier(before.get(v.document_id, ()), v.number), last.get(v.document_id)) for v in asked]


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


@transaction.atomic
def give(*, by, versions, language):
    """Record agreement to exactly the versions now asked for. A second submit of the same finds nothing to do."""
    subject = _locked(by)
    asked = {question.version.pk: question.version for question in questions(by)}
    if not asked:
        return []
    _same_page(asked, versions)
    events = [_record(subject, version, Decision.GIVEN, language) for version in asked.values()]
    for version in asked.values():
        Standing.objects.update_or_create(user=by, document=version.document, defaults={"number": version.number})
    return events


@transaction.atomic
def decline(*, by, versions, language):
    """Record that the person does not agree. The account keeps its rights pages and may answer again."""
    subject = _locked(by)
    asked = questions(by)
    _same_page({question.version.pk: question.version for question in asked}, versions)
    events = [_record(subject, q.version, Decision.DECLINED, language) for q in asked if not q.is_recorded_as_declined]
    Standing.objects.filter(user=by, document__in=[q.version.document for q in asked]).delete()
    return events


@transaction.atomic
def withdraw(*, by, document, language):
    """Take back an agreement given before (article 9). The limited mode begins with the next request."""
    subject = _locked(by)
    standing = Standing.objects.filter(user=by, document=document).first()
    if standing is None:
        raise Refused(_("You have no agreement to this document at present."), code="no_consent")
    version = DocumentVersion.objects.get(document=document, number=standing.number)
    standing.delete()
    return _record(subject, version, Decision.WITHDRAWN, language)


def history(user):
    """Every answer of this account, newest first, without the long texts."""
    events = ConsentEvent.objects.filter(subject__holder=user, subject__own=True).select_related("version__document")
    return events.defer(*DocumentVersion.texts("version__"))


def latest(user):
    """The newest answer to each document."""
    newest = {}
    for document, event in history(user).values_list("version__document_id", "pk"):
        newest.setdefault(document, event)
    return history(user).filter(pk__in=newest.values()).order_by("version__document__kind")


def _locked(user):
    """The account's own subject, locked: two submits at once are answered one after the other."""
    return Subject.objects.select_for_update().get(pk=subjects.own(user).pk)


def _same_page(asked, versions):
    if set(asked) != {version.pk for version in versions}:
        raise Refused(
            _("This page was open for too long. The text is shown again below; please answer once more."), code="stale"
        )


def _record(subject, version, decision, language):
    return ConsentEvent.objects.create(
        subject=subject,
        version=version,
        decision=decision,
        language=language,
        text_hash=version.text_hash(language),
        method=Method.PORTAL,
        number=numbers.take("TT"),
    )
