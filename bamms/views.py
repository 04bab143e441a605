"""The front page, the start pages of tenants and vendors, and error pages that say what to do.

A start page shows what waits for the user's answer, then the cards that the apps declare, in their order.
"""

import logging

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from bamms import logs
from bamms.portal import START
from privacy import audit_log, parties
from privacy.files import uploads
from privacy.models.audit_log import Kind
from privacy.portals import gathered
from privacy.scope import Role
from tenants.views.vendor_portal import for_vendors

logger = logging.getLogger(__name__)


@login_not_required
def home(request):
    if not request.user.is_authenticated:
        return render(request, "bamms/welcome.html")
    return redirect(START[parties.roles_of(request.user)[0]])


def tenant_home(request):
    return start_page(request, Role.TENANT)


@require_safe
@for_vendors
def vendor_home(request):
    return start_page(request, Role.VENDOR)


def start_page(request, role):
    context = {"open_items": shown("OPEN_ITEMS", role, request), "cards": shown("CARDS", role, request)}
    return render(request, "bamms/start_page.html", context)


def shown(name, role, request):
    """Return the HTML of the cards of this list that have something to show."""
    found = ((card.template, card.context(request)) for card in gathered(name) if card.role == role)
    return [render_to_string(template, context, request) for template, context in found if context is not None]


def trouble(request, status, fault=None, **context):
    """Return an error page with the number of the request, by which staff find it in the log.

    `fault` is only logged; its text must hold no personal data.
    """
    ref = getattr(request, "number", "") or logs.new_id()
    level, detail = (logging.ERROR, f": {fault}") if fault else (logging.WARNING, "")
    logger.log(level, "Answered %s, reference %s%s", status, ref, detail)
    limits = {"max_mb": settings.UPLOAD_MAX_MB, "all_mb": uploads.request_max_mb()}
    context |= {"ref": ref, **limits, "max_files": settings.DATA_UPLOAD_MAX_NUMBER_FILES}
    return render(request, f"{status}.html", context, status=status)


def bad_request(request, exception=None):
    return trouble(
        request,
        413 if type(exception).__name__ in ("RequestDataTooBig", "TooManyFieldsSent", "TooManyFilesSent") else 400,
    )


def permission_denied(request, exception=None):
    """Record the refused try in the audit log, but only of signed-in users: others could fill the log."""
    if request.user.is_authenticated:
        audit_log.record(Kind.REFUSED, request=request)
    return trouble(request, 403)


def csrf_failure(request, reason=""):
    return trouble(request, 403, csrf=True)


def not_found(request, exception=None):
    return trouble(request, 404)


def too_many(request, limited=None, *, reset=False):
    """Answer 429; allauth passes no `limited`, so no time. `reset`: offer to reset the password."""
    answer = trouble(request, 429, sentence=limited and limited.sentence, reset=reset)
    if limited:
        answer["Retry-After"] = limited.seconds
    return answer


def server_error(request):
    return trouble(request, 500)
