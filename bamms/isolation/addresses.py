"""Every URL pattern of the resolver, filled in with keys of rows; patterns that cannot be filled in are reported."""

import itertools
import re
from dataclasses import dataclass, field
from urllib.parse import quote
from uuid import UUID

from django.contrib import admin
from django.contrib.admindocs.views import simplify_regex
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern

from privacy.models import ProfileUpdateLine

# Values for URL arguments that do not identify a row
WORDS = {
    "kind": ("csv", "xlsx", "pdf", "json", "policy", "copy"),
    "name": ("letter", "suspend"),
    "act": ("close",),
    "audience": ("people", "authority"),
    "app_label": tuple(sorted({model._meta.app_label for model in admin.site._registry})),
    "url": ("nowhere",),
    # Secrets in emails, which cannot be read from a row
    "uidb36": ("1",),
    "key": ("unknown",),
    "token": ("unknown",),
}
# URL arguments that identify a row
NAMES = {"pk", "number", "object_id"}
UNKNOWN = {"int": "987654321", "uuid": "00000000-0000-4000-8000-000000000000"}
PART = re.compile(r"<(?:\w+:)?(\w+)>")
STANDARD = {
    "": "list", "add/": "add", "<path:object_id>/history/": "history", "<path:object_id>/delete/": "delete",
    "<path:object_id>/change/": "detail", "<path:object_id>/": "detail",
}  # fmt: skip


class Unfillable(Exception):
    """A URL pattern has an argument for which no value is known."""


@dataclass
class Route:
    text: str
    parts: dict = field(default_factory=dict)  # name of argument → name of converter
    model: type | None = None  # whose admin page it is
    page: str = ""  # which of Django's admin views, see STANDARD

    def address(self, arguments):
        return "/" + PART.sub(lambda match: quote(str(arguments[match[1]]), safe=""), self.text)

    def stranger(self):
        """Return the URL with keys of no row."""
        return self.address(
            {name: UNKNOWN.get(kind) or WORDS.get(name, ["XX-2020-9999"])[0] for name, kind in self.parts.items()}
        )

    @property
    def names_rows(self):
        return any(name not in WORDS and (name, kind) != ("number", "int") for name, kind in self.parts.items())

    def filled(self, rows):
        """Return its URLs with the keys of these rows (model → list of rows)."""
        correlated = CORRELATED.get(frozenset(self.parts))
        if correlated:
            return [self.address(arguments) for arguments in correlated(rows)]
        choices = [self._choices(name, kind, rows) for name, kind in self.parts.items()]
        return [self.address(dict(zip(self.parts, found, strict=True))) for found in itertools.product(*choices)]

    def _choices(self, name, kind, rows):
        if (name, kind) == ("number", "int"):
            return [1]  # of a version of a legal text, which is public
        if name in WORDS and kind not in UNKNOWN:
            return WORDS[name]
        if kind == "uuid":
            return _keys(rows, UUID)
        if self.model and name in {"pk", "object_id"}:
            return [row.pk for row in rows.get(self.model, ())]
        if kind == "int":
            return _keys(rows, int)
        if name in NAMES:
            return [
                row.number for found in rows.values() for row in found if isinstance(getattr(row, "number", 0), str)
            ]
        raise Unfillable(f"nothing is known that could stand for <{name}>; see bamms/isolation/addresses.py")


def _keys(rows, kind):
    return list(dict.fromkeys(row.pk for several in rows.values() for row in several if isinstance(row.pk, kind)))


def _files(rows):
    """Yield the arguments for every file of every row, and for the old and new file of a profile update."""
    for model, several in rows.items():
        names = [f.name for f in model._meta.concrete_fields if isinstance(f, models.FileField)]
        names += ["old", "new"] if model is ProfileUpdateLine else []
        for row, name in itertools.product(several, names):
            yield {"model": model._meta.label_lower, "pk": row.pk, "field": name}


def _on_site(rows):
    for model, several in rows.items():
        for row in several:
            yield {"content_type_id": ContentType.objects.get_for_model(model).pk, "object_id": row.pk}


FILES = frozenset({"model", "pk", "field"})
CORRELATED = {FILES: _files, frozenset({"content_type_id", "object_id"}): _on_site}


def routes():
    """Yield every route of the site; those of the admin have their model set."""
    roof = reverse("admin:index").lstrip("/")
    registered = {f"{roof}{m._meta.app_label}/{m._meta.model_name}/": m for m in admin.site._registry}
    for route in _walk(get_resolver(), "", {}):
        for before, model in registered.items():
            if route.text.startswith(before):
                route.model, route.page = model, STANDARD.get(route.text.removeprefix(before), "")
        yield route


def _walk(resolver, before, parts):
    for pattern in resolver.url_patterns:
        text, found = _parsed(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, before + text, parts | found)
        else:
            yield Route(before + text, parts | found)


def _parsed(pattern):
    if isinstance(pattern, RoutePattern):
        kinds = {name: type(converter).__name__ for name, converter in pattern.converters.items()}
        return str(pattern), {name: kind.removesuffix("Converter").lower() for name, kind in kinds.items()}
    groups = pattern.regex.groupindex if hasattr(pattern, "regex") else {}
    return simplify_regex(str(pattern)).lstrip("/"), dict.fromkeys(groups, "string")
