"""A page that is not there looks the same to everybody, on a developer's machine too."""

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import Http404

from bamms.views import not_found


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
