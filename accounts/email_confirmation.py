"""Confirming an email requires both the emailed link and a login, or the password, of the account that asked for it.

With the link alone, an attacker could sign up with somebody's email and a password of their own, and wait until the
owner confirms it; and an attacker who lost access to an account could regain it by a link that they had sent to
themselves before.
"""

from allauth.account.adapter import get_adapter
from allauth.account.views import ConfirmEmailView
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.utils.decorators import method_decorator

from accounts import sessions
from accounts.forms import PASSWORD, PlainWordsForm
from accounts.middleware import signed_in


class PasswordForm(PlainWordsForm, forms.Form):
    password = forms.CharField(widget=forms.PasswordInput, strip=False)
    words = {"password": PASSWORD}

    def __init__(self, *args, request, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.request, self.user = request, user

    def clean_password(self):
        """Check the password with the rate limits of a sign-in."""
        adapter, password = get_adapter(), self.cleaned_data["password"]
        if adapter.authenticate(self.request, email=self.user.email, password=password) != self.user:
            raise adapter.validation_error("incorrect_password")
        return password


@method_decorator(login_not_required, name="dispatch")
class ConfirmEmail(ConfirmEmailView):
    def get(self, *args, **kwargs):
        """Show the page without changing anything; allauth would sign out a user who opens another account's link."""
        try:
            self.object = self.get_object()
        except Http404:
            self.object = None
        return self.render_to_response(self.get_context_data())

    def post(self, *args, **kwargs):
        self.object = self.get_object()
        form = self.form(self.request.POST)
        if form is not None and not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        return super().post(*args, **kwargs)

    def form(self, data=None):
        """Return the password form, or None if the session is signed in to this account or has a pending login."""
        user = self.object.email_address.user
        if user in (signed_in(self.request), sessions.user_of_pending_login(self.request.session)):
            return None
        return PasswordForm(data, request=self.request, user=user)

    def get_context_data(self, **kwargs):
        if self.object and "form" not in kwargs:
            kwargs["form"] = self.form()
        return super().get_context_data(**kwargs)
