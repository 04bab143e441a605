"""What an app adds to the pages that the whole site shares: declared in its own `portal.py`, read through `gathered`.

A `portal.py` may define the lists below, each a tuple of the dataclass beside it. A shared page reads a list by its
name and knows none of the apps. `order` goes in steps of ten, so that an app can insert an item between two others.

    NAVIGATION     NavigationEntry    the navigation of the tenant and vendor portals
    OPEN_ITEMS     Card               what waits for an answer of the person, first on the start page
    CARDS          Card               the other parts of a start page
    QUEUES         Queue              cases that wait for staff, on the dashboard of the admin
    ADMIN_MODELS   AdminModels        the models of one group of the admin's start page
    COUNTED_PAGES  CountedPage        pages whose use is counted
    LIMITED_PAGES  LimitedPage        pages with a rate limit
    LINKED_PAGES   LinkedPage         pages that a lower app links to without knowing them
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule

from privacy.scope import Role


@dataclass(frozen=True)
class NavigationEntry:
    """One or two short words; a portal has five entries at most. `within`: URL names of pages below this one."""

    role: Role
    url_name: str
    label: Promise
    icon: str
    order: int
    within: tuple = ()


@dataclass(frozen=True)
class Card:
    """A part of a start page: a template, and a function that gives its context, or None to show nothing."""

    role: Role
    template: str
    context: Callable  # request → dict or None
    order: int


@dataclass(frozen=True)
class Queue:
    """Cases that wait for staff. The model has `status`, `due_at` and `settled_at`, and a list in the admin."""

    model: type[Model]
    label: Promise
    icon: str
    order: int


@dataclass(frozen=True)
class AdminGroup:
    """A group of the admin's start page. An app adds to the group of a lower app by importing it."""

    title: Promise
    icon: str
    order: int


@dataclass(frozen=True)
class AdminModels:
    """Models that are listed together in a group, in this order."""

    group: AdminGroup
    models: tuple
    order: int  # among what other apps add to the same group


@dataclass(frozen=True)
class CountedPage:
    """A page for tenants whose use is counted, and its title."""

    url_name: str
    title: Promise


@dataclass(frozen=True)
class LimitedPage:
    """A page whose requests are counted against a limit of `settings.LIMITS`; a page may have several."""

    url_name: str
    action: str
    methods: tuple = ("POST",)
    asked: str = ""  # counted only with this parameter in the address
    person: str = ""  # the form field that says whose limit it is where nobody is signed in


READS = ("GET", "HEAD")
FILE = ("file", (*READS, "POST"))  # action and methods of a page that opens or generates a file


class PageFor(StrEnum):
    """Pages that a lower app links to and an upper one has; each is declared once, in LINKED_PAGES."""

    TENANT_START = "tenant_start"  # the start page of tenants
    CHANGING_DATA = "changing_data"  # where a person asks for a change of their data
    UPDATE_REQUEST = "update_request"  # one such request; takes its number
    DELETIONS_DUE = "deletions_due"  # where a vendor states that it deleted data


@dataclass(frozen=True)
class LinkedPage:
    name: PageFor
    url_name: str


@cache
def gathered(name):
    """Return everything that the installed apps declare under this name: by `order`, then from the lowest app up."""
    found = []
    for config in reversed(list(apps.get_app_configs())):
        if module_has_submodule(config.module, "portal"):
            found += getattr(import_module(f"{config.name}.portal"), name, ())
    return tuple(sorted(found, key=lambda item: getattr(item, "order", 0)))


def url_name_of(page):
    """Return the URL name of a page, which may be a PageFor."""
    if not isinstance(page, PageFor):
        return page
    return next(linked.url_name for linked in gathered("LINKED_PAGES") if linked.name == page)
