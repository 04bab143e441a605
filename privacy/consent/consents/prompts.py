"""What an account is asked, and the presentation: what one rendering of the page showed, which an answer names."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import restoration, subjects
from privacy.consent import legal_documents, notices, purposes
from privacy.consent.consents.queries import history
from privacy.consent.models.consents import ConsentEvent, ConsentStatus, Decision, Presentation
from privacy.consent.models.legal_documents import DocumentVersion
from privacy.errors import Refused


@dataclass(frozen=True)
class Question:
    """One document to answer: its version in force, and what the person answered before, if anything."""

    version: DocumentVersion
    before: ConsentEvent | None  # the latest answer to an earlier version
    last: ConsentEvent | None  # the latest answer since the last material change

    @property
    def declined(self):
        """Whether the person said no since the last material change; an editorial change asks nobody again."""
        return self.last is not None and self.last.decision != Decision.GIVEN

    @property
    def is_recorded_as_declined(self):
        return self.declined and self.last.version_id == self.version.pk


def questions(user):
    """Return what this account must still agree to: versions in force with a material change since its answer."""
    agreed = dict(ConsentStatus.objects.filter(user=user).values_list("document_id", "number"))
    material = required()
    asked = {
        version.document_id: version
        for version in legal_documents.in_force()
        if material.get(version.document_id, 0) > agreed.get(version.document_id, 0)
    }
    if not asked:
        return []
    before, last = {}, {}
    for event in history(user).filter(version__document__in=list(asked)).reverse():
        document, number = event.version.document_id, event.version.number
        if number < asked[document].number:
            before[document] = event
        if number >= material[document]:
            last[document] = event
    return [Question(version, before.get(document), last.get(document)) for document, version in asked.items()]


def prompt_for(user):
    """Return the versions that `questions` asks about, in one query, without texts and earlier answers."""
    status = ConsentStatus.objects.filter(user=user, document=OuterRef("document")).values("number")
    versions = DocumentVersion.objects.in_force().select_related("document").annotate(agreed_to=Subquery(status))
    newest, material = {}, {}
    for version in versions.only("document__kind", "number", "material", "hash_id", "hash_en"):
        newest.setdefault(version.document_id, version)
        if version.material:
            material.setdefault(version.document_id, version.number)
    open_ones = [v for document, v in newest.items() if material.get(document, 0) > (v.agreed_to or 0)]
    return sorted(open_ones, key=lambda version: version.document.kind)


def required():
    """Return document id → number up to which an account must have agreed: its latest material version in force."""
    newest = DocumentVersion.objects.in_force().filter(material=True).order_by().values_list("document_id")
    return dict(newest.annotate(Max("number")))


def is_current(consent_statuses, needed):
    """Return whether these rows of one account satisfy `required()`. For lists: it runs no query."""
    agreed = {status.document_id: status.number for status in consent_statuses}
    return all(agreed.get(document, 0) >= number for document, number in needed.items())


@transaction.atomic
def present(*, by, language, versions=(), purpose_versions=()):
    """Store that a page showing exactly these texts was made for this account. Return (presentation, its token).

    Raise Refused if one of them is no longer the text that was published: nobody is asked to agree to it.
    """
    restoration.catch_up()
    texts = [legal_documents.is_genuine(version, language) for version in versions]
    if not all(texts) or not all(version.has_valid_seal() for version in purpose_versions):
        raise Refused(
            _("The stored text is not the one that was published, so it is not shown. Please try again later."),
            code="text",
        )
    token = secrets.token_urlsafe(24)
    now, subject = timezone.now(), subjects.get_or_create_for(by)
    presentation = Presentation.objects.create(
        subject=subject,
        token_hash=hash_of(token),
        language=language,
        shown={
            "documents": [[version.pk, version.text_hash(language)] for version in versions],
            "notice": notices.current(subject).pk.hex,
            "purposes": [[version.pk.hex, purposes.text_hash(version, language)] for version in purpose_versions],
        },
        capacity=subjects.capacity(by),
        shown_at=now,
        expires_at=now + timedelta(seconds=settings.SESSION_COOKIE_AGE),
    )
    return presentation, token


def delete_unanswered():
    """Delete presentations that expired without an answer: they prove nothing."""
    answered = ConsentEvent.objects.filter(presentation=OuterRef("pk"))
    Presentation.objects.filter(~Exists(answered), expires_at__lt=timezone.now()).delete()


def is_fresh(*, by, token, versions):
    """Return whether the page of this token showed exactly these versions, so that it can be shown with errors."""
    found = Presentation.objects.filter(token_hash=hash_of(token), subject__holder=by, subject__own=True).first()
    return found is not None and found.expires_at > timezone.now() and shows(found, versions)


def shows(presentation, versions):
    language = presentation.language
    return presentation.shown["documents"] == [[version.pk, version.text_hash(language)] for version in versions]


def hash_of(token):
    return hashlib.sha256(token.encode()).hexdigest()
