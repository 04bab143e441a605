"""Which language a page speaks, how long a session lasts, and which pages no cache may keep.

None touches the session of a visitor who brings no session cookie, so public pages stay free of it; with one,
they read `request.user`, which the consent gate reads anyway (one query, made once).
"""

from allauth.account.internal.stagekit import clear_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from accounts import sessions


def signed_in(request):
    """The signed-in person, or None; the session stays closed when no session cookie came."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user if request.user.is_authenticated else None


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Leads back to the page that was asked for, without what stood behind its address: a name may stand there."""

    def handle_no_permission(self, request, view_func):
        return redirect_to_login(request.path, self.get_login_url(view_func), self.get_redirect_field_name(view_func))


class LanguageMiddleware:
    """The account's language, else this visit's choice (a session cookie), else the browser's, else Indonesian."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = self.language_of(request)
        request.LANGUAGE_CODE = language
        # `override` and not `activate`: the next work of this thread must not inherit the language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    def language_of(self, request):
        user = signed_in(request)
        if user and user.language in dict(settings.LANGUAGES):
            return user.language
        return translation.get_language_from_request(request)


class SessionExpiryMiddleware:
    """Ends a session that was left alone too long, or lasted too long; the next page says so and asks to sign in.

    So ends a sign-in that waits for its second step when the account has changed under it.
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
        elif settings.SESSION_COOKIE_NAME in request.COOKIES and sessions.half_is_over(request.session):
            clear_login(request)
            messages.info(request, _("Your account has changed since you began to sign in. Sign in again."))
        response = self.get_response(request)
        sessions.encrypt_suspended(request.session)
        if is_over:
            response.headers["Clear-Site-Data"] = sessions.CLEARED
        return response


class NoStoreMiddleware:
    """A shared computer shows nothing of a person after sign-out: no cache keeps their pages, nor account pages."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if "Cache-Control" not in response and (request.path.startswith("/accounts/") or signed_in(request)):
            response["Cache-Control"] = "no-store"
        return response
