"""The policy and the terms: public, printable, every published version at its own address, and never a draft."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from privacy import policies, rendering
from privacy.middleware import open_without_consent
from privacy.models import DocumentVersion, LegalDocument


@open_without_consent
@login_not_required
@require_safe
def document(request, kind):
    """The version in force; without one, what is announced or a sentence that says so."""
    return _page(request, kind, policies.current(kind))


@open_without_consent
@login_not_required
@require_safe
def version(request, kind, number):
    found = DocumentVersion.objects.published().filter(document__kind=kind, number=number).select_related("document").first()
    if found is None:
        raise Http404
    return _page(request, kind, found)


def _page(request, kind, shown):
    published = DocumentVersion.objects.published().filter(document__kind=kind).without_texts().order_by("-number")
    context = {
        "kind": kind,
        "title": shown.document.title if shown else LegalDocument.Kind(kind).label,
        "version": shown,
        "upcoming": policies.upcoming(kind),
        "current": policies.current(kind) if shown and not shown.is_in_force else _newest(published),
        "others": [other for other in published if shown is None or other.pk != shown.pk],
    }
    if shown:
        language = get_language()
        context["text"] = rendering.render(shown.text(language))
        context["check_code"] = shown.text_hash(language)
    if context["upcoming"]:
        context["announced"] = rendering.lines(context["upcoming"].changes(get_language()))
    return render(request, "privacy/document.html", context)
