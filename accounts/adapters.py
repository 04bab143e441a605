"""Adapter of allauth: mail goes through the task queue, links stay on this host, messages hold no personal data."""

from time import time
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation, ValidationError
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import account_lifecycle, login_limits, mail, sessions, throttling
from accounts.models import User
from accounts.redirects import front_page, is_own_path
from accounts.throttling import Consumed, RateLimited

# Context names of an email's only link, first match wins; notices link to the password reset, or to the front page
LINKS = ["activate_url", "password_reset_url", "signup_url"]
LINKED_TO_FRONT_PAGE = {"account/email/email_changed", "account/email/email_deleted"}
TRIGGERED_BY_ANYBODY = {
    f"account/email/{name}"
    for name in ("account_already_exists", "email_confirmation", "email_confirmation_signup", "unknown_account")
}
# allauth's own messages contain the address. None: the page says it, in the same words for every address
MESSAGES = {
    "account/messages/cannot_delete_primary_email.txt": _("This email cannot be removed: you sign in with it."),
    "account/messages/email_confirmation_failed.txt": _(
        "This email cannot be confirmed: another account already uses it. Sign in with that account."
    ),
    "account/messages/email_confirmation_sent.txt": None,
    "account/messages/email_confirmed.txt": _("Your email is confirmed."),
    "account/messages/email_deleted.txt": _("The email was removed from your account."),
    "account/messages/logged_in.txt": None,
    "account/messages/logged_out.txt": _("You are signed out."),
    "account/messages/password_changed.txt": _("Your password is changed. Sign in with the new one."),
    "account/messages/password_set.txt": _("Your password is set. Sign in with it."),
    "account/messages/primary_email_set.txt": _("You now sign in with this email."),
    "mfa/messages/recovery_codes_generated.txt": _("Your recovery codes are ready. Keep them apart from your phone."),
    "mfa/messages/totp_activated.txt": _("Your authenticator app is set up."),
    "mfa/messages/totp_deactivated.txt": _("The authenticator app is removed."),
    "mfa/messages/webauthn_added.txt": _("Your passkey is added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
    "account/messages/unverified_primary_email.txt": _("Confirm this email first: follow the link that we sent to it."),
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is not active. Ask the contact at the foot of this page."),
        "cannot_remove_primary_email": MESSAGES["account/messages/cannot_delete_primary_email.txt"],
        "duplicate_email": _("Your account already has this email. Enter another one."),
        "email_password_mismatch": _("The email and password do not match. Check both, or reset your password."),
        "email_taken": _("This email cannot be used. Enter another one."),
        "enter_current_password": _("This is not your current password. Check it, or reset your password."),
        "incorrect_password": _("This is not your current password. Check it, or reset your password."),
        "invalid_login": _("The email and password do not match. Check both, or reset your password."),
        "invalid_password_reset": _("This link has been used or is too old. Ask for a new one."),
        "max_email_addresses": _("Your account can have %d emails. Remove one first."),
        "rate_limited": _("Too many tries. Wait a few minutes, then try again."),
        "same_as_current": _("Enter something other than the present value."),
        "unverified_primary_email": MESSAGES["account/messages/unverified_primary_email.txt"],
    }

    def add_message(self, request, level, message_template=None, *args, **kwargs):
        if message_template in MESSAGES:
            args, kwargs, message_template = (), {"message": MESSAGES[message_template]}, None
        super().add_message(request, level, message_template, *args, **kwargs)

    def get_client_ip(self, request):
        """Answer 400, not 500, if X-Forwarded-For has fewer entries than there are proxies: one was bypassed."""
        try:
            return super().get_client_ip(request)
        except ImproperlyConfigured as error:
            raise SuspiciousOperation("X-Forwarded-For is shorter than TRUSTED_PROXY_COUNT.") from error

    def is_safe_url(self, url):
        """Return whether the URL is a path of this host; allauth would accept every host of ALLOWED_HOSTS."""
        return is_own_path(allauth_context.request, url)

    def clean_email(self, email):
        account_lifecycle.refuse_look_alike(email)
        return super().clean_email(email)

    def confirm_email(self, request, email_address):
        """Refuse if another account, verified or not, has been created with this address in the meantime."""
        if account_lifecycle.account_of(email_address.email) in (None, email_address.user):
            return super().confirm_email(request, email_address)
        self.add_message(request, messages.ERROR, "account/messages/email_confirmation_failed.txt")
        return False

    def pre_login(self, request, user, **kwargs):
        """Tie a login that still waits for its second factor or email verification to the current password."""
        sessions.note_pending_login(request.session, user)
        return super().pre_login(request, user, **kwargs)

    def save_user(self, request, user, form, commit=True):
        user.language = form.cleaned_data["language"]
        return super().save_user(request, user, form, commit)

    def pre_authenticate(self, request, **credentials):
        """Apply our own rate limits: allauth's counter starts again for each port in the Host header."""
        email = credentials.get("email")
        visit = login_limits.visit_after_reset(request.session, email=email)
        try:
            self._tries = login_limits.begin(email=email, address=self.get_client_ip(request), visit=visit)
        except RateLimited as limited:
            sentences = [limited.sentence, str(_("If it was not you, reset your password."))]
            raise ValidationError(" ".join(sentences), code="too_many_login_attempts") from limited

    def _rollback_login_failed_rl_usage(self):
        """Give back the counted try: the password was right."""
        getattr(self, "_tries", Consumed()).give_back()

    def is_reauthentication_required(self, *, app, **kwargs):
        """Return False within ACCOUNT_REAUTHENTICATION_TIMEOUT seconds of any authentication, the login included."""
        request = allauth_context.request
        records = get_authentication_records(request, request.user)
        fresh = any(time() - record["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT for record in records)
        return settings.ACCOUNT_REAUTHENTICATION_REQUIRED and not fresh

    def get_reauthentication_methods(self, user):
        """Require a second factor of users who have one: the password may have been stolen (ASVS 7.5.1)."""
        methods = super().get_reauthentication_methods(user)
        factors = [method for method in methods if method["id"] != "reauthenticate"]
        return factors or methods

    def login(self, request, user):
        """Record the sign-in, and store the language of the session if the account has none yet."""
        super().login(request, user)
        sessions.record_sign_in(
            user=user,
            session=request.session,
            address=self.get_client_ip(request),
            agent=request.headers.get("User-Agent", ""),
        )
        if not user.language and settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
            user.language = translation.get_language()
            user.save(update_fields=["language"])

    def send_mail(self, template_prefix, email, context):
        """Queue `templates/emails/account/…` instead of allauth's own text, in the language of the account.

        Emails that anybody can trigger are limited to a few an hour and then dropped: earlier links still work.
        """
        if template_prefix in TRIGGERED_BY_ANYBODY:
            try:
                throttling.consume("letter", who=login_limits.normalize_email(email))
            except RateLimited:
                return
        notice = front_page() if template_prefix in LINKED_TO_FRONT_PAGE else reverse("account_reset_password")
        link = next((context[name] for name in LINKS if name in context), notice)
        user = context.get("user") or User.objects.filter(email=email).first()
        mail.email_address(
            email=email,
            language=(user and user.language) or translation.get_language(),
            template=template_prefix.replace("account/email/", "account/").replace("mfa/email/", "account/"),
            path=urlsplit(link).path,  # without the host, which comes from the request; SITE_URL is put before it
        )

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """Send it whatever ACCOUNT_EMAIL_NOTIFICATIONS says, without the IP address and browser that allauth adds."""
        self.send_mail(template_prefix, email or user.email, {"user": user})
