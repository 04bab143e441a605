"""Redirects lead only to pages of this site, whatever the request's parameters say (OWASP ASVS 3.7.2)."""

from urllib.parse import urlsplit

from django.conf import settings
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def is_own_path(request, url):
    """Return whether `url` is a path of this host; no other form is needed, and browsers parse some as a host."""
    is_a_path = url.startswith("/") and url.isprintable() and not url.startswith("//")
    return is_a_path and url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())


def front_page():
    """Return the URL that redirects users to the start page of their role, and shows others the welcome page."""
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def safe_next_url(request):
    """Return the parameter `next` if it is a path of this site, else the URL of the front page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if is_own_path(request, wanted) else front_page()


def current_url(request):
    """Return the path for `next`: of this page or, for a POST, of the page that sent it (its body is lost).

    Without the query string, which may hold personal data: `next` becomes part of other URLs.
    """
    if request.method in ("GET", "HEAD"):
        return request.path
    came_from = urlsplit(request.headers.get("referer", ""))
    return came_from.path if came_from.netloc == request.get_host() and came_from.path else front_page()
