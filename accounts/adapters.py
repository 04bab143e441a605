"""allauth in our words: its mail goes through our queue, its links stay on this site, its messages name nobody."""

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

from accounts import account_lifecycle, login_throttling, mail, sessions, throttling
from accounts.models import User
from accounts.redirects import front_page, is_own_path
from accounts.throttling import Consumed, RateLimited

# Where the one link of a letter leads, the first that allauth offers; notices lead to a new password, or to the contact
LINKS = ["activate_url", "password_reset_url", "signup_url"]
TO_THE_CONTACT = {"account/email/email_changed", "account/email/email_deleted"}
BY_ANYBODY = {
    f"account/email/{name}"
    for name in ("account_already_exists", "email_confirmation", "email_confirmation_signup", "unknown_account")
}
# allauth's messages hold the address; None is said by the page itself (and so the same for every address)
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
        """With fewer entries in X-Forwarded-For than proxies of ours, somebody came round one: 400, not 500."""
        try:
            return super().get_client_ip(request)
        except ImproperlyConfigured as error:
            raise SuspiciousOperation("X-Forwarded-For is shorter than TRUSTED_PROXY_COUNT.") from error

    def is_safe_url(self, url):
        """Within this very host: allauth would also follow every other ALLOWED_HOSTS."""
        return is_own_path(allauth_context.request, url)

    def clean_email(self, email):
        account_lifecycle.refuse_look_alike(email)
        return super().clean_email(email)

    def confirm_email(self, request, email_address):
        """Somebody may have opened an account with it meanwhile: confirmed or not, no two sign in with one email."""
        if account_lifecycle.account_of(email_address.email) in (None, email_address.user):
            return super().confirm_email(request, email_address)
        self.add_message(request, messages.ERROR, "account/messages/email_confirmation_failed.txt")
        return False

    def pre_login(self, request, user, **kwargs):
        """Until its second step, or its confirmed email, a sign-in holds as long as the password that began it."""
        sessions.note_half(request.session, user)
        return super().pre_login(request, user, **kwargs)

    def save_user(self, request, user, form, commit=True):
        user.language = form.cleaned_data["language"]
        return super().save_user(request, user, form, commit)

    def pre_authenticate(self, request, **credentials):
        """Our own limits instead of allauth's, whose count began anew with every port in the Host header."""
        email = credentials.get("email")
        visit = login_throttling.visit_with_pass(request.session, email=email)
        try:
            self._tries = login_throttling.begin(email=email, address=self.get_client_ip(request), visit=visit)
        except RateLimited as limited:
            sentences = [limited.sentence, str(_("If it was not you, reset your password."))]
            raise ValidationError(" ".join(sentences), code="too_many_login_attempts") from limited

    def _rollback_login_failed_rl_usage(self):
        """The password was right."""
        getattr(self, "_tries", Consumed()).give_back()

    def is_reauthentication_required(self, *, app, **kwargs):
        """Not when the person signed in, or confirmed who she is, a few minutes ago. allauth forgets the sign-in."""
        request = allauth_context.request
        records = get_authentication_records(request, request.user)
        fresh = any(time() - record["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT for record in records)
        return settings.ACCOUNT_REAUTHENTICATION_REQUIRED and not fresh

    def get_reauthentication_methods(self, user):
        """Whoever has a second factor shows that one: the password alone may be what was stolen (ASVS 7.5.1)."""
        methods = super().get_reauthentication_methods(user)
        factors = [method for method in methods if method["id"] != "reauthenticate"]
        return factors or methods

    def login(self, request, user):
        """The place is noted. The language chosen on the way in is kept, when the account has none yet."""
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
        """Queue `templates/emails/account/…`, never allauth's own text, in the language of the account.

        What a stranger can have sent to a mailbox comes a few times an hour: the links sent before still work.
        """
        if template_prefix in BY_ANYBODY:
            try:
                throttling.consume("letter", who=login_throttling.one_spelling(email))
            except RateLimited:
                return
        notice = front_page() if template_prefix in TO_THE_CONTACT else reverse("account_reset_password")
        link = next((context[name] for name in LINKS if name in context), notice)
        user = context.get("user") or User.objects.filter(email=email).first()
        mail.email_address(
            email=email,
            language=(user and user.language) or translation.get_language(),
            template=template_prefix.replace("account/email/", "account/").replace("mfa/email/", "account/"),
            path=urlsplit(link).path,  # the host is ours, whatever the request called it
        )

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """Always sent, and without the network address and browser that allauth would add."""
        self.send_mail(template_prefix, email or user.email, {"user": user})
