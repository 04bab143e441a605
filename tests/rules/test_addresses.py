"""Addresses stay in histories, bookmarks and logs: no form of ours writes personal data into one."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist

from privacy import declarations
from privacy.admin.private_search import HiddenSearch

ROOT = Path(settings.BASE_DIR)
# Templates with a form that is sent by GET → the boxes it has, none of them personal
BY_GET = {
    "admin/search_form.html": "by POST where what is searched is personal: see below",
    "privacy/consent/receipt_check.html": "a receipt's number and check code, which name nobody",
    "tenants/update_choose.html": "which fields are to be changed, by their names",
}


def test_forms_by_get_are_known_and_hold_nothing_personal():
    found = set()
    for path in (ROOT / "templates").rglob("*.html"):
        for form in re.findall(r"<form\b[^>]*>", path.read_text()):
            if not re.search(r'method="(post|dialog)"', form):
                found.add(str(path.relative_to(ROOT / "templates")))
    assert found == set(BY_GET)


SEARCHED = [owner for model, owner in admin.site._registry.items() if owner.search_fields]


@pytest.mark.parametrize("owner", SEARCHED, ids=str)
def test_lists_that_are_searched_by_what_is_personal_hide_the_words(owner):
    searched = [name for name in owner.search_fields if is_personal(owner.model, name)]
    assert bool(searched) == isinstance(owner, HiddenSearch), f"{owner}: {searched}"


def is_personal(model, path):
    *way, name = path.split("__")
    for step in way:
        model = model._meta.get_field(step).related_model
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return "Privacy" in vars(model) and name in declarations.of(model).personal
