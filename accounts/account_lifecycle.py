"""Accounts are created, invited, deactivated and reactivated here; not deleted, because evidence refers to them.

A refusal is a ValidationError with a sentence for the user (`privacy.errors` is in a layer above this app).
"""

import logging

from allauth.account.forms import default_token_generator
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.account.signals import password_changed, password_reset, password_set
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import login_limits, mail, sessions
from accounts.models import User
from accounts.redirects import front_page
from accounts.signals import account_event

logger = logging.getLogger(__name__)


@transaction.atomic
def create_account(*, email, name="", language="", by):
    """Create an account without a password, and email its owner a link to set one, valid for three days.

    The address is stored as verified, because only its owner can follow the link.
    """
    user = User(email=free_address(email), name=name, language=language)
    _save_without_password(user)
    invite(user=user, by=by)
    return user


def lock(user):
    """Reload the account and lock its row until the transaction ends, so that concurrent changes are serialized."""
    user.refresh_from_db(from_queryset=User.objects.select_for_update(no_key=True))


def lock_to_change(user, by):
    """Lock as `lock` does. Raise ValidationError for oneself, and for a superuser unless `by` is one."""
    lock(user)
    if user.pk == by.pk:
        raise ValidationError(_("You cannot do this to your own account. Ask a colleague to do it."))
    _spare_superusers(user, by)


def account_of(email):
    """Return the account with exactly this address, or None. Case-insensitive matching would also find look-alikes."""
    return User.objects.filter(email=email.strip().lower()).first()


def has_confirmed(user, email):
    """Return whether the account has verified this address, compared as in `account_of`; False if it is empty."""
    return bool(email) and EmailAddress.objects.filter(user=user, verified=True, email=email.strip().lower()).exists()


def refuse_look_alike(email):
    """Raise ValidationError unless the address is ASCII: other scripts have letters that look, or compare, the same."""
    if not email.isascii():
        raise ValidationError(_("Write the email address like this: nama@contoh.id."), code="invalid")


def is_free(email):
    """Return whether no account signs in with this address or has verified it. An unverified one is still free."""
    taken = EmailAddress.objects.filter(email=email, verified=True)
    return not taken.exists() and account_of(email) is None


def free_address(email):
    """Return the address in the form that is stored; raise ValidationError if it is not free."""
    refuse_look_alike(email)
    email = email.strip().lower()
    if not is_free(email):
        raise ValidationError(_("An account with this email already exists."))
    return email


def connect_signals():
    """Connect to the signals that allauth sends for new passwords."""
    for signal in (password_changed, password_set, password_reset):
        signal.connect(sessions.forget_waiting_email)
    password_reset.connect(_confirm_email_after_reset)


def _confirm_email_after_reset(*, request, user, **_signal):
    """Verify the address: a password set by the emailed link proves that this session's user reads the mailbox."""
    clear_login(request)  # a pending login rests on the old password
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    login_limits.grant_tries_after_reset(request.session, email=user.email)


@transaction.atomic
def reset_unverified_account(*, user, by):
    """Reset an account whose address is not verified, before it gets rights; return whether this was necessary.

    Anybody could have signed up with an unverified address. The password, every session and every pending login
    become invalid; the owner of the mailbox gets a link to set a new password.
    """
    lock(user)
    if has_confirmed(user, user.email):
        return False
    _spare_superusers(user, by)
    _save_without_password(user)
    invite(user=user, by=by)
    return True


@transaction.atomic
def invite(*, user, by):
    """Send a link to set a password. Links sent earlier stay valid until one of them is used."""
    _refuse_inactive(user)
    _send_link(user, "account/account_made")
    account_event.send(User, kind="invited", user=user, by=by)
    logger.info("Account %s was invited by account %s", user.pk, by.pk)


@transaction.atomic
def replace_email(*, user, email, by):
    """Replace the address of an account, after two people have verified its owner's identity (clause 3.3).

    Remove the password and second factors, which an attacker may know, and end every session. The new address gets a
    link to set a password, the old one a notice.
    """
    lock_to_change(user, by)
    if user.is_staff or user.is_superuser:
        raise ValidationError(_("This account works for a company. Ask the operator for help."))
    _refuse_inactive(user)
    old, user.email = user.email, free_address(email)
    _save_without_password(user)
    sessions.end_all(user)
    Authenticator.objects.filter(user=user).delete()
    mail.email_address(email=old, language=user.language, template="account/email_changed", path=front_page())
    _send_link(user, "account/recovered")
    account_event.send(User, kind="email_changed", user=user, by=by)
    logger.info("Account %s was given to another mailbox by account %s", user.pk, by.pk)


@transaction.atomic
def deactivate(*, user, by):
    """Deactivate the account and end its sessions, with effect from the next request."""
    lock_to_change(user, by)
    user.is_active = False
    user.save(update_fields=["is_active"])
    sessions.end_all(user)
    account_event.send(User, kind="deactivated", user=user, by=by)
    logger.info("Account %s was deactivated by account %s", user.pk, by.pk)


@transaction.atomic
def reactivate(*, user, by):
    lock_to_change(user, by)
    user.is_active = True
    user.save(update_fields=["is_active"])
    account_event.send(User, kind="reactivated", user=user, by=by)
    logger.info("Account %s was reactivated by account %s", user.pk, by.pk)


def choose_language(*, user, language, by):
    """Store the language of the account; raise ValidationError unless `by` is its owner."""
    if user.pk != by.pk:
        raise ValidationError(_("Only the owner of an account chooses its language."))
    user.language = language
    user.save(update_fields=["language"])


def _send_link(user, template):
    """Email a link to set a password, which only the owner of the mailbox can follow."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    mail.email_address(email=user.email, language=user.language, template=template, path=path)


def _save_without_password(user):
    """Save the account with its address as the only one, verified: only its owner can follow the link sent next."""
    user.set_unusable_password()
    user.full_clean()
    user.save()
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def _refuse_inactive(user):
    if not user.is_active:
        raise ValidationError(_("This account is not active. Reactivate it first."))


def _spare_superusers(user, by):
    if user.is_superuser and not by.is_superuser:
        raise ValidationError(_("Only a superuser may do this to a superuser."))
