"""Expiry, listing and ending of sessions (clauses 5.3, 7; ASVS 7.3, 7.4).

A session expires after a time without use, and after a total time. Both times are stored in the session itself, so
they need no query; the last use is stored once a minute at most, so that not every request writes.
"""

from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from time import time

from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY as SUSPENDED
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.account.utils import url_str_to_user_pk
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts import encryption, mail
from accounts.login_limits import KNOWN_DAYS
from accounts.models import SignIn, User
from accounts.signals import account_event
from accounts.throttling import network_of

STARTED, SEEN, PENDING_LOGIN, SIGN_IN = "signed_in_at", "seen_at", "half_signed_in", "sign_in"
CLEARED = '"cache", "storage"'  # value of Clear-Site-Data; cookies are deleted one by one
NOTED_EVERY = 60  # seconds
SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS",
           "CrOS": "ChromeOS", "Linux": "Linux"}  # fmt: skip
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox",
            "Chrome": "Chrome", "Safari": "Safari"}  # fmt: skip


def begin(request, **_signal):
    """Receiver of Django's `user_logged_in`: start the session's times."""
    request.session[STARTED] = request.session[SEEN] = int(time())


def note_pending_login(session, user):
    session[PENDING_LOGIN] = user.get_session_auth_hash()


def user_of_pending_login(session):
    """Return the user of a pending login; None if their password has changed or their account was deactivated since."""
    login = session.get(LOGIN_SESSION_KEY)
    if not login or not login["user_pk"]:
        return None
    user = User.objects.filter(pk=url_str_to_user_pk(login["user_pk"]), is_active=True).first()
    holds = user is not None and constant_time_compare(session.get(PENDING_LOGIN, ""), user.get_session_auth_hash())
    return user if holds else None


def pending_login_is_over(session):
    """Return whether a login is pending whose account has a new password, is inactive or was erased since."""
    login = session.get(LOGIN_SESSION_KEY)
    # allauth stores a pending login without a user for unknown emails, to prevent enumeration
    return bool(login and login["user_pk"]) and user_of_pending_login(session) is None


def is_over(session):
    """Return whether the session was idle too long or lasted too long; True if it does not hold the times."""
    now = time()
    idle, whole = settings.SESSION_IDLE_MINUTES * 60, settings.SESSION_COOKIE_AGE
    return now - session.get(SEEN, 0) >= idle or now - session.get(STARTED, 0) >= whole


def seconds_left(session):
    """Return the seconds until the session expires without use ("idle"), and at the latest ("whole").

    "of" is a keyed hash that distinguishes one sign-in from another and reveals nothing else.
    """
    now = time()
    return {
        "of": salted_hmac(
            "accounts.sessions.seconds_left", f"{session['_auth_user_id']}:{session[STARTED]}"
        ).hexdigest()[:16],
        "idle": int(session[SEEN] + settings.SESSION_IDLE_MINUTES * 60 - now),
        "whole": int(session[STARTED] + settings.SESSION_COOKIE_AGE - now),
    }


def record_use(session, *, at_once=False):
    if at_once or time() - session[SEEN] >= NOTED_EVERY:
        session[SEEN] = int(time())


def record_sign_in(*, user, session, address, agent):
    """Record network and browser of the sign-in, and email the owner if they are new to the account."""
    session.save()  # creates the session key that SignIn stores
    network, browser = network_of(address), browser_of(agent)
    since = timezone.now() - timedelta(days=KNOWN_DAYS)
    earlier = SignIn.objects.filter(user=user, at__gte=since)
    # Accounts unused for longer are notified too: stolen passwords are often tried on those
    is_first = user.date_joined >= since and not earlier.exists()
    is_known = is_first or earlier.filter(network=network, browser=browser).exists()
    made = SignIn.objects.create(user=user, session_key=session.session_key, network=network, browser=browser)
    session[SIGN_IN] = made.pk
    if not is_known:
        mail.email_user(user=user, template="account/new_sign_in", url_name="sessions")


def browser_of(agent):
    """Return "Firefox, Windows": enough for the owner to recognize, too little to track anybody."""
    found = [next((name for mark, name in marks.items() if mark in agent), "") for marks in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found)) or str(_("Another program"))


@transaction.atomic
def renew(request):
    """Give the session a new key after reauthentication: the earlier key may have leaked (ASVS 7.2.4).

    Return False if a concurrent request has already done so: a second new key would create a session that is not
    listed and cannot be ended.
    """
    session, user = request.session, request.user
    if sign_in := session.get(SIGN_IN):
        lasting = SignIn.objects.select_for_update().filter(pk=sign_in, user=user, session_key=session.session_key)
        if not lasting:
            return False
    session.cycle_key()
    SignIn.objects.filter(pk=sign_in).update(session_key=session.session_key)
    account_event.send(User, kind="confirmed", user=user, by=user)
    return True


def sign_ins_of(user):
    """Return the account's sign-ins whose session has not ended, newest first."""
    store, living = _store(), []
    for sign_in in SignIn.objects.filter(user=user).order_by("-at", "-pk"):
        session = store(sign_in.session_key)
        if session.get("_auth_user_id") == str(user.pk) and not is_over(session):
            living.append(sign_in)
    return living


def end(sign_in):
    """End the session of one sign-in; do nothing if it has ended already."""
    _store()().delete(sign_in.session_key)


def end_all(user, *, but=None):
    """End all sessions of the account except the one with the key `but`, and delete its unverified addresses."""
    forget_waiting_email(user)
    store = _store()
    for key in SignIn.objects.filter(user=user).exclude(session_key=but or "").values_list("session_key", flat=True):
        store().delete(key)
    account_event.send(User, kind="sessions_ended", user=user, by=None)


def forget_waiting_email(user, **_signal):
    """Delete unverified addresses, which an attacker may have added, when password or sessions end."""
    EmailAddress.objects.filter(user=user, verified=False).exclude(email=user.email).delete()


def delete_old():
    """Delete sign-ins older than KNOWN_DAYS; a daily job."""
    SignIn.objects.filter(at__lt=timezone.now() - timedelta(days=KNOWN_DAYS)).delete()


def _store():
    return import_module(settings.SESSION_ENGINE).SessionStore


def encrypt_suspended(session):
    """Encrypt a POST that waits in the session for reauthentication: the session is stored in clear text."""
    state = session.get(SUSPENDED) if session.modified else None
    if state and "request" in state:
        session[SUSPENDED] = {"sealed": encryption.encrypt(state["request"], context=SUSPENDED)}


def delete_suspended(session):
    session.pop(SUSPENDED, None)


def decrypt_suspended(session):
    """Decrypt the waiting POST for the view that resumes it; drop it if its key no longer exists."""
    state = session.pop(SUSPENDED, None)
    if state and "sealed" in state:
        with suppress(encryption.DecryptionError):
            session[SUSPENDED] = {"request": encryption.decrypt(state["sealed"], context=SUSPENDED)}
    elif state:
        session[SUSPENDED] = state
