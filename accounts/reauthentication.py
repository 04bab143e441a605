"""allauth's three reauthentication views; each success gives the session a new key."""

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.shortcuts import redirect

from accounts import sessions
from accounts.redirects import front_page


class RenewSessionKey:
    def form_valid(self, form):
        if not sessions.renew(self.request):
            self.request.session.modified = False  # a concurrent request has replaced this session by a new one
            return redirect(front_page())
        sessions.decrypt_suspended(self.request.session)
        return super().form_valid(form)


class ByPassword(RenewSessionKey, ReauthenticateView):
    pass


class ByCode(RenewSessionKey, CodeView):
    pass


class ByPasskey(RenewSessionKey, ReauthenticateWebAuthnView):
    pass
