"""No app names things of an app above or beside it, in strings either: that app declares them in its `portal.py`.

Names are models, accessors of upper models on lower ones, field keys and lookups, URL names, templates and modules.
Comments, docstrings and text on screen are not checked.
"""

import ast
import re

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin import AdminSite
from django.urls import URLResolver, get_resolver

from tests.rules.apps import APPS, level

# (file, name) → why it is not a name of the upper app
HOME = "where somebody lives, not the front page"
ALLOWED = {
    ("privacy/declarations.py", "home"): HOME,
    ("tenants/models/register.py", "home"): HOME,
    ("tenants/views/my_data.py", "home"): HOME,
    ("tenants/imports/display.py", "home"): HOME,
}
# Folders of allauth's templates that belong to one of our apps
TEMPLATE_FOLDERS = {"accounts": ("account", "mfa", "allauth")}
TAGS = re.compile(r"{%-?\s*(?:url|include|extends)\s+['\"]([^'\"]+)['\"]")
ACCESSORS = re.compile(r"\.(\w+)")
COMMENTS = re.compile(r"{#.*?#}|{%\s*comment\b.*?endcomment\s*%}", re.DOTALL)
TRANSLATING = re.compile(r"_|n?p?n?gettext(_lazy|_noop)?")


LEVEL = {app: level(app) for app in APPS}
DJANGOS = {f"admin:{pattern.name}" for pattern in AdminSite().get_urls() if pattern.name}


def forbidden_apps(app):
    return {other for other, height in LEVEL.items() if other != app and height >= LEVEL[app]}


def pages(patterns, namespace=""):
    """Yield (URL name with its namespace, app of the view) of every URL."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from pages(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else namespace)
        elif pattern.name and namespace + pattern.name not in DJANGOS:
            owner = re.match(rf"({'|'.join(LEVEL)})_", pattern.name) if namespace else None
            yield namespace + pattern.name, owner[1] if owner else pattern.callback.__module__.split(".")[0]


class Names:
    """The names that one app must not use."""

    def __init__(self, app):
        self.apps = forbidden_apps(app)
        lower = [model for other in LEVEL.keys() - self.apps for model in apps.get_app_config(other).get_models()]
        upper = [model for other in self.apps for model in apps.get_app_config(other).get_models()]
        own = {field.name for model in lower for field in (*model._meta.fields, *model._meta.many_to_many)}
        self.urls = {name for name, owner in pages(get_resolver().url_patterns) if owner in self.apps}
        self.classes = {model.__name__ for model in upper}
        self.models = {model._meta.model_name for model in upper} - own
        self.accessors = {
            relation.get_accessor_name()
            for model in lower
            for relation in model._meta.related_objects
            if relation.related_model._meta.app_label in self.apps and relation.get_accessor_name()
        } - own

    def hold(self, text):
        first, mark = re.match(r"(?:admin/)?(\w*)(__|\.|/)?", text).groups()
        return (
            text in self.urls
            or text in self.classes
            or (mark in {".", "/"} and first in self.apps)  # a module, a model's label, a template
            or (mark == "." and re.fullmatch(r"\w+\.\w+", text) and first in self.models)  # the key of a field
            or ("__" in text and text.split("__")[0] in self.models | self.accessors)  # a lookup
        )


def upward_in_python(source, names):
    tree = ast.parse(source)
    silent = set()  # docstrings, and text on screen
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            silent.add(node.value)
        if isinstance(node, ast.Call) and TRANSLATING.fullmatch(getattr(node.func, "id", "")):
            silent.update(node.args)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in silent:
            if names.hold(node.value):
                yield node.lineno, node.value
        elif isinstance(node, ast.Attribute) and node.attr in names.accessors:
            yield node.lineno, f".{node.attr}"
        elif isinstance(node, ast.keyword) and "__" in (node.arg or "") and names.hold(node.arg):
            yield node.value.lineno, node.arg


def upward_in_template(source, names):
    plain = COMMENTS.sub(lambda found: "\n" * found[0].count("\n"), source)
    found = [(tag.start(), tag[1]) for tag in TAGS.finditer(plain) if names.hold(tag[1])]
    for code in re.finditer(r"{[{%].*?[}%]}", plain):
        found += [(code.start(), f".{name}") for name in ACCESSORS.findall(code[0]) if name in names.accessors]
    for place, text in found:
        yield plain.count("\n", 0, place) + 1, text


def files_of(app):
    for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, upward_in_python
    for folder in (app, f"admin/{app}", *TEMPLATE_FOLDERS.get(app, ())):
        for path in sorted((settings.BASE_DIR / "templates" / folder).rglob("*.html")):
            yield path, upward_in_template


def found_in(app):
    names = Names(app)
    for path, read in files_of(app):
        name = str(path.relative_to(settings.BASE_DIR))
        for line, text in read(path.read_text(), names):
            yield name, line, text


@pytest.mark.parametrize("app", [app for app in LEVEL if forbidden_apps(app)])
def test_no_app_names_what_belongs_to_an_app_above_it(app):
    found = [f"{name}:{line} {text!r}" for name, line, text in found_in(app) if (name, text) not in ALLOWED]
    assert not found, "Let the upper app declare this in its portal.py:\n  " + "\n  ".join(found)


def test_every_exception_is_still_needed():
    found = {(name, text) for app in LEVEL for name, _line, text in found_in(app)}
    assert set(ALLOWED) <= found


@pytest.mark.parametrize(
    "planted",
    [
        'redirect("my_data")',
        'reverse("admin:tenants_tenant_find")',
        'url_name="tenant_home"',
        'KINDS = {"BuildingManagement": 1}',
        'WHO = ("tenant.name", "occupancy.unit")',
        'rows.filter(tenant__name="Ann")',
        'Subject.objects.select_related("tenant__management")',
        "name = subject.tenant.name",
        'apps.get_model("tenants.Tenant")',
        'import_module("tenants.claims")',
        'render(request, "tenants/claim.html")',
        'change_form_template = "admin/tenants/claim/change_form.html"',
        'f"tenants/{name}.html"',
    ],
)
def test_a_planted_name_is_found_in_python(planted):
    source = planted if "=" in planted.split("(")[0] else f"x = {planted}"
    assert list(upward_in_python(source, Names("privacy")))


@pytest.mark.parametrize(
    "planted",
    [
        "{% url 'my_data' %}",
        '<a href="{% url "admin:tenants_claim_changelist" %}">',
        "{% url 'update_detail' item.number %}",
        '{% include "tenants/_data_rows.html" with rows=rows %}',
        "{% extends 'admin/tenants/claim/change_form.html' %}",
        "{{ request.subject.tenant.name }}",
        "{% if subject.tenant %}",
    ],
)
def test_a_planted_name_is_found_in_a_template(planted):
    assert list(upward_in_template(planted, Names("privacy")))


def test_words_that_are_no_names_are_left_alone():
    names = Names("privacy")
    python = '"""tenants.Tenant"""\nx = _("Tenant")  # tenants.claims\nf(vendor__name="Teknik", role="tenant")'
    assert not list(upward_in_python(python, names))
    template = "{# tenants/claim.html #}\n{% comment %}{% url 'my_data' %}{% endcomment %}\nAsk the tenant.tenant"
    assert not list(upward_in_template(template, names))
