"""Where a step leads on to: a page of this site, whatever stands in the address (OWASP ASVS 3.7.2)."""

from urllib.parse import urlsplit

from django.conf import settings
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def is_own_path(request, url):
    """Only a path: an address with a host is never needed here, and browsers read some odd ones as a host."""
    is_a_path = url.startswith("/") and url.isprintable() and not url.startswith("//")
    return is_a_path and url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())


def front_page():
    """The page that leads everybody on: to the start page of their role, or to signing in."""
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def safe_next_url(request):
    """What `next` asks for, else the front page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if is_own_path(request, wanted) else front_page()


def current_url(request):
    """What `next` is to say: this page, or the page a stopped POST came from (its body is lost).

    Without what stands behind it: an address is carried on in addresses, and a name may stand there.
    """
    if request.method in ("GET", "HEAD"):
        return request.path
    came_from = urlsplit(request.headers.get("referer", ""))
    return came_from.path if came_from.netloc == request.get_host() and came_from.path else front_page()
