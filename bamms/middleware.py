"""Requests that no page of ours sends, and pages that are not there, get an answer in words."""

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DataError
from django.http import Http404

from bamms.views import bad_request, not_found


class OddRequestMiddleware:
    """A NUL in an address, and numbers that no database holds, are answered 400 instead of breaking a page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        odd = "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", "")
        return bad_request(request) if odd else self.get_response(request)

    def process_exception(self, request, exception):
        return bad_request(request, exception) if isinstance(exception, OverflowError | DataError) else None


class NotFoundMiddleware:
    """With DEBUG, Django answers 404 with a list of all addresses; whoever tries BAMMS should see our page instead."""

    def __init__(self, get_response):
        if not settings.DEBUG:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        no_address_fits = response.status_code == 404 and request.resolver_match is None
        return not_found(request) if no_address_fits else response

    def process_exception(self, request, exception):
        return not_found(request, exception) if isinstance(exception, Http404) else None
