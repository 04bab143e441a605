"""The surfaces on which rows of others could leak: one function each, which yields the attempts of one member.

`bamms.isolation.check` makes them. To add a surface, add a function to SURFACES.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelChoiceField
from django.test import RequestFactory
from django.urls import reverse

from bamms.isolation.addresses import CORRELATED, FILES, UNKNOWN, Unfillable, routes
from bamms.isolation.client import ask
from bamms.isolation.pages import forms_of, links_of
from bamms.isolation.world import owners

ANSWERS = {"post": "yes", "answer": "confirm", "decision": "refuse", "reason": "x", "action": "x"}
# Members who try a row of every model where the model of a URL is unknown, because no own row opens it
ASKS_ALL = {"tenant", "vendor"}
MOST_FORMS = 4  # submissions of one form


@dataclass
class Attempt:
    surface: str
    what: str
    method: str
    address: str
    data: dict = field(default_factory=dict)
    stranger: str = ""  # URL of a row that does not exist: it must get the same answer
    public: bool = False  # a page that lists names of buildings to everybody


@dataclass
class Untested:
    """What could not be tried, and why."""

    surface: str
    what: str
    why: str


class Site:
    """What the surfaces need: routes, pages as members see them, and the admin classes."""

    def __init__(self, world, members, about=""):
        self.world, self.members, self.about = world, members, about
        self.routes = [route for route in routes() if about.lower().replace(".", "/") in route.text]
        self.pages, self.taken = {}, {}

    def page(self, member, address):
        """Return the text of a page as the member sees it, or "" if it does not open."""
        key = (member.name, address)
        if key not in self.pages:
            answer = ask(member, "GET", address)
            self.pages[key] = answer.text if answer.is_page else ""
        return self.pages[key]

    def own_row(self, model):
        return self.world.sides["a"].rows.get(model) or self.world.sides["c"].rows[model]

    def own(self, route):
        """Return the route's URLs with own rows; none if no own row opens it."""
        if not route.names_rows:
            return route.filled({})
        return route.filled({model: [self.own_row(model)] for model in self.models_of(route)})

    def foreign(self, member, route):
        """Return the route's URLs with foreign rows; with one of every model if no own row shows which model it is."""
        known = self.models_of(route) if route.names_rows else []
        if not route.names_rows or not (known or member.name in ASKS_ALL or frozenset(route.parts) in CORRELATED):
            return []
        if known:
            return route.filled({model: member.rows(model) for model in known})
        return route.filled({model: member.rows(model)[:1] for model in self.models()})

    def models(self):
        return list(dict.fromkeys(model for side in self.world.sides.values() for model in side.rows))

    def models_of(self, route):
        """Return the models whose keys the route accepts: those whose own row opens it for some member."""
        if frozenset(route.parts) == FILES:
            return self.models()
        if route.text not in self.taken:
            given = {route.model: [self.own_row(route.model)]} if route.model else {}
            found = [model for model in self.models() if self._opens(route, given | {model: [self.own_row(model)]})]
            self.taken[route.text] = list(dict.fromkeys([*given, *found]))
        return self.taken[route.text]

    def _opens(self, route, rows):
        names = ("head",) if route.model else ("tenant", "vendor")
        asking = [member for member in self.members if member.name in names]
        return any(self.page(member, address) for address in route.filled(rows) for member in asking)

    def admins(self):
        registered = sorted(admin.site._registry.items(), key=lambda item: item[0]._meta.label)
        return [(model, model_admin) for model, model_admin in registered if self.about in model._meta.label]


