"""Failed sign-ins: kept so that an attack is seen (clause 3.4), and counted so that nobody can guess for long.

Kept: when, from which network, to which account if any. Counted (`accounts.limits`), alike for all emails:

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
import time
from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone

from . import limits
from .models import FailedSignIn, User
from .sealing import blind_index

# So much of an address names a network and no household
KEPT_BITS = {4: 24, 6: 48}
KEPT_DAYS = 90  # long enough to look into an attack, and no history of anybody
KNOWN_SECONDS = KEPT_DAYS * 24 * 60 * 60
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


def begin(*, email, address, has_pass=False):
    """Count a try before the password is looked at; raises `Limited`. The answer is given back when it was right."""
    account = one_spelling(email)
    if has_pass:
        return limits.take("sign_in_pass", who=account)
    pair, taken = f"{account} {limits.place_of(address)}", limits.Taken()
    if not is_known(email=email, address=address):
        try:
            limits.take("sign_in_strange", who=account, taken=taken)
        except limits.Limited:
            limits.take("sign_in_slow", who=pair, taken=taken)
    return limits.take("sign_in", who=pair, address=address, taken=taken)


def succeeded(*, email, address):
    """From now on this network is known to the account."""
    cache.set(_known_key(email, address), True, KNOWN_SECONDS)


def is_known(*, email, address):
    return bool(cache.get(_known_key(email, address)))


def one_spelling(email):
    """Capital letters first: some small letters of other scripts have the same capital, and databases compare by it."""
    return (email or "").strip().upper().casefold()


def give_pass(session, *, email):
    """She has read the letter in her mailbox: tries from this visit are hers."""
    session[PASS] = [blind_index(one_spelling(email), context=PASS), time.time() + PASS_SECONDS]


def has_pass(session, *, email):
    account, until = session.get(PASS) or ("", 0)
    return account == blind_index(one_spelling(email), context=PASS) and time.time() < until


def failed(*, email, address):
    """Write down one failed try. The email itself is not kept: it may be anybody's, or a mistyped password."""
    account = User.objects.filter(email=(email or "").lower()).first()
    return FailedSignIn.objects.create(account=account, network=network_of(address))


def forget_old():
    """Remove what is older than anybody looks into; called daily."""
    FailedSignIn.objects.filter(at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()


def _known_key(email, address):
    return f"known:{blind_index(f'{one_spelling(email)} {network_of(address)}', context='known networks')}"
