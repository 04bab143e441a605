"""The policy and the terms: public, printable, every published version at its own address, and never a draft."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from privacy.consent import legal_documents, rendering
from privacy.consent.models.legal_documents import DocumentVersion, LegalDocument
from privacy.middleware import open_without_consent


@open_without_consent
@login_not_required
@require_safe
def document(request, kind):
    """Show the version in force; without one, what is announced and a sentence that says so."""
    current = legal_documents.current(kind)
    return _page(request, kind, shown=current, current=current)


@open_without_consent
@login_not_required
@require_safe
def document_version(request, kind, number):
    published = DocumentVersion.objects.published().filter(document__kind=kind, number=number)
    shown = published.select_related("document").first()
    if shown is None:
        raise Http404
    return _page(request, kind, shown=shown, current=legal_documents.current(kind))


def _page(request, kind, *, shown, current):
    language = get_language()
    published = DocumentVersion.objects.published().filter(document__kind=kind).without_texts().order_by("-number")
    upcoming = legal_documents.upcoming(kind)
    context = {
        "kind": kind,
        "title": shown.document.title if shown else LegalDocument.Kind(kind).label,
        "version": shown,
        "current": current,
        "upcoming": upcoming if upcoming != shown else None,
        "announced": rendering.lines(upcoming.changes(language)) if upcoming else [],
        "others": [version for version in published if version != shown],
    }
    if shown and legal_documents.is_genuine(shown, language):
        context |= {"text": rendering.render(shown.text(language)), "check_code": shown.text_hash(language)}
    return render(request, "privacy/consent/document.html", context)
