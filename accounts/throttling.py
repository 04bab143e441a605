"""How often somebody may do one thing: counted in the cache that all processes share, refused with the time to go on.

`take` counts one act of a person and of the place it came from, each against settings.LIMITS, and raises `Limited`
when either is full. What is counted slides: a moment stops counting when its seconds are over, so nothing is ever
locked for good, and whoever waits until the time that is named goes on. A refused act is not counted.

- The cache holds keyed hashes and moments, no person and no address. Nothing of a request but the address goes in:
  a changed Host header begins no new count.
- A place is one IPv4 address, or a /64 of IPv6, which one household has.
- Counting is one step: it holds a lock made with `cache.add`, which every backend does atomically. Who cannot get
  the lock within a second is refused, because only a flood of tries at one and the same count comes to that.
- Called outside transactions: a count kept in a database's cache must not be undone with what was refused.

Which pages are limited stands in `bamms.rate_limits`; how signing in is limited in `accounts.login_throttling`.
"""

import ipaddress
import logging
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from math import ceil

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.encryption import blind_index
from accounts.templatetags.dates import JAKARTA, datetime_wib, time_wib

logger = logging.getLogger(__name__)
LOCK_SECONDS = 10  # a process that died with the lock keeps nobody out for longer
WAIT_SECONDS = 1
HOUSEHOLD_BITS = 64


class RateLimited(Exception):
    """`until` is the moment from which it may be tried again; `sentence` says it."""

    def __init__(self, until):
        super().__init__("Too many tries.")
        self.until = until

    @property
    def seconds(self):
        """For a Retry-After header."""
        return max(1, ceil((self.until - timezone.now()).total_seconds()))

    @property
    def at(self):
        """`until`, rounded up to the minute that is named."""
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


class Consumed:
    """What was counted, so that an act that turns out well can be given back."""

    def __init__(self):
        self._counted = []

    def add(self, key, at, seconds):
        self._counted.append((key, at, seconds))

    def give_back(self):
        """One that cannot get the lock stays counted: that only makes the limit stricter."""
        for key, at, seconds in self._counted:
            with _locked(key) as held:
                if held:
                    _keep(key, [other for other in cache.get(key, []) if other != at], seconds)
        self._counted = []


def consume(action, *, who="", address="", taken=None):
    """Count one `action` of this person (any text that stands for one) and from this network address.

    LIMITS[action] gives (count, seconds) for "person", "network" or both. Returns what was counted, together with
    what `taken` had counted before for the same try; all of it is given back when this is refused.
    """
    taken = Consumed() if taken is None else taken
    rates = settings.LIMITS[action]
    try:
        # The network first: one that is over its limit leaves nothing behind under the names that it makes up
        for kind, whom in (("network", network_of(address)), ("person", str(who))):
            if kind in rates and whom:
                most, seconds = rates[kind]
                key = _key(action, kind, whom)
                taken.add(key, _count(key, most, seconds), seconds)
    except RateLimited:
        taken.give_back()
        # A line and no row of the journal: whoever goes on trying must not fill the database
        logger.warning("The limit of %s is reached", action)
        raise
    return taken


def network_of(address):
    """The IPv4 address, or the household's IPv6 network; "" when there is none."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, HOUSEHOLD_BITS), strict=False))


def _key(action, kind, whom):
    return f"limit:{action}:{kind}:{blind_index(whom, context='limits')}"


def _keep(key, counted, seconds):
    """Nothing is no entry: a cache that is full drops others for it."""
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
    """Yields whether the lock was got."""
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
