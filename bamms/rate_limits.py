"""Rate limits of pages, checked before the view runs (settings.LIMITS).

Pages that send email, check a secret, open or export data of others, or accept a file are declared in LIMITED_PAGES
of their app's `portal.py`; every other page is limited when it searches. A request over a limit is answered 429 with
the time from which to go on. Forms that show the refusal as a form error count in their own code: signing in
(`accounts.adapters`) and claiming (`tenants.views.claims`).
"""

from functools import partial

from allauth.account.adapter import get_adapter
from django.utils.deprecation import MiddlewareMixin

from accounts import login_limits, throttling
from accounts.middleware import signed_in
from bamms.views import too_many
from privacy.portals import READS, LimitedPage, gathered

SEARCH = LimitedPage("", "search", (*READS, "POST"), asked="q")
REVEAL, UPLOAD = LimitedPage("", "reveal"), LimitedPage("", "upload")
RESET_HELPS = ("sign_in_page", "password")


class LimitMiddleware(MiddlewareMixin):
    def process_view(self, request, view, args, kwargs):
        for page in filter(partial(counts, request), pages_of(request)):
            try:
                throttling.consume(
                    page.action, who=person_of(request, page), address=get_adapter().get_client_ip(request)
                )
            except throttling.RateLimited as limited:
                return too_many(request, limited, reset=page.action in RESET_HELPS)
        return None


def pages_of(request):
    name = request.resolver_match.view_name
    yield from [page for page in gathered("LIMITED_PAGES") if page.url_name == name] or [SEARCH]
    if name.endswith("_reveal"):
        yield REVEAL
    if request.content_type == "multipart/form-data" and request.method == "POST" and request.FILES:
        yield UPLOAD


def counts(request, page):
    return request.method in page.methods and (not page.asked or page.asked in request.GET)


def person_of(request, page):
    if page.person:
        return login_limits.normalize_email(request.POST.get(page.person))
    user = signed_in(request)
    return user.pk if user else ""
