"""Asking for consent, and one's own answers. GET changes nothing; answers go through `privacy.consent.consents`."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.redirects import front_page, safe_next_url
from accounts.templatetags.dates import datetime_wib
from privacy import subjects
from privacy.consent import consents, legal_documents, purposes, rendering, text_diff
from privacy.consent.forms.consents import AGREE, DECLINE, PURPOSE, ChoicesForm, ConsentForm
from privacy.consent.models.consents import ConsentStatus, Decision
from privacy.consent.models.legal_documents import DocumentVersion, LegalDocument
from privacy.errors import Refused
from privacy.middleware import open_without_consent


@open_without_consent
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request):
    if request.method == "POST":
        return _answer(request)
    questions = consents.questions(request.user)
    if not questions:
        return redirect(safe_next_url(request))
    if "again" not in request.GET and all(question.declined for question in questions):
        return redirect("limited")
    return _page(request, questions)


def _answer(request):
    """Record the answer in few queries: texts and earlier answers are loaded only if the page is shown again."""
    answer, token = request.POST.get("answer"), request.POST.get("page", "")
    if answer not in (AGREE, DECLINE):
        return _shown_again(request)
    try:
        if answer == DECLINE:
            events = consents.decline(by=request.user, token=token)
        else:
            documents = [kind for kind in LegalDocument.Kind if kind in request.POST]
            ticked = [name.removeprefix(PURPOSE) for name in request.POST if name.startswith(PURPOSE)]
            events = consents.give(by=request.user, token=token, documents=documents, ticked=ticked)
    except Refused as refusal:
        return _shown_again(request, refusal)
    _say_recorded(request, events)
    return redirect("limited" if answer == DECLINE else safe_next_url(request))


def _shown_again(request, refusal=None):
    """Redirect a second submit; show an invalid form with its input, and an outdated page with the current text."""
    questions = consents.questions(request.user)
    if not questions or (refusal and refusal.code == "twice"):
        messages.info(request, _("We already have this. You need not send it again."))
        return redirect("limited" if request.POST.get("answer") == DECLINE else safe_next_url(request))
    versions = [question.version for question in questions]
    if refusal and refusal.code != "unticked":
        return _page(request, questions, refusal=refusal.message)
    if not consents.is_fresh(by=request.user, token=request.POST.get("page", ""), versions=versions):
        return _page(request, questions, refusal=consents.TOO_OLD)
    form = ConsentForm(request.POST, versions=versions, purposes=consents.unanswered_purposes(request.user))
    return _page(request, questions, form)


def _say_recorded(request, events):
    if events:
        numbers = ", ".join(event.number for event in events)
        words = {"moment": datetime_wib(events[0].at), "number": numbers}
        sentence = ngettext(
            "Recorded on %(moment)s. Your receipt: %(number)s.",
            "Recorded on %(moment)s. Your receipts: %(number)s.",
            len(events),
        )
        messages.success(request, sentence % words)
    else:
        messages.info(request, _("We already have this. You need not send it again."))


def _page(request, questions, form=None, **more):
    language = get_language()
    versions = [question.version for question in questions]
    choices = consents.unanswered_purposes(request.user)
    form = form or ConsentForm(versions=versions, purposes=choices)
    try:
        _row, token = consents.present(by=request.user, language=language, versions=versions, purpose_versions=choices)
    except Refused as unfit:
        return render(request, "privacy/consent/text_differs.html", {"sentence": unfit.message}, status=503)
    papers = [_paper(question, form, language) for question in questions]
    context = {
        "form": form,
        "token": token,
        "papers": papers,
        "changed": [paper for paper in papers if paper["since"]],
        "minutes": rendering.minutes(sum(paper["text"].words for paper in papers)),
        "policy": next(
            (paper for paper in papers if paper["version"].document.kind == LegalDocument.Kind.POLICY), None
        ),
        "works_for": request.user.memberships.select_related("party").order_by("pk"),
        "next": safe_next_url(request),
    }
    return render(request, "privacy/consent/consent.html", context | more)


def _paper(question, form, language):
    """Return one document of the page: its text, its box, and what changed since the person's last answer."""
    version, kind = question.version, question.version.document.kind
    since = question.before and DocumentVersion.objects.get(pk=question.before.version_id)
    between = legal_documents.between(since, version) if since else []
    return {
        "version": version,
        "box": form[kind],
        "text": rendering.render(version.text(language), prefix=f"{kind}-", deeper=1),
        "since": since,
        "answered_at": question.before and question.before.at,
        "summary": [line for other in between for line in rendering.lines(other.changes(language))],
        "clauses": text_diff.compare(since.text(language), version.text(language)) if since else (),
    }


@open_without_consent
@require_safe
def limited(request):
    """Show what still works in limited mode, and the way back."""
    questions = consents.questions(request.user)
    if not questions:
        return redirect(front_page())
    if not all(question.declined for question in questions):
        return redirect("consent")
    answered_at = max(question.last.at for question in questions)
    return render(request, "privacy/consent/limited.html", {"questions": questions, "answered_at": answered_at})


@open_without_consent
@require_http_methods(["GET", "HEAD", "POST"])
def own_consents(request):
    """Show one's answers and the optional purposes: agreeing and withdrawing take the same two clicks."""
    if request.method == "POST":
        return _choose(request)
    given = consents.history(request.user).filter(version__document=OuterRef("document"), decision=Decision.GIVEN)
    asked = consents.questions(request.user)
    agreed = (
        ConsentStatus.objects.filter(user=request.user)
        .exclude(document__in=[question.version.document_id for question in asked])
        .select_related("document")
        .annotate(since=Subquery(given.order_by("-at").values("at")[:1]))
        .order_by("document__kind")
    )
    context = {
        "agreed": agreed,
        "asked": asked,
        "page": Paginator(consents.history(request.user), 50).get_page(request.GET.get("page")),
    }
    return render(request, "privacy/consent/consents.html", context | _choices(request))


def _choices(request):
    versions = purposes.asked()
    if not versions:
        return {}
    try:
        _row, token = consents.present(by=request.user, language=get_language(), purpose_versions=versions)
    except Refused as unfit:
        return {"unfit": unfit.message}
    ticked = consents.given_purposes(subjects.get_or_create_for(request.user))
    return {"choices": ChoicesForm(purposes=versions, ticked=ticked).choices, "token": token}


def _choose(request):
    form = ChoicesForm(request.POST, purposes=purposes.asked())
    form.is_valid()  # boxes have no invalid values
    try:
        events = consents.choose(by=request.user, token=request.POST.get("page", ""), ticked=form.ticked)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("consents")
    if events:
        _say_recorded(request, events)
    else:
        messages.info(request, _("Nothing changed. Your choices stay as they were."))
    return redirect("consents")


@open_without_consent
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request, kind):
    status = ConsentStatus.objects.filter(user=request.user, document__kind=kind).select_related("document").first()
    if request.method != "POST":
        if status is None:
            raise Http404
        return render(request, "privacy/consent/consents_withdraw.html", {"status": status})
    try:
        document = status.document if status else LegalDocument.objects.filter(kind=kind).first()
        event = consents.withdraw(by=request.user, document=document, language=get_language())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("consents")
    _say_recorded(request, [event])
    return redirect("limited")
