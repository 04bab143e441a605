"""Agreeing, declining and withdrawing: explicit acts, each recorded once with the text shown (clause 12; articles 20–24)."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from privacy import numbers, policies, subjects
from privacy.errors import Refused
from privacy.models import ConsentEvent, DocumentVersion, Standing, Subject
from privacy.models.consents import Decision, Method


@dataclass(frozen=True)
class Question:
    """One document to answer: its version in force, and the version agreed to before, if any."""

    version: DocumentVersion
    answered: DocumentVersion | None
    last: ConsentEvent | None  # the latest answer to this very version

    @property
    def declined(self):
        return self.last is not None and self.last.decision != Decision.GIVEN


def questions(user):
    """What this account must still agree to: the versions in force that a material change has made newer than its answer."""
    standing = dict(Standing.objects.filter(user=user).values_list("document_id", "number"))
    asked = [version for version in policies.in_force() if _is_asked(version, standing.get(version.document_id, 0))]
    events = ConsentEvent.objects.filter(subject__holder=user, subject__own=True).select_related("version__document")
    last = {}
    agreed = {}
    for event in reversed(events):
        last[event.version_id] = event
        if event.decision == Decision.GIVEN:
            agreed[event.version.document_id] = event.version
    return [Question(version, agreed.get(version.document_id), last.get(version.pk)) for version in asked]


def _is_asked(version, number):
    return DocumentVersion.objects.in_force().filter(document=version.document, material=True, number__gt=number).exists()


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
    events = [_record(subject, q.version, Decision.DECLINED, language) for q in asked if not q.declined]
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
    """Every answer of this account, newest first."""
    events = ConsentEvent.objects.filter(subject__holder=user, subject__own=True)
    return events.select_related("version__document")


def _locked(user):
    """The account's own subject, locked: two submits at once are answered one after the other."""
    return Subject.objects.select_for_update().get(pk=subjects.own(user).pk)


def _same_page(asked, versions):
    if set(asked) != {version.pk for version in versions}:
        raise Refused(_("This page was open for too long. The text is shown again below; please answer once more."), code="stale")


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
