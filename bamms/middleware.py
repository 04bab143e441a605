"""Middleware for response headers, malformed requests and, in development, the 404 page."""

import re

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DataError
from django.http import Http404, HttpResponseNotAllowed
from django.utils.deprecation import MiddlewareMixin

from accounts import sessions
from accounts.encryption import DecryptionError
from bamms.views import bad_request, not_found, trouble

# No feature of the device is allowed except passkeys of this origin
PERMISSIONS = (
    "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), "
    "encrypted-media=(), fullscreen=(), gamepad=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), "
    "local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), "
    "screen-wake-lock=(), serial=(), storage-access=(), usb=(), window-management=(), xr-spatial-tracking=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self)"
)
HEADERS = {
    "Permissions-Policy": PERMISSIONS,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Reporting-Endpoints": 'csp="/csp-report/"',
    # Django sets these too, but not on refusals of a host and redirects to HTTPS
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
}
SIGN_OUT = {"account_logout", "admin:logout"}
METHODS = ["GET", "HEAD", "POST"]


class HeadersMiddleware(MiddlewareMixin):
    """Add the security headers to every response, including files, redirects and refusals."""

    def process_response(self, request, response):
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        match = getattr(request, "resolver_match", None)
        if request.method == "POST" and match and match.view_name in SIGN_OUT:
            # Leave no data in the browser for its next user
            response.headers["Clear-Site-Data"] = sessions.CLEARED
        return response


class OddCookiesMiddleware(MiddlewareMixin):
    """Drop malformed session cookies before they are looked up: session keys are letters and digits."""

    def process_request(self, request):
        if not re.fullmatch(r"\w*", request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""), re.ASCII):
            del request.COOKIES[settings.SESSION_COOKIE_NAME]


class OddRequestMiddleware(MiddlewareMixin):
    """Answer 400, not 500, to a NUL in the URL and to numbers outside the database's range.

    Other methods than GET, HEAD and POST are answered 405, and values that cannot be decrypted 500.
    """

    def process_request(self, request):
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        odd = "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", "")
        return bad_request(request) if odd else None

    def process_exception(self, request, exception):
        if isinstance(exception, DecryptionError):
            return trouble(request, 500, fault=exception)
        return bad_request(request, exception) if isinstance(exception, OverflowError | DataError) else None


class NotFoundMiddleware(MiddlewareMixin):
    """Show our 404 page in development too, instead of Django's list of all URL patterns."""

    def __init__(self, get_response):
        if not settings.DEBUG:
            raise MiddlewareNotUsed
        super().__init__(get_response)

    def process_response(self, request, response):
        no_address_fits = response.status_code == 404 and request.resolver_match is None
        return not_found(request) if no_address_fits else response

    def process_exception(self, request, exception):
        return not_found(request, exception) if isinstance(exception, Http404) else None
