"""The declarations in each `portal.py` are valid, and those of an app that no other app knows are shown."""

import re
from importlib import import_module
from itertools import pairwise

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.template.loader import get_template
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import translation
from django.utils.module_loading import module_has_submodule

from privacy import portals
from privacy.portals import PageFor, gathered
from privacy.scope import Role
from tenants.models import PageUse
from tests.rules.apps import APPS
from tests.rules.test_upward_words import pages

# Name in a portal.py → class of its items
LISTS = {
    "NAVIGATION": portals.NavigationEntry,
    "OPEN_ITEMS": portals.Card,
    "CARDS": portals.Card,
    "QUEUES": portals.Queue,
    "ADMIN_MODELS": portals.AdminModels,
    "COUNTED_PAGES": portals.CountedPage,
    "LIMITED_PAGES": portals.LimitedPage,
    "LINKED_PAGES": portals.LinkedPage,
}
MODULES = [
    import_module(f"{config.name}.portal")
    for config in apps.get_app_configs()
    if module_has_submodule(config.module, "portal")
]


def all_url_names():
    for name in ("NAVIGATION", "COUNTED_PAGES", "LIMITED_PAGES", "LINKED_PAGES"):
        for item in gathered(name):
            yield from (item.url_name, *getattr(item, "within", ()))


def test_every_portal_is_found():
    places = ("portal.py", "portal/__init__.py")
    on_disk = {f"{app}.portal" for app, folder in APPS.items() if any((folder / place).exists() for place in places)}
    assert {module.__name__ for module in MODULES} == on_disk
    assert on_disk >= {"privacy.portal", "bamms.portal"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_nothing_is_declared_under_a_name_that_nobody_reads(module):
    declared = {name: value for name, value in vars(module).items() if isinstance(value, tuple) and name.isupper()}
    unread = declared.keys() - LISTS.keys() - vars(portals).keys()
    assert not unread, f"{module.__name__} declares {unread}: take a name of {sorted(LISTS)}."
    for name, items in declared.items():
        if name in LISTS:
            assert all(isinstance(item, LISTS[name]) for item in items), f"{module.__name__}.{name}"


def test_every_declared_page_exists():
    known = {name for name, _app in pages(get_resolver().url_patterns)} | {"admin:index", "admin:autocomplete"}
    missing = set(all_url_names()) - known
    assert not missing, f"A portal.py names pages that no urls.py has, or bamms/urls.py does not include: {missing}"


def test_every_card_has_its_template():
    for card in (*gathered("OPEN_ITEMS"), *gathered("CARDS")):
        get_template(card.template)


def test_every_icon_is_in_the_sprite():
    sprite = (settings.BASE_DIR / "static/icons/sprite.svg").read_text()
    icons = {item.icon for item in (*gathered("NAVIGATION"), *gathered("QUEUES"))}
    icons |= {part.group.icon for part in gathered("ADMIN_MODELS")}
    missing = icons - set(re.findall(r'id="([\w-]+)"', sprite))
    assert not missing, f"Use an id of static/icons/sprite.svg, or add a symbol to it: {missing}"


@pytest.mark.parametrize("queue", gathered("QUEUES"), ids=lambda queue: queue.model.__name__)
def test_every_queue_is_of_cases_with_a_list(queue):
    assert queue.model.Status.WAITING
    assert {"status", "due_at", "settled_at"} <= {field.name for field in queue.model._meta.fields}
    assert hasattr(queue.model.objects, "visible_to")
    assert admin.site.is_registered(queue.model), "Register it in the app's admin, and import it in admin/__init__.py."


def test_every_model_of_the_admin_stands_in_one_group():
    models = [model for part in gathered("ADMIN_MODELS") for model in part.models]
    assert len(models) == len(set(models))
    missing = [model._meta.label for model in models if not admin.site.is_registered(model)]
    assert not missing, f"Register these in the app's admin, and import that module in admin/__init__.py: {missing}"


def test_groups_of_the_admin_have_one_place_each():
    groups = sorted({id(part.group): part.group for part in gathered("ADMIN_MODELS")}.values(), key=lambda g: g.order)
    assert all(before.order < after.order for before, after in pairwise(groups))
    assert len({str(group.title) for group in groups}) == len(groups)


def test_a_navigation_has_five_entries_at_most():
    for role in Role:
        assert sum(entry.role == role for entry in gathered("NAVIGATION")) <= 5


def test_every_page_that_a_lower_app_links_to_is_declared_once():
    assert sorted(page.name for page in gathered("LINKED_PAGES")) == sorted(PageFor)


def test_every_limit_is_a_setting_and_every_counted_page_stands_once():
    assert {page.action for page in gathered("LIMITED_PAGES")} <= settings.LIMITS.keys()
    names = [page.url_name for page in gathered("COUNTED_PAGES")]
    assert len(names) == len(set(names))


# An app that no other app knows


@pytest.fixture
def extra(settings, cast):
    """Return the cast, on a site with one more app above the others."""
    settings.SECOND_FACTOR = True  # a change of the apps runs the startup checks again
    settings.INSTALLED_APPS = ["tests.extra_portal", *settings.INSTALLED_APPS]
    settings.SECOND_FACTOR = False
    gathered.cache_clear()
    model = import_module("tests.extra_portal.admin").Complaint
    if not admin.site.is_registered(model):
        admin.site.register(model)
    settings.ROOT_URLCONF = "tests.extra_portal.urls"
    yield cast
    admin.site.unregister(model)
    gathered.cache_clear()


def page(user, address):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    with translation.override("en"):
        return client.get(address).content.decode()


def in_order(text, *words):
    places = [text.index(word) for word in words]
    return places == sorted(places)


@pytest.mark.django_db
def test_an_unknown_app_adds_a_card_and_an_entry_for_tenants(extra):
    shown = page(extra.ann, "/home/")
    assert in_order(shown, 'id="looked"', "Extra card of ", "Claim a record at another building")
    assert "What is open" not in shown  # its open item returns None
    assert in_order(shown, reverse("my_data"), '<a href="/extra/">', reverse("hub"))
    assert '<a href="/extra/" aria-current="page">' in page(extra.ann, "/extra/")


@pytest.mark.django_db
def test_an_unknown_app_adds_a_card_for_vendors(extra):
    assert in_order(page(extra.vera, "/vendor/"), 'id="ending"', "Extra card of ", 'id="deletions"')


@pytest.mark.django_db
def test_an_unknown_app_adds_a_queue_and_a_group_for_staff(extra):
    shown = page(extra.otto, "/admin/")
    assert in_order(shown, "Claims", "Extra queue", "Data changes")
    listed = shown.split("Everything here")[1]
    assert in_order(listed, "Queue</h3>", "Extra group</h3>", "Extra complaints", "Tenants</h3>")
    assert shown.count(reverse("admin:extra_portal_complaint_changelist")) >= 2


@pytest.mark.django_db
def test_an_unknown_app_has_its_pages_counted_and_limited(extra, settings):
    settings.LIMITS = settings.LIMITS | {"reveal": {"person": (1, 600)}}
    page(extra.ann, "/extra/")
    assert PageUse.objects.get().page == "extra_page"
    assert "You can try again at" in page(extra.ann, "/extra/")
    assert "Extra page" in page(extra.otto, "/admin/tenants/pageuse/")
