"""Failed sign-ins are rate limited and recorded in the audit log (clause 3.4).

The limits (`accounts.throttling`) are the same whether or not an email has an account:

- Tries with one email from one address: LIMITS["sign_in"]["person"]. An attacker uses up only the limit of their own
  address; the owner elsewhere is not affected.
- Failures from one address, whatever the email: LIMITS["sign_in"]["network"].
- Failures with one email from all networks that have not signed in to it: LIMITS["sign_in_strange"]. When it is
  reached, the account is under a distributed attack, and each unknown network has only its own, slow limit
  LIMITS["sign_in_slow"]. It never closes, so attackers cannot lock the owner out; networks from which the owner has
  signed in before are not limited by it.
- A session that has just set a password by the emailed link has tries of its own (LIMITS["sign_in_pass"]), even if
  others behind the same address have used up the rest.

A right password gives its count back, so that only failures count.
"""

import secrets
import time
from contextlib import suppress
from datetime import timedelta

from django.utils import timezone

from accounts import throttling
from accounts.encryption import blind_index
from accounts.models import SignIn

KNOWN_DAYS = 90  # a browser and network count as known for so long after a sign-in
AFTER_RESET_SECONDS = 60 * 60
AFTER_RESET = "sign_in_pass"  # key of the session


def begin(*, email, address, visit=""):
    """Count a try before the password is checked; raise RateLimited. The caller gives it back if the try succeeds."""
    account = normalize_email(email)
    if visit:
        with suppress(throttling.RateLimited):
            return throttling.consume("sign_in_pass", who=f"{account} {visit}")
    pair, taken = f"{account} {throttling.household_of(address)}", throttling.Consumed()
    if not is_known(email=email, address=address):
        try:
            throttling.consume("sign_in_strange", who=account, taken=taken)
        except throttling.RateLimited:
            throttling.consume("sign_in_slow", who=pair, taken=taken)
    return throttling.consume("sign_in", who=pair, address=address, taken=taken)


def is_known(*, email, address):
    """Return whether the account has signed in from this network within KNOWN_DAYS; read from SignIn, not the cache."""
    since = timezone.now() - timedelta(days=KNOWN_DAYS)
    account = (email or "").strip().lower()
    places = SignIn.objects.filter(user__email=account, network=throttling.network_of(address), at__gte=since)
    return bool(account) and places.exists()


def normalize_email(email):
    """Normalize the email; upper case first, because databases compare by it and some letters share an upper case."""
    return (email or "").strip().upper().casefold()


def grant_tries_after_reset(session, *, email):
    """Give a session that proved control of the mailbox a sign-in limit of its own, for AFTER_RESET_SECONDS."""
    account = blind_index(normalize_email(email), context=AFTER_RESET)
    session[AFTER_RESET] = [account, time.time() + AFTER_RESET_SECONDS, secrets.token_hex(8)]


def visit_after_reset(session, *, email):
    """Return the random id under which the tries of such a session count, or "" if it has none for this email."""
    account, until, visit = session.get(AFTER_RESET) or ("", 0, "")
    return visit if account == blind_index(normalize_email(email), context=AFTER_RESET) and time.time() < until else ""
