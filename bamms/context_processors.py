"""Context of the base template: the operator, the user's roles, and the navigation."""

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts import sessions
from accounts.redirects import front_page
from bamms.portal import PLACES, START
from privacy import parties, restoration, subjects
from privacy.portals import gathered
from privacy.scope import Role


def site(request):
    return {
        "operator": SimpleLazyObject(parties.operator),
        "languages": settings.LANGUAGES,
        "answer_hours": settings.ANSWER_HOURS,
        "roles": SimpleLazyObject(lambda: _roles(request)),
        "nav": SimpleLazyObject(lambda: _nav(request)),
        "front_page": front_page(),
        "portal_home": SimpleLazyObject(lambda: reverse(START[current_role(request)])),
        "party_name": SimpleLazyObject(lambda: _party_name(request)),
        "password_is_old": SimpleLazyObject(lambda: _is_signed_in(request) and request.user.password_is_old),
        "session_left": SimpleLazyObject(
            lambda: sessions.seconds_left(request.session) if _is_signed_in(request) else None
        ),
        "restored_sentence": SimpleLazyObject(lambda: _restored_sentence(request)),
        "restricted_since": SimpleLazyObject(lambda: _restricted_since(request)),
    }


def current_role(request):
    """Return the role of this page: vendor under /vendor/, else tenant."""
    return Role.VENDOR if request.path.startswith(reverse(START[Role.VENDOR])) else Role.TENANT


def _is_signed_in(request):
    """Return False also for requests refused before AuthenticationMiddleware, such as for a wrong host."""
    return hasattr(request, "user") and request.user.is_authenticated


def _roles(request):
    """Return {"url", "label", "current"} for each role of the user."""
    if not _is_signed_in(request):
        return []
    places = {START[role]: PLACES[role] for role in parties.roles_of(request.user)}
    return [{"url": reverse(name), "label": label} for name, label in places.items()]


def _nav(request):
    if not _is_signed_in(request) or getattr(request.user, "must_consent", True):
        return []
    role = current_role(request)
    items = [
        ([reverse(name) for name in (entry.url_name, *entry.within)], entry.label, entry.icon)
        for entry in gathered("NAVIGATION")
        if entry.role == role
    ]
    open_now = (url for urls, _label, _icon in items for url in urls if request.path.startswith(url))
    here = max(open_now, key=len, default="")
    return [{"url": urls[0], "label": label, "icon": icon, "current": here in urls} for urls, label, icon in items]


def _restored_sentence(request):
    return restoration.sentence() if _is_signed_in(request) and restoration.is_restored() else ""


def _restricted_since(request):
    """Return since when the user's own data is restricted, on pages of the tenant portal; None if it is not."""
    if not _is_signed_in(request) or current_role(request) != Role.TENANT:
        return None
    return subjects.restricted_since(request.user)


def _party_name(request):
    """Return the name of the user's vendor in the vendor portal; pages of the tenant portal name the management."""
    if not _is_signed_in(request) or current_role(request) != Role.VENDOR:
        return ""
    party = parties.party_of(request.user, Role.VENDOR)
    return party.name if party else ""
