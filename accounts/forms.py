"""allauth's forms with our labels and errors. A form reads only its own fields from the posted data."""

from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from allauth.account import forms as allauth_forms
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.validators import EmailValidator
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import account_lifecycle, mail, passwords, throttling
from accounts.invisible_text import ReadableField
from accounts.models import User
from accounts.signals import account_event

# Each language is named in itself, so that its speakers recognize it
LANGUAGE_NAMES = {"id": "Bahasa Indonesia", "en": "English"}


@dataclass(frozen=True)
class Words:
    """Label, error of an empty field, value of `autocomplete`, and help of one field."""

    label: str
    required: str
    autocomplete: str
    help: str = ""


EMAIL = Words(_("Email"), _("Enter your email."), "email")
PASSWORD = Words(_("Password"), _("Enter your password."), "current-password")
CURRENT = Words(_("Current password"), _("Enter your current password."), "current-password")
NEW = Words(_("New password"), _("Enter your new password."), "new-password", passwords.rules_html())
AGAIN = Words(_("New password, again"), _("Enter your new password again."), "new-password")
CODE = Words(_("Six-digit code"), _("Enter the code that your authenticator app shows."), "one-time-code")
CODE_OR_RECOVERY = replace(CODE, label=_("Code"), help=_("From your authenticator app, or one of your recovery codes."))
KEY_NAME = Words(
    _("Name of this passkey"),
    _("Enter a name by which you will know it."),
    "off",
    _("For example: my phone, key of the office."),
)
WRONG_EMAIL = _("Write the email address like this: nama@contoh.id.")


@contextmanager
def reporting_refusal(user, kind):
    """Send `account_event` for a ValidationError: allauth sends no signal for these refusals (ASVS 16.3.1)."""
    try:
        yield
    except forms.ValidationError:
        account_event.send(User, kind=kind, user=user, by=None)
        raise


class PlainWordsForm:
    """Mixin that sets label, help, errors and autocomplete of each field, and removes placeholders."""

    words = {}  # name of a field → Words

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, words in self.words.items():
            field = self.fields[name]
            field.label, field.help_text = words.label, words.help
            field.error_messages["required"] = words.required
            field.widget.attrs["autocomplete"] = words.autocomplete
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.EmailField):
                ours = EmailValidator(WRONG_EMAIL)
                field.validators = [ours if isinstance(v, EmailValidator) else v for v in field.validators]


