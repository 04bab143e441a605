"""Publishing legal texts: both languages, two people, and never a change afterwards (clauses 9, 10)."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import formats, timezone, translation
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from accounts.models import User
from privacy import integrity, sealed_state, subjects, two_person
from privacy.consent import announcements
from privacy.consent.models.legal_documents import DocumentVersion, LegalDocument
from privacy.errors import Refused

LANGUAGES = ("id", "en")
logger = logging.getLogger(__name__)


def current(kind):
    """Return the version in force of "policy" or "terms", or None."""
    return DocumentVersion.objects.in_force().filter(document__kind=kind).select_related("document").first()


def in_force():
    """Return the versions in force, one per document, policy first, without loading older texts, which are long."""
    same = DocumentVersion.objects.in_force().filter(document=OuterRef("document")).order_by("-number")
    newest = DocumentVersion.objects.in_force().filter(pk=Subquery(same.values("pk")[:1]))
    return list(newest.select_related("document").order_by("document__kind"))


def upcoming(kind):
    """Return the next version that is published but not yet in force, or None."""
    waiting = DocumentVersion.objects.published().filter(document__kind=kind, in_force_from__gt=timezone.now())
    return waiting.select_related("document").order_by("number").first()


def between(since, until):
    """Return the published versions after `since` up to `until`, newest first: each is part of the change."""
    numbers = {"number__gt": since.number, "number__lte": until.number}
    return (
        DocumentVersion.objects.published()
        .filter(document=until.document_id, **numbers)
        .without_texts()
        .order_by("-number")
    )


def to_be_asked(version):
    """Return how many accounts must answer again when this version comes into force."""
    return User.objects.filter(is_active=True).count() if version.material else 0


def to_be_told(version):
    """Return how many accounts are emailed when this version is published: all, if it comes into force later."""
    is_later = version.in_force_from is not None and version.in_force_from > timezone.now()
    return User.objects.filter(is_active=True).count() if is_later else 0


def text_hash(version, language):
    """Return the SHA-256 (hex) of canonical JSON of all that a reader is told of a version in this language."""
    return integrity.sha256_of(
        {
            "document": version.document.kind,
            "title": version.document.title_in(language),
            "number": version.number,
            "language": language,
            "text": version.text(language),
            "summary": version.changes(language),
            "in_force_from": version.in_force_from,
            "material": version.material,
        }
    )


def is_genuine(version, language):
    """Return whether the text of a published version is the one that was published, and log an error if it is not.

    The text fits the check code of its row, and the row is the one that was sealed when it was published.
    """
    genuine = version.text_hash(language) == text_hash(version, language) and sealed_state.is_recorded(version)
    if not genuine:
        logger.error("The stored text of document version %s is not the one that was published", version.pk)
    return genuine


@transaction.atomic
def draft(*, document, by, texts, summaries, material=True, in_force_from=None):
    """Create a draft with the next number. `texts` and `summaries` map "id" and "en" to Markdown.

    If it is sent twice, return the draft that exists.
    """
    document = LegalDocument.objects.select_for_update().get(pk=document.pk)
    content = {
        "body_ind": texts.get("id", ""),
        "body_en": texts.get("en", ""),
        "summary_ind": summaries.get("id", ""),
        "summary_en": summaries.get("en", ""),
        "material": material,
        "in_force_from": in_force_from,
    }
    last = DocumentVersion.objects.filter(document=document).first()
    if last and not last.is_published and all(getattr(last, name) == value for name, value in content.items()):
        return last
    number = DocumentVersion.objects.next_number(document)
    return DocumentVersion.objects.create(
        document=document, number=number, drafted_by=subjects.get_or_create_for(by), **content
    )


@transaction.atomic
def import_file(*, file, kind, by, material=True, in_force_from=None):
    """Create a draft from the texts of `policy_files.parse`, and the document with its titles if there is none yet.

    A file with one language completes a draft that lacks only this language.
    """
    document, _made = LegalDocument.objects.get_or_create(kind=kind)
    _take_titles(document, file)
    texts = {language: text.markdown for language, text in file.items()}
    summaries = {language: text.summary for language, text in file.items()}
    last = DocumentVersion.objects.filter(document=document).first()
    if len(texts) == 1 and last and not last.is_published and not last.text(next(iter(texts))).strip():
        return _complete(last, texts, summaries, by)
    return draft(
        document=document, by=by, texts=texts, summaries=summaries, material=material, in_force_from=in_force_from
    )


def _take_titles(document, texts):
    """Set titles from the file, or default ones if there are none. Published documents keep their titles."""
    if document.versions.published().exists():
        return
    for language in LANGUAGES:
        with translation.override(language):
            usual = str(document.get_kind_display())
        title = texts[language].title if language in texts else ""
        column = build_localized_fieldname("title", language)
        setattr(document, column, title[:120] or document.title_in(language) or usual)
    document.save()


def _complete(version, texts, summaries, by):
    for language, text in texts.items():
        version.put(language, text=text, summary=summaries[language] or version.changes(language))
    revise(version=version, by=by)
    return version


@transaction.atomic
def revise(*, version, by):
    """Save an edited draft under its editor's name: the last editor cannot publish it. Raise Refused if published."""
    stored = DocumentVersion.objects.select_for_update().get(pk=version.pk)
    if stored.is_published:
        raise Refused(
            _("This version is published and can no longer change. Make a new version instead."), code="published"
        )
    version.drafted_by = subjects.get_or_create_for(by)
    version.drafted_at = timezone.now()
    version.save()


