"""The consent gate: whoever has not agreed to the versions in force sees the consent page and little else.

It asks no query of its own: the user came with the answer (`privacy.backends`). A user without one is stopped.
"""

from urllib.parse import urlencode, urlsplit

from django.shortcuts import redirect
from django.urls import reverse


def open_without_consent(view):
    """Mark a view that stays open to people who have not agreed: policy, rights, own consents, sign-out."""
    view.open_without_consent = True
    return view


class ConsentGate:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not getattr(view, "login_required", True) or getattr(view, "open_without_consent", False):
            return None
        if not request.user.is_authenticated or not getattr(request.user, "must_consent", True):
            return None
        return redirect(f"{reverse('consent')}?{urlencode({'next': self._way_on(request)})}")

    def _way_on(self, request):
        """Where to go afterwards: this page, or the page a stopped POST came from (its body is lost)."""
        if request.method in ("GET", "HEAD"):
            return request.get_full_path()
        came_from = urlsplit(request.headers.get("referer", ""))
        return came_from.path if came_from.netloc == request.get_host() and came_from.path else reverse("home")
