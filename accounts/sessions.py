"""How long a sign-in lasts, where an account is signed in, and how that ends (clauses 5.3, 7; ASVS 7.3, 7.4).

A session ends after a pause, and after its hours however busy it was. Both moments stand in the session itself, so
nothing is asked of the database; use is noted once a minute at most, so that not every click writes.
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
from accounts.login_throttling import KNOWN_DAYS, network_of
from accounts.models import SignIn, User
from accounts.signals import account_event

STARTED, SEEN, HALF, SIGN_IN = "signed_in_at", "seen_at", "half_signed_in", "sign_in"
CLEARED = '"cache", "storage"'  # of Clear-Site-Data; cookies are taken back one by one
NOTED_EVERY = 60  # seconds
SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS",
           "CrOS": "ChromeOS", "Linux": "Linux"}  # fmt: skip
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox",
            "Chrome": "Chrome", "Safari": "Safari"}  # fmt: skip


def begin(request, **_signal):
    """A receiver of Django's `user_logged_in`: the clock starts with every sign-in."""
    request.session[STARTED] = request.session[SEEN] = int(time())


def note_half(session, user):
    session[HALF] = user.get_session_auth_hash()


def half_of(session):
    """Whose password was right in a sign-in that is not yet done; None once the account got another, or was closed."""
    half = session.get(LOGIN_SESSION_KEY)
    if not half or not half["user_pk"]:
        return None
    user = User.objects.filter(pk=url_str_to_user_pk(half["user_pk"]), is_active=True).first()
    holds = user is not None and constant_time_compare(session.get(HALF, ""), user.get_session_auth_hash())
    return user if holds else None


def half_is_over(session):
    """Has the account got another password, been closed or erased since a sign-in began that is not yet done?"""
    half = session.get(LOGIN_SESSION_KEY)
    # allauth lets some wait for nobody, so that they look like everybody
    return bool(half and half["user_pk"]) and half_of(session) is None


def is_over(session):
    """Has this session been left alone too long, or lasted too long? One that does not say is over."""
    now = time()
    idle, whole = settings.SESSION_IDLE_MINUTES * 60, settings.SESSION_COOKIE_AGE
    return now - session.get(SEEN, 0) >= idle or now - session.get(STARTED, 0) >= whole


def seconds_left(session):
    """Seconds that are left: until the pause is too long, and until the sign-in has lasted for all its hours.

    `of` tells one sign-in from another, and nothing else.
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
    """Keep where this account signed in, and write to its owner when the network or the browser is new."""
    session.save()  # it is noted under the key of the session
    network, browser = network_of(address), browser_of(agent)
    since = timezone.now() - timedelta(days=KNOWN_DAYS)
    earlier = SignIn.objects.filter(user=user, at__gte=since)
    # An account that rested for longer is told too: those are what stolen passwords are tried on
    is_first = user.date_joined >= since and not earlier.exists()
    is_known = is_first or earlier.filter(network=network, browser=browser).exists()
    made = SignIn.objects.create(user=user, session_key=session.session_key, network=network, browser=browser)
    session[SIGN_IN] = made.pk
    if not is_known:
        mail.email_user(user=user, template="account/new_sign_in", url_name="sessions")


def browser_of(agent):
    """ "Firefox, Windows": what a person recognises, and too little to follow anybody by."""
    found = [next((name for mark, name in marks.items() if mark in agent), "") for marks in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found)) or str(_("Another program"))


@transaction.atomic
def renew(request):
    """A new key for the session of somebody who just confirmed who is there: an earlier one may have leaked (7.2.4).

    False when another request of this session was faster: a second new key would make a session that no list shows
    and nothing ends.
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
    """The sign-ins of this account whose session still lives, newest first."""
    store, living = _store(), []
    for sign_in in SignIn.objects.filter(user=user).order_by("-at", "-pk"):
        session = store(sign_in.session_key)
        if session.get("_auth_user_id") == str(user.pk) and not is_over(session):
            living.append(sign_in)
    return living


def end(*, user, sign_in):
    """End one sign-in of this account; one that is over already stays over."""
    _store()().delete(sign_in.session_key)


def end_all(user, *, but=None):
    """Sign this account out everywhere, except in the session with this key; and forget what a thief may wait for."""
    forget_waiting_email(user)
    store = _store()
    for key in SignIn.objects.filter(user=user).exclude(session_key=but or "").values_list("session_key", flat=True):
        store().delete(key)
    account_event.send(User, kind="sessions_ended", user=user, by=None)


def forget_waiting_email(user):
    """A new email that nobody has confirmed yet may be a thief's: it outlives neither password nor sessions."""
    EmailAddress.objects.filter(user=user, verified=False).exclude(email=user.email).delete()


def delete_old():
    """Remove what no longer tells a known place from a new one; called daily."""
    SignIn.objects.filter(at__lt=timezone.now() - timedelta(days=KNOWN_DAYS)).delete()


def _store():
    return import_module(settings.SESSION_ENGINE).SessionStore


def encrypt_suspended(session):
    """What was sent while a fresh sign-in was due waits in the session, which lies in the database in clear."""
    state = session.get(SUSPENDED) if session.modified else None
    if state and "request" in state:
        session[SUSPENDED] = {"sealed": encryption.encrypt(state["request"], context=SUSPENDED)}


def delete_suspended(session):
    session.pop(SUSPENDED, None)


def decrypt_suspended(session):
    """For the view that goes on with it; what no key opens any more was not sent."""
    state = session.pop(SUSPENDED, None)
    if state and "sealed" in state:
        with suppress(encryption.DecryptionError):
            session[SUSPENDED] = {"request": encryption.decrypt(state["sealed"], context=SUSPENDED)}
    elif state:
        session[SUSPENDED] = state
