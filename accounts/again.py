"""allauth's three pages that ask who is there; each answer gives the session a new key."""

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView

from . import sessions


class Renewing:
    def form_valid(self, form):
        sessions.renew(self.request)
        sessions.open_suspended(self.request.session)
        return super().form_valid(form)


class ByPassword(Renewing, ReauthenticateView):
    pass


class ByCode(Renewing, CodeView):
    pass


class ByPasskey(Renewing, ReauthenticateWebAuthnView):
    pass


by_password, by_code, by_passkey = ByPassword.as_view(), ByCode.as_view(), ByPasskey.as_view()