@transaction.atomic
def publish(*, version, by, seen=None):
    """Publish a draft: nobody can change it any more, and a material one asks everyone once in force. Raise Refused.

    One that comes into force later is announced by email to every account (article 21(2)). `seen`: time of the last
    edit (ISO) of the text that the publisher read.
    """
    version = DocumentVersion.objects.select_for_update().select_related("document").get(pk=version.pk)
    now = timezone.now()
    _check_draft(version, by, seen)
    version.in_force_from = max(version.in_force_from or now, now)
    _check_order(version)
    if day := too_soon(version):
        raise Refused(
            _("People are told of a material change beforehand. Let it apply from %(day)s or later, then publish.")
            % {"day": formats.date_format(day)},
            code="notice",
        )
    version.published_at, version.published_by = now, subjects.get_or_create_for(by)
    version.hash_id, version.hash_en = (text_hash(version, language) for language in LANGUAGES)
    version.save()
    if version.in_force_from > now:
        announcements.queue(version)
    return version


def too_soon(version):
    """Return the first day from which this version may apply, if its own date is earlier; else None.

    A material change is announced ANNOUNCE_DAYS beforehand. The first version of a document changes nothing.
    """
    if not version.material or not settings.ANNOUNCE_DAYS or _previous(version) is None:
        return None
    first = timezone.localdate() + timedelta(days=settings.ANNOUNCE_DAYS)
    return first if timezone.localdate(version.in_force_from or timezone.now()) < first else None


def _previous(version):
    return DocumentVersion.objects.published().filter(document=version.document).first()


def _check_draft(version, by, seen):
    """Raise Refused unless it is a complete draft, unchanged since it was read, and `by` did not edit it last."""
    if version.is_published:
        raise Refused(_("This version is already published."), code="published")
    two_person.check_unchanged(
        seen,
        version.drafted_at.isoformat(),
        _("This draft changed while you were reading. Nothing was published. Read it again, then decide."),
    )
    if not all(version.text(language).strip() and version.changes(language).strip() for language in LANGUAGES):
        raise Refused(
            _("Fill in the text and the summary of changes in both languages, then publish."), code="language"
        )
    two_person.check_second(version, by)


def _check_order(version):
    """Raise Refused if the first version is not material, or if versions come into force out of order."""
    previous = _previous(version)
    if previous is None and not version.material:
        raise Refused(_("The first version asks everyone. Mark it as a material change."), code="first")
    if previous and (previous.number > version.number or previous.in_force_from > version.in_force_from):
        raise Refused(
            _("A later version is already published. Choose a later date, or make a new draft."), code="order"
        )
