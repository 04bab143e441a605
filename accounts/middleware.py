"""Middleware for sign-in, language, session expiry and caching.

None of them accesses the session of a request without a session cookie, so public pages set none. With one they read
`request.user`, which the consent gate reads anyway (one query, made once).
"""

from allauth.account.internal.stagekit import clear_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from accounts import sessions


def signed_in(request):
    """Return the signed-in user, or None; do not access the session if the request has no session cookie."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user if request.user.is_authenticated else None


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Redirect to sign in, and then back to the path without its query string, which may hold personal data."""

    def handle_no_permission(self, request, view_func):
        return redirect_to_login(request.path, self.get_login_url(view_func), self.get_redirect_field_name(view_func))


class LanguageMiddleware:
    """Language of the account, else of the language cookie, else of the browser, else Indonesian."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = signed_in(request)
        chosen = user.language if user else ""
        language = chosen if chosen in dict(settings.LANGUAGES) else translation.get_language_from_request(request)
        request.LANGUAGE_CODE = language
        # `override`, not `activate`: the thread's next request must not inherit the language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


class SessionExpiryMiddleware:
    """End sessions that were idle too long or lasted too long; a message says so.

    Also end a pending login whose account got another password or was deactivated since.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        is_over = bool(signed_in(request)) and sessions.is_over(request.session)
        if is_over:
            logout(request)
            messages.info(request, _("You were signed out, because some time has passed. Sign in to go on."))
        elif signed_in(request):
            sessions.record_use(request.session)
        elif settings.SESSION_COOKIE_NAME in request.COOKIES and sessions.pending_login_is_over(request.session):
            clear_login(request)
            messages.info(request, _("Your account has changed since you began to sign in. Sign in again."))
        response = self.get_response(request)
        sessions.encrypt_suspended(request.session)
        if is_over:
            response.headers["Clear-Site-Data"] = sessions.CLEARED
        return response


class NoStoreMiddleware(MiddlewareMixin):
    """Set no-store on account pages and on pages of signed-in users, so that none can be read after signing out."""

    def process_response(self, request, response):
        if "Cache-Control" not in response and (request.path.startswith("/accounts/") or signed_in(request)):
            response["Cache-Control"] = "no-store"
        return response