def place(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def own_changes(site, member, model):
    """Yield the add page and the change page of the own row, with the data of their forms."""
    row = site.world.sides["a"].rows.get(model)
    for address in [place(model, "add"), *([place(model, "change", row.pk)] if row else [])]:
        html = site.page(member, address)
        if html:
            yield address, next((form.data for form in forms_of(html) if not form.action), {})


def request_of(member):
    request = RequestFactory().get("/")
    request.user = member.user
    return request


# In the admin


def lists(site, member):
    """Open the list, with each of its filters, orders and dates, and with queries typed into the address bar."""
    for model, model_admin in site.admins():
        what, address = model._meta.label, place(model, "changelist")
        yield Attempt("list", what, "GET", address)
        html = site.page(member, address)
        if not html:
            continue  # refused as a whole: no query opens it
        rows = member.rows(model)
        typed = [f"?all=&{urlencode({model._meta.pk.name + '__exact': row.pk})}" for row in rows]
        for query in [*asked_of(html), "?all=&_popup=1&_to_field=id", *typed] if member.name == "head" else []:
            yield Attempt("list", what, "GET", address + query)
        if model_admin.list_editable:
            for row in rows:
                lines = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": row.pk, "_save": "x"}
                changed = {f"form-0-{name}": "x" for name in model_admin.list_editable}
                yield Attempt("list", what, "POST", address, lines | changed)


def asked_of(html):
    """Return one link of each filter and of the dates, "all" if there is one, and one of the orders."""
    links = {}
    for link in links_of(html):
        key = tuple(sorted(name for name, _value in parse_qsl(link[1:])))
        links[key] = link if key not in links or link.endswith("=all") else links[key]
    return links.values()


def searches(site, member):
    """Search for words of foreign rows."""
    for model, _model_admin in site.admins():
        address = place(model, "changelist")
        if not site.page(member, address):
            continue
        for row in member.rows(model):
            for term in words_of(row):
                yield Attempt("search", model._meta.label, "GET", f"{address}?{urlencode({'q': term})}")


def words_of(row):
    """Return a prefix by which a search could find this row: a canary without its last digits."""
    found = [str(value) for f in row._meta.concrete_fields if isinstance(value := getattr(row, f.attname), str)]
    words = dict.fromkeys(match[:5] for value in found for match in re.findall(r"^qz\w\d{4}", value))
    return list(words)[:1]


def details(site, member):
    """Open and post a foreign row's change, history and delete pages."""
    for model, _model_admin in site.admins():
        what = model._meta.label
        if not member.rows(model):
            yield Untested("detail", what, "there is no foreign row")
        data = next((data for address, data in own_changes(site, member, model) if "add/" not in address), {})
        for row in member.rows(model):
            for surface, page, sendings in (
                ("detail", "change", [data, {}]),
                ("history", "history", []),
                ("delete", "delete", [ANSWERS]),
            ):
                # Rows of an open model exist for everybody with the role, so the answers may differ
                stranger = "" if member.is_open(model) else place(model, page, 987654321)
                address = place(model, page, row.pk)
                yield Attempt(surface, what, "GET", address, {}, stranger)
                for sent in sendings if member.name == "head" else []:
                    yield Attempt(surface, what, "POST", address, sent, stranger)


def foreign_keys(site, member):
    """Open own forms, which list choices, and post foreign rows in each of their choice fields, inlines included."""
    for model, model_admin in site.admins():
        for address, data in own_changes(site, member, model):
            yield Attempt("foreign key", model._meta.label, "GET", address)
            for prefix, form in forms_in(site, member, model, model_admin, address) if data else ():
                for name, choice in choices_of(form, member):
                    yield from _chosen(member, f"{model._meta.label}: {prefix}{name}", address, data, choice)


def _chosen(member, what, address, data, choice):
    name = what.rpartition(": ")[2]
    lines = {f"{name.split('-')[0]}-TOTAL_FORMS": 1} if "-" in name else {}
    for row in member.rows(choice.queryset.model):
        if accepts(choice, row):
            yield Attempt("foreign key", what, "FORM", address, {name: row.pk})
        yield Attempt("foreign key", what, "POST", address, data | lines | {name: row.pk})


def forms_in(site, member, model, model_admin, address):
    """Yield the form of a page and of each of its inlines, each with the prefix of its field names."""
    request = request_of(member)
    row = None if address.endswith("add/") else site.world.sides["a"].rows[model]
    yield "", model_admin.get_form(request, row, change=row is not None)(instance=row)
    for formset, _inline in model_admin.get_formsets_with_inlines(request, row):
        made = formset(instance=row or model(), queryset=formset.model._default_manager.none())
        yield f"{made.prefix}-0-", made.empty_form


def choices_of(form, member):
    """Yield the choice fields whose model has owners and is not open to the member's role."""
    choices = {name: field for name, field in form.fields.items() if isinstance(field, ModelChoiceField)}
    choices.pop(form._meta.model._meta.pk.name, None)  # the key of an inline's row
    for name, choice in choices.items():
        if owners(choice.queryset.model) and not member.is_open(choice.queryset.model):
            yield name, choice


def accepts(choice, row):
    key = getattr(row, choice.to_field_name or "pk")
    try:
        choice.clean([key] if hasattr(choice, "_check_values") else key)
    except ValidationError:
        return False
    return True


def inlines(site, member):
    """Post a foreign row as an inline of an own page."""
    for model, model_admin in site.admins():
        for address, data in own_changes(site, member, model):
            if address.endswith("add/"):
                continue
            for formset, inline in model_admin.get_formsets_with_inlines(
                request_of(member), site.world.sides["a"].rows[model]
            ):
                prefix = formset.get_default_prefix()
                for row in member.rows(inline.model):
                    lines = {
                        f"{prefix}-TOTAL_FORMS": 1,
                        f"{prefix}-INITIAL_FORMS": 1,
                        f"{prefix}-0-{row._meta.pk.name}": row.pk,
                    }
                    for more in ({}, {f"{prefix}-0-DELETE": "on"}):
                        what = f"{model._meta.label}: {inline.model._meta.label}"
                        yield Attempt("inline", what, "POST", address, data | lines | more)


def autocompletes(site, member):
    """Request autocompletion for every foreign key of every model in the admin, whether it is enabled or not."""
    asked = {model for model, _model_admin in site.admins()}
    asked |= {
        inline.model
        for _model, model_admin in site.admins()
        for inline in model_admin.get_inline_instances(request_of(member))
    }
    for model in sorted(asked, key=lambda model: model._meta.label):
        for key in model._meta.get_fields():
            if not getattr(key, "remote_field", None) or not key.concrete or not key.related_model:
                continue
            query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": key.name}
            address = reverse("admin:autocomplete")
            words = [word for row in member.rows(key.related_model) for word in words_of(row)]
            opens = ask(member, "POST", address, query | {"term": ""}).is_page
            for term in ["", *words] if opens else [""]:
                yield Attempt(
                    "autocomplete", f"{model._meta.label}.{key.name}", "POST", address, query | {"term": term}
                )


def actions(site, member):
    """Post each action of each list with foreign rows selected, also with "select across"."""
    for model, model_admin in site.admins():
        for name in model_admin.get_actions(request_of(member)):
            for row in member.rows(model):
                for across in ("0", "1"):
                    data = {"action": name, "_selected_action": [str(row.pk)], "index": "0", "select_across": across}
                    data |= {key: value for key, value in ANSWERS.items() if key != "action"}
                    yield Attempt("action", f"{model._meta.label}: {name}", "POST", place(model, "changelist"), data)


def admin_pages(site, member):
    """Try the views that admin classes add to Django's: exports, reveals, steps, searches."""
    for route in site.routes:
        if route.model and not route.page:
            surface = next((name for name in ("export", "reveal") if name in route.text), "page of the admin")
            yield from _tries(site, member, route, surface)


# Outside the admin


def files(site, member):
    for route in site.routes:
        if set(route.parts) >= FILES:
            yield from _tries(site, member, route, "file")


def portal_pages(site, member):
    """Try every other URL: the tenant and vendor portals, account pages, views of the admin site itself."""
    for route in site.routes:
        if not route.model and not set(route.parts) >= FILES:
            yield from _tries(site, member, route, "portal")


def _tries(site, member, route, surface):
    """Yield attempts at URLs of foreign rows, to be answered like unknown ones, and at own pages and their forms."""
    try:
        foreign = site.foreign(member, route)
        own = site.own(route)
    except Unfillable as why:
        yield Untested(surface, route.text, str(why))
        return
    public = surface == "portal"
    data = dict(ANSWERS)
    for address in own:
        yield Attempt(surface, route.text, "GET", address, public=public)
        for form in forms_of(site.page(member, address)):
            data |= form.data
            for sent in form.sent()[:MOST_FORMS]:
                yield Attempt(surface, route.text, "POST", address, sent, public=public)
    for address in foreign:
        yield Attempt(surface, route.text, "GET", address, {}, route.stranger(), public=public)
        yield Attempt(surface, route.text, "POST", address, data, route.stranger(), public=public)


def doors(site, member):
    """Try every page of the admin as a user who is not staff."""
    for route in site.routes:
        if route.model:
            address = route.stranger()
            rows = member.rows(route.model)
            if rows:
                address = address.replace(quote(UNKNOWN["int"]), str(rows[0].pk))
            yield Attempt("door of the admin", route.model._meta.label, "GET", address, {}, "/")


SURFACES = {
    "list": lists,
    "search": searches,
    "detail": details,
    "foreign key": foreign_keys,
    "inline": inlines,
    "autocomplete": autocompletes,
    "action": actions,
    "page": admin_pages,
    "door": doors,
    "file": files,
    "portal": portal_pages,
}
OUTSIDE = {"file", "portal"}
