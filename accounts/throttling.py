"""Rate limits, counted in the cache that all processes share; a refusal names the time from which to go on.

`consume` counts one act for a person and for their network, each against settings.LIMITS, and raises `RateLimited`
when either limit is reached. The window slides: each act stops counting when its seconds are over, so nothing is
locked for good, and the named time always holds. A refused act is not counted.

- The cache holds keyed hashes and timestamps, no person and no address. The keys depend on no other part of the
  request: a changed Host header starts no new count.
- A network is one IPv4 address, or a /64 of IPv6, the usual allocation of one household.
- Counting is atomic: it holds a lock taken with `cache.add`, which is atomic in every backend. A try that cannot get
  the lock within a second is refused, because only very many concurrent tries at the same key cause that.
- Called outside transactions: a count in the database cache must not be rolled back with the refused act.

`bamms.rate_limits` says which pages are limited, `accounts.login_limits` how signing in is limited.
"""

import ipaddress
import logging
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from math import ceil

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.encryption import blind_index
from accounts.templatetags.dates import JAKARTA, datetime_wib, time_wib

logger = logging.getLogger(__name__)
LOCK_SECONDS = 10  # after which the lock of a process that died expires
WAIT_SECONDS = 1
# Prefix lengths by IP version
NETWORK = {4: 24, 6: 48}  # identify a network but not a household
HOUSEHOLD = {4: 32, 6: 64}


class RateLimited(Exception):
    """A limit is reached. `until` is the time from which to try again; `sentence` says it to the user."""

    def __init__(self, until):
        super().__init__("Too many tries.")
        self.until = until

    @property
    def seconds(self):
        """Seconds until then, for a Retry-After header."""
        return max(1, ceil((self.until - timezone.now()).total_seconds()))

    @property
    def at(self):
        """`until`, rounded up to the minute."""
        whole = self.until.replace(second=0, microsecond=0)
        return whole if whole == self.until else whole + timedelta(minutes=1)

    @property
    def sentence(self):
        if self.at.astimezone(JAKARTA).date() == timezone.now().astimezone(JAKARTA).date():
            return _("Too many tries. You can try again at %(time)s. Your account and data are safe.") % {
                "time": time_wib(self.at)
            }
        return _("Too many tries. You can try again on %(moment)s. Your account and data are safe.") % {
            "moment": datetime_wib(self.at)
        }


class Consumed(list):
    """What `consume` counted, as (key, time, seconds), so that an act that succeeds can give it back."""

    def give_back(self):
        """Undo the counts. One whose lock cannot be taken stays, which only makes the limit stricter."""
        for key, at, seconds in self:
            with _locked(key) as held:
                if held:
                    _keep(key, [other for other in cache.get(key, []) if other != at], seconds)
        self.clear()


def consume(action, *, who="", address="", taken=None):
    """Count one `action` of this person (`who`, any text that identifies one) and from this IP address.

    LIMITS[action] gives (count, seconds) for "person", "network" or both. Return what was counted, together with
    `taken`, which was counted before for the same try; if this is refused, give all of it back and raise RateLimited.
    """
    taken = Consumed() if taken is None else taken
    rates = settings.LIMITS[action]
    try:
        # The network first: when it is over its limit, invented names in `who` leave no entries in the cache
        for kind, whom in (("network", household_of(address)), ("person", str(who))):
            if kind in rates and whom:
                most, seconds = rates[kind]
                key = _key(action, kind, whom)
                taken.append((key, _count(key, most, seconds), seconds))
    except RateLimited:
        taken.give_back()
        # A log line, not a row of the audit log: repeated tries must not fill the database
        logger.warning("The limit of %s is reached", action)
        raise
    return taken


def network_of(address, prefixes=NETWORK):
    """Return "203.0.113.0/24" or "2001:db8:5::/48"; "" if it is not an address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ipaddress.ip_network((parsed, prefixes[parsed.version]), strict=False))


def household_of(address):
    """Return the IPv4 address, or the /64 of an IPv6 address; other text unchanged."""
    return network_of(address, HOUSEHOLD) or address


def network_of_request(request):
    """Return the network of the visitor, read behind TRUSTED_PROXY_COUNT proxies; "" outside a request."""
    if request is None or "REMOTE_ADDR" not in request.META:
        return ""
    return network_of(get_adapter(request).get_client_ip(request))


def _key(action, kind, whom):
    return f"limit:{action}:{kind}:{blind_index(whom, context='limits')}"


def _keep(key, counted, seconds):
    """Store the timestamps, or delete the key if there are none: empty entries would evict others from a full cache."""
    if counted:
        cache.set(key, counted, seconds)
    else:
        cache.delete(key)


def _count(key, most, seconds):
    with _locked(key) as held:
        now = time.time()
        if not held:
            raise RateLimited(_moment(now + LOCK_SECONDS))
        counted = [at for at in cache.get(key, []) if at > now - seconds]
        if len(counted) >= most:
            raise RateLimited(_moment(counted[-most] + seconds))
        cache.set(key, [*counted, now], seconds)
        return now


@contextmanager
def _locked(key):
    """Hold the lock of a key; yield whether it could be taken within WAIT_SECONDS."""
    lock, give_up = f"{key}:lock", time.monotonic() + WAIT_SECONDS
    while not cache.add(lock, 1, LOCK_SECONDS):
        if time.monotonic() > give_up:
            yield False
            return
        time.sleep(0.01)
    try:
        yield True
    finally:
        cache.delete(lock)


def _moment(seconds):
    return datetime.fromtimestamp(seconds, UTC)