class SignupForm(PlainWordsForm, allauth_forms.SignupForm):
    words = {"email": EMAIL, "password1": replace(PASSWORD, autocomplete="new-password", help=NEW.help)}
    language = forms.ChoiceField(label=_("Language"), widget=forms.RadioSelect)

    field_order = ["email", "password1", "language"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        language = self.fields["language"]
        language.choices = [(code, LANGUAGE_NAMES[code]) for code, _name in settings.LANGUAGES]
        language.initial = get_language()
        language.error_messages.update(required=_("Choose a language."), invalid_choice=_("Choose a language."))

    def validate_unique_email(self, email):
        """Ignore unverified addresses of other accounts: with allauth's check they would block the owner's sign-up."""
        self.account_already_exists = not account_lifecycle.is_free(email)
        return email

    def try_save(self, request):
        """Answer alike, in about the same time, whether or not the address has an account; only the email differs."""
        if not self.account_already_exists:
            try:
                with transaction.atomic():
                    return super().try_save(request)
            except IntegrityError:  # the same form was sent twice at the same time
                self.account_already_exists = True
        make_password(self.cleaned_data["password1"])  # takes as long as creating an account would
        return super().try_save(request)


class LoginForm(PlainWordsForm, allauth_forms.LoginForm):
    words = {"login": replace(EMAIL, autocomplete="username"), "password": PASSWORD}


class ReauthenticateForm(PlainWordsForm, allauth_forms.ReauthenticateForm):
    words = {"password": CURRENT}


class AddEmailForm(PlainWordsForm, allauth_forms.AddEmailForm):
    words = {"email": replace(EMAIL, label=_("New email"))}

    def save(self, request):
        """Notify the current address too: the session may be in the hands of an attacker."""
        reset, template = reverse("account_reset_password"), "account/email_change_asked"
        mail.email_address(email=self.user.email, language=self.user.language, template=template, path=reset)
        return super().save(request)


class ChangePasswordForm(PlainWordsForm, allauth_forms.ChangePasswordForm):
    words = {"oldpassword": CURRENT, "password1": NEW, "password2": AGAIN}

    def clean_oldpassword(self):
        with reporting_refusal(self.user, "failed"):
            return super().clean_oldpassword()


class SetPasswordForm(PlainWordsForm, allauth_forms.SetPasswordForm):
    words = {"password1": NEW, "password2": AGAIN}


class ResetPasswordForm(PlainWordsForm, allauth_forms.ResetPasswordForm):
    words = {"email": EMAIL}

    def clean_email(self):
        """Send the link only to the account that signs in with this address, not to those with it unverified."""
        email = super().clean_email()
        self.users = [user for user in self.users if user == account_lifecycle.account_of(email)]
        return email


class ResetPasswordKeyForm(PlainWordsForm, allauth_forms.ResetPasswordKeyForm):
    words = {"password1": NEW, "password2": AGAIN}


class RateLimitedCode:
    """Mixin that limits tries at a code per account; the error names the time to go on. A right code is not counted."""

    def clean_code(self):
        try:
            taken = throttling.consume("second_step", who=self.user.pk)
        except throttling.RateLimited as limited:
            raise forms.ValidationError(limited.sentence, code="too_many") from limited
        code = super().clean_code()
        taken.give_back()
        return code


class FactorForm(RateLimitedCode, PlainWordsForm, mfa_forms.AuthenticateForm):
    words = {"code": CODE_OR_RECOVERY}

    def clean_code(self):
        """Email the owner, once a day, about repeated wrong codes: who enters them has the password (ASVS 6.3.5)."""
        try:
            return super().clean_code()
        except forms.ValidationError:
            self._tell_owner()
            raise

    def _tell_owner(self):
        try:
            throttling.consume("second_step_wrong", who=self.user.pk)
        except throttling.RateLimited:
            with suppress(throttling.RateLimited):
                throttling.consume("second_step_told", who=self.user.pk)
                mail.email_user(
                    user=self.user, template="account/second_step_guessed", url_name="account_change_password"
                )


class ReauthenticateFactorForm(RateLimitedCode, PlainWordsForm, mfa_forms.ReauthenticateForm):
    words = {"code": CODE_OR_RECOVERY}


class ActivateTOTPForm(RateLimitedCode, PlainWordsForm, totp_forms.ActivateTOTPForm):
    words = {"code": CODE}

    def clean_code(self):
        """Mark the code as used, so that it cannot sign in again (ASVS 6.5.1)."""
        code = super().clean_code()
        if not TOTP(Authenticator(user=self.user))._mark_code_used(code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class Passkey:
    def clean_credential(self):
        """Refuse malformed credentials as a wrong code, instead of answering 500."""
        with reporting_refusal(self.user, "factor_failed"):
            try:
                return super().clean_credential()
            except (KeyError, TypeError, ValueError) as error:
                raise get_adapter().validation_error("incorrect_code") from error


class PasskeyForm(Passkey, webauthn_forms.AuthenticateWebAuthnForm):
    pass


class ReauthenticatePasskeyForm(Passkey, webauthn_forms.ReauthenticateWebAuthnForm):
    pass


class AddPasskeyForm(PlainWordsForm, webauthn_forms.AddWebAuthnForm):
    words = {"name": KEY_NAME}


class EditPasskeyForm(PlainWordsForm, webauthn_forms.EditWebAuthnForm):
    words = {"name": KEY_NAME}


class AccountForm(forms.ModelForm):
    language = forms.ChoiceField(label=_("Language"), required=False)

    class Meta:
        model = User
        fields = ["name", "language"]
        field_classes = {"name": ReadableField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("The browser decides")), *LANGUAGE_NAMES.items()]


class AccountAddForm(AccountForm):
    """Form by which an operator creates an account; its owner sets the password by an emailed link."""

    class Meta(AccountForm.Meta):
        fields = ["email", "name", "language"]

    def clean_email(self):
        return account_lifecycle.free_address(self.cleaned_data["email"])
