"""Counts which pages of the portal tenants open (`tenants.usage`). A count that fails breaks no page."""

import logging

from tenants import usage

logger = logging.getLogger(__name__)


class UsageMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        page = page_of(request, response)
        if page and request.user.is_authenticated:
            try:
                usage.count(page=page, by=request.user)
            except Exception as error:
                # Only the kinds: what a database says of a row would name the person
                logger.warning("A use of the page %s was not counted: %s.", page, type(error).__name__)
        return response


def page_of(request, response):
    """The name of the tenant's own page that was just shown; "" for anything else: files, mistakes, others' pages."""
    match = request.resolver_match
    shown = request.method == "GET" and response.status_code == 200 and match is not None
    if not shown or match.view_name not in usage.pages():
        return ""
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    return match.view_name if is_page and not response.streaming else ""
