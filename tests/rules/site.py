"""The site as a list of URLs: routes of the resolver, filled with rows of the world, requested by everybody."""

import re
from copy import deepcopy
from dataclasses import dataclass

from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver

from tests.rules.doors import MODEL_WORDS, PAGES, PORTAL, ROOF, words_of

OUTSIDERS = ("anonymous", "dina", "ann", "bob", "vera")  # dina has not consented to the documents yet
STAFF = ("sam", "rita", "olga", "otto")
PEOPLE = OUTSIDERS + STAFF
WRITES = re.compile(r'^(INSERT INTO|UPDATE|DELETE FROM) "?(\w+)"?', re.IGNORECASE)
MODEL_ROUTE = re.compile(r"admin/(\w+)/(\w+)/(.*)")


@dataclass(frozen=True)
class Visit:
    who: str
    method: str
    route: str
    address: str
    answer: str
    response: HttpResponse
    written: frozenset  # table names

    @property
    def is_page(self):
        return self.response.headers.get("Content-Type", "").startswith("text/html")

    @property
    def html(self):
        return self.response.content.decode(errors="replace")

    def __str__(self):
        return f"{self.method} {self.address} as {self.who}"


def routes(resolver=None, before=""):
    """Yield every route of the site, as written in the urls modules."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route


def portal_routes():
    return [route for route in routes() if not route.startswith("admin/")]


def admin_routes():
    """Return (app, model, rest) of each admin route of a model, without the redirect to the change page."""
    found = [match.groups() for route in routes() if (match := MODEL_ROUTE.fullmatch(route)) and route not in ROOF]
    return [parts for parts in found if parts[2] != "<path:object_id>/"]


def client_for(world, name, **options):
    client = Client(headers={"Accept-Language": "id"}, raise_request_exception=False, **options)
    if name != "anonymous":
        client.force_login(getattr(world, name))
    return client


def answer(response):
    """Return the status code, "login" for a redirect to a sign-in page, or "gate" for one to the consent page."""
    where = response.headers.get("Location", "")
    if response.status_code == 302 and re.match(r"(http://testserver)?/(accounts/login|admin/login)/", where):
        return "login"
    if response.status_code == 302 and where.startswith("/consent/?next"):
        return "gate"
    return str(response.status_code)


def ask(world, client, who, method, route, address):
    """Make one request and roll it back."""
    written = set()

    def noting(execute, sql, params, many, context):
        if match := WRITES.match(sql):
            written.add(match[2])
        return execute(sql, params, many, context)

    with transaction.atomic():
        cache.clear()
        with connection.execute_wrapper(noting):
            response = getattr(client, method.lower())(address)
        if response.streaming:
            response = HttpResponse(
                b"".join(response.streaming_content), headers=response.headers, status=response.status_code
            )
        response.cookies = deepcopy(response.cookies)  # the client would modify them later
        visit = Visit(who, method, route, address, answer(response), response, frozenset(written))
        transaction.set_rollback(True)
    if who != "anonymous" and route.endswith("logout/"):
        client.force_login(getattr(world, who))
    return visit


def visits(world, who):
    for user in world.people.values():
        user.language = "id"
        user.save(update_fields=["language"])
    words = words_of(world)
    client = client_for(world, who)
    for route, (address, *_answers) in (PORTAL | ROOF).items():
        for method in ("GET", "POST"):
            yield ask(world, client, who, method, route, address.format(**words))
    for app, model, rest in admin_routes():
        # Django's own pages use the permission checks of the list; pages that we add need their own
        if who in STAFF or (who != "bob" and (not rest or rest not in PAGES.values())):
            route = f"admin/{app}/{model}/{rest}"
            yield ask(world, client, who, "GET", route, admin_address(world, app, model, rest))


def row_of(world, app, model):
    """Return the row of sam's company, or any row if rows have no company."""
    model = apps.get_model(app, model)
    return world.rows["anggrek"].get(model) or model._default_manager.order_by("pk").first()


def admin_address(world, app, model, rest, row=None):
    row = row or row_of(world, app, model)
    rest = re.sub(r"<(int:pk|path:object_id)>", str(getattr(row, "pk", 0)), rest)
    for word, value in MODEL_WORDS.items():
        rest = rest.replace(word, value)
    return f"/admin/{app}/{model}/{rest}".format(**words_of(world))
