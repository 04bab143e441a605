"""The second factor (allauth.mfa): authenticator app, passkey, recovery codes; their secrets are encrypted at rest.

`privacy.backends` decides who must have one; this module stores and removes them.
"""

import logging

from allauth.core import context
from allauth.mfa import signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import account_lifecycle, encryption, mail, sessions
from accounts.models import User
from accounts.signals import account_event

logger = logging.getLogger(__name__)
CONTEXT = "mfa.Authenticator.data"
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes only replace one of these
KIND_OF_SIGNAL = {
    signals.authenticator_added: "factor_added",
    signals.authenticator_removed: "factor_removed",
    signals.authentication_failed: "factor_failed",
}


class MFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy(
            "Your work here needs a second step. Add another one first, then remove this one."
        ),
        "cannot_generate_recovery_codes": gettext_lazy("Add an authenticator app or a passkey first."),
        "incorrect_code": gettext_lazy("This code is not right. Wait for the next one, and enter it."),
        "unverified_email": gettext_lazy("Confirm your email first, then set up the second step."),
    }

    def encrypt(self, text):
        return encryption.encrypt(text, context=CONTEXT)

    def decrypt(self, encrypted_text):
        return encryption.decrypt(encrypted_text, context=CONTEXT)

    def can_delete_authenticator(self, authenticator):
        """Return False for the last factor of a user who must have one: they could not open any page without it."""
        if authenticator.type not in FACTORS or not is_required_for(context.request.user):
            return True
        return factors_of(authenticator.user).exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user, type):  # noqa: A002 - named so by allauth
        return _("Passkey %(number)s") % {"number": Authenticator.objects.filter(user=user, type=type).count() + 1}


def connect_signals():
    """Send `account_event` for allauth's signals about factors, so that the audit log records them."""
    for signal in KIND_OF_SIGNAL:
        signal.connect(_send_account_event)


def _send_account_event(*, signal, user, **_signal):
    by = user if user.is_authenticated and signal is not signals.authentication_failed else None
    account_event.send(User, kind=KIND_OF_SIGNAL[signal], user=user, by=by)


def factors_of(user):
    return Authenticator.objects.filter(user=user, type__in=FACTORS)


def is_required_for(user):
    """Return whether the user must have a factor: staff, vendors, superusers. `privacy.backends` sets the attribute."""
    return getattr(user, "must_have_factor", user.is_staff or user.is_superuser)


@transaction.atomic
def remove_all(*, user, by):
    """Remove all factors of a user who lost them, end their sessions and email them.

    `by` has verified the user's identity (clause 3.3); only a superuser may do this to a superuser.
    """
    account_lifecycle.lock_to_change(user, by)
    Authenticator.objects.filter(user=user).delete()
    sessions.end_all(user)
    account_event.send(User, kind="factor_removed", user=user, by=by)
    mail.email_user(user=user, template="account/factors_removed", url_name="mfa_index")
    logger.info("The second factors of account %s were removed by account %s", user.pk, by.pk)
