"""What every page's frame shows: the operator, the person's roles, and the way around."""

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import sessions
from privacy import parties, subjects
from privacy.scope import Role

# Hat → (URL name, label, icon): never more than five, one or two short words
NAVIGATION = {
    Role.TENANT: [
        ("tenant_home", _("Home"), "house-door"),
        ("my_data", _("My data"), "person-vcard"),
        ("hub", _("Privacy"), "shield-check"),
    ],
    Role.VENDOR: [
        ("vendor_home", _("Home"), "house-door"),
        ("vendor_shared", _("Data"), "person-vcard"),
        ("vendor_requests", pgettext_lazy("navigation", "Permissions"), "patch-check"),
        ("vendor_agreements", _("Agreements"), "shield-check"),
    ],
}
# Pages that stand under an entry of the navigation, at addresses of their own
WITHIN = {
    "hub": ["sharing", "access_log", "consents", "rights", "disclosures"],
    "vendor_agreements": ["vendor_deletions"],
}
START = {
    Role.TENANT: "tenant_home",
    Role.VENDOR: "vendor_home",
    Role.STAFF: "admin:index",
    Role.OPERATOR: "admin:index",
}
PLACES = {
    Role.TENANT: _("Tenant portal"),
    Role.VENDOR: _("Vendor portal"),
    Role.STAFF: _("Administration"),
    Role.OPERATOR: _("Administration"),
}


def site(request):
    return {
        "operator": SimpleLazyObject(parties.operator),
        "languages": settings.LANGUAGES,
        "answer_hours": settings.ANSWER_HOURS,
        "roles": SimpleLazyObject(lambda: _roles(request)),
        "nav": SimpleLazyObject(lambda: _nav(request)),
        "party_name": SimpleLazyObject(lambda: _party_name(request)),
        "password_is_old": SimpleLazyObject(lambda: _is_signed_in(request) and request.user.password_is_old),
        "session_left": SimpleLazyObject(
            lambda: sessions.seconds_left(request.session) if _is_signed_in(request) else None
        ),
        "restricted_since": SimpleLazyObject(lambda: _restricted_since(request)),
    }


def current_role(request):
    """The portal of this page: the vendor's under /vendor/, else the tenant's."""
    return Role.VENDOR if request.path.startswith(reverse("vendor_home")) else Role.TENANT


def _is_signed_in(request):
    """A request refused before anybody looked who sent it, for a wrong host, has no user."""
    return hasattr(request, "user") and request.user.is_authenticated


def _roles(request):
    """Where this person may go: {"url", "label", "current"} for each role."""
    if not _is_signed_in(request):
        return []
    places = {START[role]: PLACES[role] for role in parties.roles_of(request.user)}
    return [{"url": reverse(name), "label": label} for name, label in places.items()]


def _nav(request):
    if not _is_signed_in(request) or getattr(request.user, "must_consent", True):
        return []
    items = [
        ([reverse(place) for place in (name, *WITHIN.get(name, []))], label, icon)
        for name, label, icon in NAVIGATION[current_role(request)]
    ]
    open_now = (url for urls, _label, _icon in items for url in urls if request.path.startswith(url))
    here = max(open_now, key=len, default="")
    return [{"url": urls[0], "label": label, "icon": icon, "current": here in urls} for urls, label, icon in items]


def _restricted_since(request):
    """Since when the person's own data is restricted, on the pages of her own portal; None when it is not."""
    if not _is_signed_in(request) or current_role(request) != Role.TENANT:
        return None
    return subjects.restricted_since(request.user)


def _party_name(request):
    """The vendor's own name in its portal; tenants see their management's on the pages themselves."""
    if not _is_signed_in(request) or current_role(request) != Role.VENDOR:
        return ""
    party = parties.party_of(request.user, Role.VENDOR)
    return party.name if party else ""
