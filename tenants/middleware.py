"""Counts which pages of the portal tenants open (`tenants.usage`). A failed count does not break the page."""

import logging

from django.utils.deprecation import MiddlewareMixin

from tenants import usage

logger = logging.getLogger(__name__)


class UsageMiddleware(MiddlewareMixin):
    def process_response(self, request, response):
        page = page_of(request, response)
        if page and request.user.is_authenticated:
            try:
                usage.count(page=page, by=request.user)
            except Exception as error:
                # The type only: a database error message may contain personal values
                logger.warning("A use of the page %s was not counted: %s.", page, type(error).__name__)
        return response


def page_of(request, response):
    """Return the name of the tenant's own page that was shown; "" for files, errors and other pages."""
    match = request.resolver_match
    shown = request.method == "GET" and response.status_code == 200 and match is not None
    if not shown or match.view_name not in usage.pages():
        return ""
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    return match.view_name if is_page and not response.streaming else ""
