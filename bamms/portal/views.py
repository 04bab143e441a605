"""The start pages: what waits for the user's answer, then the cards that the apps declare, in their order."""

from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from privacy.portals import gathered
from privacy.scope import Role
from tenants.views.vendor_portal import for_vendors


def shown(name, role, request):
    """Return the HTML of the cards of this list that have something to show."""
    found = ((card.template, card.context(request)) for card in gathered(name) if card.role == role)
    return [render_to_string(template, context, request) for template, context in found if context is not None]


def start_page(request, role):
    context = {"open_items": shown("OPEN_ITEMS", role, request), "cards": shown("CARDS", role, request)}
    return render(request, "bamms/start_page.html", context)


def tenant_home(request):
    return start_page(request, Role.TENANT)


@require_safe
@for_vendors
def vendor_home(request):
    return start_page(request, Role.VENDOR)
