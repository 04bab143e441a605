"""Gates: users who must set up a second factor or agree to the versions in force are redirected until they have.

A third gate, if the operator enables it, redirects users whose password is too old (clause 5.4). Gates run no query:
the user is loaded with the answers (`privacy.backends`). A user without them is redirected.
"""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import MiddlewareNotUsed
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.deprecation import MiddlewareMixin

from accounts import sessions
from accounts.redirects import current_url
from privacy import restoration

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


def open_without_consent(view):
    """Mark a view that stays open to people who have not agreed: policy, rights, own consents, sign-out."""
    view.open_without_consent = True
    return view


def sets_up_a_factor(match):
    """Return whether this page belongs to setting up a second factor; the gates let it through."""
    name = match.view_name if match else ""
    return name.startswith("mfa_") or name in {"account_reauthenticate", "admin:logout"}


def let_through(request):
    """Open a page while a gate is closed, but drop a suspended POST that would be resumed after this sign-in."""
    page = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME) or ""
    try:
        goes_on_at = resolve(page)
    except Resolver404:
        goes_on_at = None
    if request.method == "POST" and not sets_up_a_factor(goes_on_at):
        sessions.delete_suspended(request.session)


class SecondFactorGate(MiddlewareMixin):
    """Redirects staff, vendors and superusers without a second factor to its setup; no other page opens before."""

    def process_view(self, request, view, args, kwargs):
        user = request.user if settings.SECOND_FACTOR and getattr(view, "login_required", True) else None
        if user is None or not user.is_authenticated or sets_up_a_factor(request.resolver_match):
            return None
        if getattr(user, "must_have_factor", True) and not getattr(user, "has_factor", False):
            return redirect("mfa_index")
        return None


class ConsentGate(MiddlewareMixin):
    def process_view(self, request, view, args, kwargs):
        if not getattr(view, "login_required", True) or getattr(view, "open_without_consent", False):
            return None
        if not request.user.is_authenticated or not getattr(request.user, "must_consent", True):
            return None
        if sets_up_a_factor(request.resolver_match):
            return let_through(request)
        return redirect(f"{reverse('consent')}?{urlencode({'next': current_url(request)})}")


class PasswordGate(MiddlewareMixin):
    """With PASSWORD_CHANGE_REQUIRED, redirects users with an old password to the page that changes it (clause 5.4).

    Views marked `open_without_consent` stay open. ConsentGate comes first.
    """

    OPEN = ("account_change_password",)

    def __init__(self, get_response):
        if not settings.PASSWORD_CHANGE_REQUIRED:
            raise MiddlewareNotUsed
        super().__init__(get_response)

    def process_view(self, request, view, args, kwargs):
        if not getattr(view, "login_required", True) or getattr(view, "open_without_consent", False):
            return None
        if not request.user.password_is_old or request.resolver_match.view_name in self.OPEN:
            return None
        if sets_up_a_factor(request.resolver_match):
            return let_through(request)
        return redirect(f"{reverse('account_change_password')}?{urlencode({'next': current_url(request)})}")


class RestoredDatabaseMiddleware(MiddlewareMixin):
    """Brings the evidence of a restored database back before anything is changed, so that new acts follow on it."""

    def process_view(self, request, view, args, kwargs):
        if request.method not in SAFE:
            restoration.catch_up()
