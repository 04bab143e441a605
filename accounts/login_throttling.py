"""Failed sign-ins are counted so that nobody can guess for long, and stand in the journal (clause 3.4).

Counted (`accounts.throttling`), alike for all emails:

- Tries with one email from one place: LIMITS["sign_in"]["person"]. A stranger fills only the count of her own place;
  the owner elsewhere does not notice.
- Failures of one place, whatever the email: LIMITS["sign_in"]["network"].
- Failures with one email from all networks that have never signed in to it: LIMITS["sign_in_strange"]. When that is
  full, the account is under attack from many places, and every strange network has only the slow
  LIMITS["sign_in_slow"] of its own. Slow and never closed: no number of attackers takes the owner's try away, and
  from a network that she has signed in from before she does not even wait.
- Whoever has just set a password by the link in her mailbox has tries of her own (LIMITS["sign_in_pass"]) in that
  visit, also where a neighbour behind the same address has used up the others.

A right password gives its count back, so that only failures count.
"""

import ipaddress
import secrets
import time
from contextlib import suppress
from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.utils import timezone

from accounts import throttling
from accounts.encryption import blind_index
from accounts.models import SignIn

# So much of an address names a network and no household
KEPT_BITS = {4: 24, 6: 48}
KNOWN_DAYS = 90  # a browser and network that signed in since then are known
PASS_SECONDS = 60 * 60
PASS = "sign_in_pass"  # noqa: S105 - the name of a value in the session


def network_of(address):
    """ "203.0.113.0/24" or "2001:db8:5::/48"; "" for what is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ipaddress.ip_network((parsed, KEPT_BITS[parsed.version]), strict=False))


def network_of_request(request):
    """Behind our proxies, as `TRUSTED_PROXY_COUNT` says; "" outside a request."""
    if request is None or "REMOTE_ADDR" not in request.META:
        return ""
    return network_of(get_adapter(request).get_client_ip(request))


def begin(*, email, address, visit=""):
    """Count a try before the password is looked at; raises `Limited`. The answer is given back when it was right."""
    account = one_spelling(email)
    if visit:
        with suppress(throttling.RateLimited):
            return throttling.consume("sign_in_pass", who=f"{account} {visit}")
    pair, taken = f"{account} {throttling.network_of(address)}", throttling.Consumed()
    if not is_known(email=email, address=address):
        try:
            throttling.consume("sign_in_strange", who=account, taken=taken)
        except throttling.RateLimited:
            throttling.consume("sign_in_slow", who=pair, taken=taken)
    return throttling.consume("sign_in", who=pair, address=address, taken=taken)


def is_known(*, email, address):
    """Did this account sign in from this network? Kept with its sign-ins, which no flood of tries pushes out."""
    since = timezone.now() - timedelta(days=KNOWN_DAYS)
    account = (email or "").strip().lower()
    places = SignIn.objects.filter(user__email=account, network=network_of(address), at__gte=since)
    return bool(account) and places.exists()


def one_spelling(email):
    """Capital letters first: some small letters of other scripts have the same capital, and databases compare by it."""
    return (email or "").strip().upper().casefold()


def give_pass(session, *, email):
    """She has read the letter in her mailbox: tries from this visit are hers."""
    account = blind_index(one_spelling(email), context=PASS)
    session[PASS] = [account, time.time() + PASS_SECONDS, secrets.token_hex(8)]


def visit_with_pass(session, *, email):
    """What tells this visit from every other, when it has a pass for this email; else ""."""
    account, until, visit = session.get(PASS) or ("", 0, "")
    return visit if account == blind_index(one_spelling(email), context=PASS) and time.time() < until else ""
