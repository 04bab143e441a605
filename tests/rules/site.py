"""The site as a list of addresses: what the resolver knows, filled in with rows of the world."""

import re

from django.test import Client
from django.urls import URLResolver, get_resolver

PEOPLE = ("anonymous", "ann", "bob", "vera", "sam", "rita", "olga", "otto")


def routes(resolver=None, before=""):
    """Every route of the site, as it is written in the urls modules."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route


def portal_routes():
    return [route for route in routes() if not route.startswith("admin/")]


def admin_routes():
    return [route for route in routes() if route.startswith("admin/")]


def clients(world, **settings):
    """One signed-in visitor for each of PEOPLE."""
    found = {name: Client(headers={"Accept-Language": "en"}, **settings) for name in PEOPLE}
    for name, client in found.items():
        if name != "anonymous":
            client.force_login(getattr(world, name))
    return found


def status(response):
    """The code, or "login" for a way to the sign-in page and "consent" for the gate."""
    where = response.headers.get("Location", "")
    if response.status_code == 302 and re.match(r"(http://testserver)?/(accounts/login|admin/login)/", where):
        return "login"
    if response.status_code == 302 and where.startswith("/consent/"):
        return "consent"
    return str(response.status_code)
