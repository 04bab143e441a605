"""URLs remain in histories, bookmarks and logs: no form puts personal data into one."""

import re

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist

from privacy import declarations
from privacy.admin.private_search import PrivateSearch
from tests.rules.apps import name
from tests.rules.sentences import TEMPLATES

# Templates with a GET form → its fields, none of them personal
BY_GET = {
    "admin/search_form.html": "by POST where what is searched is personal: see below",
    "privacy/evidence.html": "a line of size and root of the log, which names nobody",
    "privacy/consent/receipt_check.html": "a receipt's number and check code, which name nobody",
    "tenants/update_choose.html": "which fields are to be changed, by their names",
}


def sent_by_get(paths):
    return [
        name(path).removeprefix("templates/")
        for path in paths
        for form in re.findall(r"<form\b[^>]*>", path.read_text())
        if not re.search(r'method="(post|dialog)"', form)
    ]


def test_forms_by_get_are_known_and_hold_nothing_personal():
    assert set(sent_by_get(TEMPLATES)) == set(BY_GET)


def searched_openly(admins):
    """Return lists whose search terms, which may be personal, would be in the URL."""
    return [
        f"{type(owner).__name__}: {name}"
        for owner in admins
        for name in owner.search_fields
        if is_personal(owner.model, name) and not isinstance(owner, PrivateSearch)
    ]


def test_lists_that_are_searched_by_what_is_personal_hide_the_words():
    assert not searched_openly(admin.site._registry.values())
    hidden = [owner for owner in admin.site._registry.values() if isinstance(owner, PrivateSearch)]
    idle = [owner for owner in hidden if not any(is_personal(owner.model, name) for name in owner.search_fields)]
    assert not idle, "These search nothing personal: let them search as usual."


def is_personal(model, path):
    *way, name = path.split("__")
    for step in way:
        model = model._meta.get_field(step).related_model
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return "Privacy" in vars(model) and name in declarations.of(model).personal
