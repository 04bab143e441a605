"""Accounts are opened for someone, deactivated and reactivated; never deleted, because evidence stands on them.

A refusal is a ValidationError with the sentence for the person who asked (`privacy.errors` lies above this floor).
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

from accounts import login_throttling, mail, sessions
from accounts.models import User
from accounts.redirects import front_page
from accounts.signals import account_event

logger = logging.getLogger(__name__)


@transaction.atomic
def create_account(*, email, name="", language="", by):
    """Open an account for a colleague: no password yet, and a letter with a link (good for three days) to set one.

    The address counts as confirmed, because only its owner can follow the link.
    """
    user = User(email=free_address(email), name=name, language=language)
    user.set_unusable_password()
    user.full_clean()
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    invite(user=user, by=by)
    return user


def lock(user):
    """Read the account anew and keep it until the transaction ends: two acts on it at once happen one by one."""
    user.refresh_from_db(from_queryset=User.objects.select_for_update(no_key=True))


def account_of(email):
    """Who signs in with exactly this address, or None. Databases that compare in any case take look-alikes for it."""
    return User.objects.filter(email=email.strip().lower()).first()


def has_confirmed(user, email):
    """Does this account own the mailbox? Compared as `account_of` does; an empty address is nobody's."""
    return bool(email) and EmailAddress.objects.filter(user=user, verified=True, email=email.strip().lower()).exists()


def refuse_look_alike(email):
    """Letters of other scripts write the address of somebody else, for the eye and for some databases."""
    if not email.isascii():
        raise ValidationError(_("Write the email address like this: nama@contoh.id."), code="invalid")


def is_free(email):
    """Nobody signs in with it or has confirmed it. One that an account only asked for is still free (its owner's)."""
    taken = EmailAddress.objects.filter(email=email, verified=True)
    return not taken.exists() and account_of(email) is None


def free_address(email):
    """The address as it is stored; refused when it is not free."""
    refuse_look_alike(email)
    email = email.strip().lower()
    if not is_free(email):
        raise ValidationError(_("An account with this email already exists."))
    return email


def connect_signals():
    """allauth tells of new passwords."""
    for signal in (password_changed, password_set, password_reset):
        signal.connect(_password_is_new)
    password_reset.connect(_letter_was_read)


def _password_is_new(*, user, **_signal):
    sessions.forget_waiting_email(user)


def _letter_was_read(*, request, user, **_signal):
    """She set the password by the link in her mailbox: the mailbox is hers, and tries from this visit are too."""
    clear_login(request)  # what waited for the old password is over
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    login_throttling.give_pass(request.session, email=user.email)


@transaction.atomic
def secure_mailbox(*, user, by):
    """Before the account gets rights: a mailbox that nobody confirmed may have been written by a stranger.

    Her password ends, and with it every sign-in and half of one; the owner of the mailbox gets the link to set one.
    True when that was so.
    """
    lock(user)
    if has_confirmed(user, user.email):
        return False
    _spare_superusers(user, by)
    user.set_unusable_password()
    user.save()
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    invite(user=user, by=by)
    return True


@transaction.atomic
def invite(*, user, by):
    """Send the link to set a password, again if need be; earlier links work too, until one of them is used."""
    if not user.is_active:
        raise ValidationError(_("This account is not active. Reactivate it first."))
    _send_link(user, "account/account_made")
    account_event.send(User, kind="invited", user=user, by=by)
    logger.info("Account %s was invited by account %s", user.pk, by.pk)


@transaction.atomic
def replace_email(*, user, email, by):
    """Give the account to a new mailbox, after two people made sure whose it is (clause 3.3).

    The old password and second factors end, which may be a thief's, and with them every session; the new mailbox gets
    a link to set a password, the old one is told.
    """
    lock(user)
    _may_switch(user, by)
    if user.is_staff or user.is_superuser:
        raise ValidationError(_("This account works for a company. Ask the operator for help."))
    if not user.is_active:
        raise ValidationError(_("This account is not active. Reactivate it first."))
    old, user.email = user.email, free_address(email)
    user.set_unusable_password()
    user.full_clean()
    user.save()
    sessions.end_all(user)
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    mail.email_address(
        email=old,
        language=user.language,
        template="account/email_changed",
        path=front_page(),
    )
    _send_link(user, "account/recovered")
    account_event.send(User, kind="email_changed", user=user, by=by)
    logger.info("Account %s was given to another mailbox by account %s", user.pk, by.pk)


@transaction.atomic
def deactivate(*, user, by):
    """From the next request on nobody is signed in with it."""
    lock(user)
    _may_switch(user, by)
    user.is_active = False
    user.save(update_fields=["is_active"])
    sessions.end_all(user)
    account_event.send(User, kind="deactivated", user=user, by=by)
    logger.info("Account %s was deactivated by account %s", user.pk, by.pk)


@transaction.atomic
def reactivate(*, user, by):
    lock(user)
    _may_switch(user, by)
    user.is_active = True
    user.save(update_fields=["is_active"])
    account_event.send(User, kind="reactivated", user=user, by=by)
    logger.info("Account %s was reactivated by account %s", user.pk, by.pk)


def choose_language(*, user, language, by):
    """`by` is the person: nobody chooses another's language."""
    if user.pk != by.pk:
        raise ValidationError(_("Only the owner of an account chooses its language."))
    user.language = language
    user.save(update_fields=["language"])


def _send_link(user, template):
    """A link to set a password, which only the owner of the mailbox can follow."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    mail.email_address(email=user.email, language=user.language, template=template, path=path)


def _may_switch(user, by):
    if user.pk == by.pk:
        raise ValidationError(_("You cannot do this to your own account. Ask a colleague to do it."))
    _spare_superusers(user, by)


def _spare_superusers(user, by):
    if user.is_superuser and not by.is_superuser:
        raise ValidationError(_("Only a superuser may do this to a superuser."))
