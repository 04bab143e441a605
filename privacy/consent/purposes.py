"""Purposes have versions: an edit makes a new one, and what people answered to stays as it was (articles 20, 21)."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from privacy import integrity, subjects
from privacy.consent.models.consents import ConsentEvent
from privacy.consent.models.purposes import Purpose, PurposeVersion
from privacy.errors import Refused

LANGUAGES = ("id", "en")
SAID = ("name", "description", "retention")


@transaction.atomic
def save(*, purpose, by=None):
    """Save a purpose and, if its words changed, a new version. `by` is None only for those that are shipped.

    Raise Refused for new words once an agreement names a sharing purpose, since grants were given for the old ones, and
    for making an optional one required once somebody has answered, since a no would be ignored.
    """
    before = Purpose.objects.select_for_update().filter(pk=purpose.pk).first()
    content = content_of(purpose)
    if before and content != content_of(before) and before.agreements.exists():
        raise Refused(
            _("An agreement names this purpose, so its words stay. Add a new purpose instead."), code="agreed_to"
        )
    if before and before.optional and not purpose.optional and _is_answered(before):
        raise Refused(
            _("People have answered to this purpose, so it stays optional. Add a new purpose instead."), code="answered"
        )
    if not all(content["texts"][language][part] for language in LANGUAGES for part in ("name", "description")):
        raise Refused(_("Fill in the name and what it means in both languages."), code="language")
    purpose.save()
    last = latest(purpose)
    if last is None or content != {name: getattr(last, name) for name in content}:
        PurposeVersion.objects.create(
            purpose=purpose,
            number=last.number + 1 if last else 1,
            by=subjects.get_or_create_for(by) if by else None,
            **content,
        )
    return purpose


def _is_answered(purpose):
    return ConsentEvent.objects.filter(purpose_version__purpose=purpose).exists()


def content_of(purpose):
    """Return what a version records of a purpose."""
    texts = {
        language: {part: getattr(purpose, build_localized_fieldname(part, language)) or "" for part in SAID}
        for language in LANGUAGES
    }
    rest = {name: str(getattr(purpose, name)) for name in ("basis", "category")}
    return {"texts": texts, "data": purpose.data, "optional": purpose.optional} | rest


def latest(purpose):
    return PurposeVersion.objects.filter(purpose=purpose).order_by("-number").first()


def asked():
    """Return the current versions of the optional purposes on the consent page, in the order of their codes."""
    versions = PurposeVersion.objects.filter(purpose__in=Purpose.objects.optional()).select_related("purpose")
    newest = {version.purpose_id: version for version in versions.order_by("number")}
    return sorted(newest.values(), key=lambda version: version.purpose.code)


def text_hash(version, language):
    """Return the SHA-256 (hex) of canonical JSON of what is shown of a purpose in this language."""
    return integrity.sha256_of(
        {
            "purpose": version.purpose.code,
            "number": version.number,
            "language": language,
            "text": version.text(language),
            "basis": version.basis,
            "data": version.data,
            "optional": version.optional,
        }
    )
