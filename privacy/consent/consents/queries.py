"""Queries of answers: `allows` is called at every use of data for an optional purpose."""

from django.db.models import OuterRef, Subquery

from privacy import restoration
from privacy.consent import purposes
from privacy.consent.models.consents import ConsentEvent, Decision
from privacy.consent.models.legal_documents import DocumentVersion
from privacy.consent.models.purposes import PurposeVersion
from privacy.models.subjects import Subject


def allows(subject, code):
    """Return whether data about this subject may be used for this purpose now. Call it at every use.

    An optional purpose needs the holder's yes to its current version. One that rests on another basis needs no yes, but
    restriction stops it too (article 11).
    """
    if subject.is_restricted or subject.erased_at:
        return False
    answers = ConsentEvent.objects.filter(
        subject__holder=subject.holder_id, subject__own=True, purpose_version=OuterRef("pk")
    )
    newest = _versions(code).annotate(last=Subquery(answers.order_by("-sequence").values("decision")[:1])).first()
    if newest is None:
        return False
    if not newest.purpose.optional:
        return True
    return subject.holder_id is not None and newest.last == Decision.GIVEN and not restoration.is_restored()


def _versions(code):
    """Return the versions of a purpose in use, newest first."""
    versions = PurposeVersion.objects.filter(purpose__code=code, purpose__is_active=True)
    return versions.select_related("purpose").order_by("-number")


def holders_allowing(code):
    """Return the ids of the accounts for which `allows` is true, apart from restriction, in two queries."""
    newest = _versions(code).first()
    if newest is None:
        return set()
    if not newest.purpose.optional:
        return set(Subject.objects.filter(holder__isnull=False).values_list("holder", flat=True))
    if restoration.is_restored():
        return set()
    answers = ConsentEvent.objects.filter(purpose_version=newest, subject__own=True).order_by("sequence")
    last = dict(answers.values_list("subject__holder", "decision"))
    return {holder for holder, decision in last.items() if holder and decision == Decision.GIVEN}


def given_purposes(subject):
    """Return the ids of the purpose versions to which this subject's last answer was yes."""
    answers = ConsentEvent.objects.filter(subject=subject, purpose_version__isnull=False).order_by("sequence")
    last = dict(answers.values_list("purpose_version_id", "decision"))
    return {pk for pk, decision in last.items() if decision == Decision.GIVEN}


def unanswered_purposes(user):
    """Return the optional purposes whose current version this account has not answered."""
    answered = ConsentEvent.objects.filter(subject__holder=user, subject__own=True, purpose_version__isnull=False)
    known = set(answered.values_list("purpose_version_id", flat=True))
    return [version for version in purposes.asked() if version.pk not in known]


def history(user):
    """Return every answer of this account, newest first, without the long texts."""
    events = ConsentEvent.objects.filter(subject__holder=user, subject__own=True)
    events = events.select_related("version__document", "purpose_version__purpose").order_by("-sequence")
    return events.defer(*DocumentVersion.texts("version__"))


def latest(user):
    """Return the newest answer to each document."""
    newest = {}
    for document, event in history(user).filter(version__isnull=False).values_list("version__document_id", "pk"):
        newest.setdefault(document, event)
    return history(user).filter(pk__in=newest.values()).order_by("version__document__kind")
