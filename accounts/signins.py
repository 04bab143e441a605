"""Failed sign-ins, kept so that an attack is seen (clause 3.4): when, from which network, to which account if any."""

import ipaddress
from datetime import timedelta

from django.utils import timezone

from .models import FailedSignIn, User

# So much of an address names a network and no household
KEPT_BITS = {4: 24, 6: 48}
KEPT_DAYS = 90  # long enough to look into an attack, and no history of anybody


def network_of(address):
    """ "203.0.113.0/24" or "2001:db8:5::/48"; "" for what is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ipaddress.ip_network((parsed, KEPT_BITS[parsed.version]), strict=False))


def failed(*, email, address):
    """Write down one failed try. The email itself is not kept: it may be anybody's, or a mistyped password."""
    account = User.objects.filter(email=(email or "").lower()).first()
    return FailedSignIn.objects.create(account=account, network=network_of(address))


def forget_old():
    """Remove what is older than anybody looks into; called daily."""
    FailedSignIn.objects.filter(at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()
