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
PASS_SECONDS = 60 * 60
PASS = "sign_in_pass"  # noqa: S105 - the name of a value in the session


def begin(*, email, address, visit=""):
    """Count a try before the password is checked; raise RateLimited. The caller gives it back if the try succeeds."""
    account = one_spelling(email)
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


def one_spelling(email):
    """Normalize the email; upper case first, because databases compare by it and some letters share an upper case."""
    return (email or "").strip().upper().casefold()


def give_pass(session, *, email):
    """Give a session that proved control of the mailbox a sign-in limit of its own, for PASS_SECONDS."""
    account = blind_index(one_spelling(email), context=PASS)
    session[PASS] = [account, time.time() + PASS_SECONDS, secrets.token_hex(8)]


def visit_with_pass(session, *, email):
    """Return the random id of the session's pass for this email, or "" if it has none that is valid."""
    account, until, visit = session.get(PASS) or ("", 0, "")
    return visit if account == blind_index(one_spelling(email), context=PASS) and time.time() < until else ""
