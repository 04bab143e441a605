"""Two sides that must not meet in the admin, and how to name what is on each: sam of Anggrek, rita of Bougenvil."""

import re

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import User
from privacy.scope import Role
from tenants.models import BuildingManagement, Unit, Vendor

# Admins without a scope: their rows belong to no company, and only the operator's people may open them
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
# Vendors are a directory: all staff choose from it whom to make an agreement with
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
    """What only the other company may read; its buildings and its own name are among them in the admin."""
    rows = world.rows[SIDES[who][1]]
    return [*world.marks[SIDES[who][1]], rows[BuildingManagement].name, rows[Unit].building.name]


def visible(world, who, model):
    return set(model._default_manager.visible_to(getattr(world, who), role=Role.STAFF).values_list("pk", flat=True))


def text_of(response):
    """What the page says, without what stands in its boxes (a search comes back there)."""
    return re.sub(r'value="[^"]*"', "", response.content.decode())


def request_of(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


def request_of_everyone():
    """The request of somebody who may do everything, and who is not in the database."""
    request = request_of(User(pk=0, is_staff=True, is_superuser=True))
    request._admin_role = Role.OPERATOR
    return request


def inlines(admins):
    return [inline for owner in admins for inline in owner.get_inline_instances(request_of_everyone())]
