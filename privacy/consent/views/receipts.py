"""One's own receipts as page, PDF and JSON; and the public page where anybody can check one."""

import json
import logging

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from privacy import access, transparency_log
from privacy.consent import receipts
from privacy.consent.models.consents import ConsentEvent
from privacy.middleware import open_without_consent
from privacy.models.access import AccessReason
from privacy.scope import Role

logger = logging.getLogger(__name__)


class CheckForm(forms.Form):
    number = forms.CharField(label=_("Number of the receipt"), max_length=20, help_text=_("For example TT-2026-0417."))
    code = forms.CharField(label=_("Check code"), max_length=80, help_text=_("64 digits and letters."))


def _own(request, number):
    related = ("version__document", "purpose_version__purpose", "subject", "recorded_by", "paper", "notice")
    return access.get_and_record(
        ConsentEvent, by=request.user, role=Role.TENANT, why=AccessReason.OWN, select_related=related, number=number
    )


@open_without_consent
@require_safe
def receipt(request, number):
    event = _own(request, number)
    context = {
        "event": event,
        "facts": receipts.facts(event),
        "text": receipts.text_shown(event),
        "text_differs": receipts.text_differs(),
        "is_in_log": transparency_log.covering(event) is not None,
        "check_url": receipts.check_url(event),
    }
    return render(request, "privacy/consent/receipt.html", context)


@open_without_consent
@require_safe
def receipt_json(request, number):
    response = JsonResponse(receipts.machine(_own(request, number)), json_dumps_params={"indent": 1})
    response["Content-Disposition"] = f'attachment; filename="{number}.json"'
    return response


@open_without_consent
@require_safe
def receipt_pdf(request, number):
    response = HttpResponse(receipts.pdf(_own(request, number), get_language()), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{number}.pdf"'
    return response


@open_without_consent
@require_safe
def receipt_proof(request, number):
    """Return the proof that the answer is in the log, for `check_receipt.py`; 404 before the next checkpoint."""
    proof = transparency_log.proof_of(_own(request, number))
    if proof is None:
        raise Http404
    options = {"ensure_ascii": False, "indent": 1, "sort_keys": True}
    response = HttpResponse(json.dumps(proof, **options) + "\n", content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{number}.proof.json"'
    return response


@open_without_consent
@login_not_required
@require_safe
def check(request):
    """Show whether the receipt is genuine, and nothing about anybody in either case."""
    form = CheckForm(request.GET or None)
    result = receipts.check(**form.cleaned_data) if form.is_bound and form.is_valid() else ""
    if result == receipts.Check.UNKNOWN:
        logger.warning("A code that fits no receipt was checked")
    return render(request, "privacy/consent/receipt_check.html", {"form": form, "result": result})
