"""Two companies in the admin, which must not see each other's rows: sam works for Anggrek, rita for Bougenvil."""

import re

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import User
from privacy.scope import Role
from tenants.models import BuildingManagement, Unit, Vendor

# Admin classes without scope: their rows belong to no company, and only the operator may open them
OPERATOR_ONLY = {
    "accounts.User",
    "django_tasks_database.DBTaskResult",
    "privacy.LegalDocument",
    "privacy.DocumentVersion",
    "privacy.Purpose",
    "privacy.RetentionRule",
}
REGISTERED = dict(sorted(admin.site._registry.items(), key=lambda item: item[0]._meta.label))
SCOPED = {model: model_admin for model, model_admin in REGISTERED.items() if model._meta.label not in OPERATOR_ONLY}
# Excludes vendors, a directory from which all staff choose the other side of an agreement
PRIVATE = {model: model_admin for model, model_admin in SCOPED.items() if model is not Vendor}
SIDES = {"sam": ("anggrek", "bougenvil"), "rita": ("bougenvil", "anggrek")}
both_sides = pytest.mark.parametrize("who", SIDES)
each_admin = pytest.mark.parametrize(
    ("model", "model_admin"), REGISTERED.items(), ids=lambda value: getattr(value, "__name__", "")
)


def place(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def foreign_row(world, who, model):
    return world.rows[SIDES[who][1]][model]


def own_row(world, who, model):
    return world.rows[SIDES[who][0]][model]


def foreign_words(world, who):
    """Return text that only the other company may read, including names of its buildings and itself in the admin."""
    rows = world.rows[SIDES[who][1]]
    return [*world.marks[SIDES[who][1]], rows[BuildingManagement].name, rows[Unit].building.name]


def visible(world, who, model):
    return set(model._default_manager.visible_to(getattr(world, who), role=Role.STAFF).values_list("pk", flat=True))


def text_of(response):
    """Return the page's text without values of inputs (a search term is shown again there)."""
    return re.sub(r'value="[^"]*"', "", response.content.decode())


def request_of(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


def request_of_everyone():
    """Return the request of a user with all permissions, who is not in the database."""
    request = request_of(User(pk=0, is_staff=True, is_superuser=True))
    request._admin_role = Role.OPERATOR
    return request


def inlines(admins):
    return [inline for owner in admins for inline in owner.get_inline_instances(request_of_everyone())]
