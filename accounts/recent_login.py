"""Reauthentication before a sensitive act: revealing, exporting, publishing, erasing, disclosing (ASVS 7.5).

A user who signed in more than `ACCOUNT_REAUTHENTICATION_TIMEOUT` seconds ago must enter a password or second factor,
and then returns to the page with the data that was posted. It concerns the session, so views check it, not verbs.
Each success gives the session a new key.
"""

from allauth.account.decorators import reauthentication_required
from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.shortcuts import redirect

from accounts import sessions
from accounts.redirects import front_page

fresh_sign_in = reauthentication_required(app="bamms")
# For views in which only some acts are sensitive: call it with the request before such an act
ask_for_fresh_sign_in = fresh_sign_in(lambda request: None)


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
