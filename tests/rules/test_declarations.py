"""Personal data is declared once, beside the fields: scope, erasure and export would miss what is not."""

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import FileField

from privacy import declarations
from privacy.declarations import CATEGORIES, SPECIFIC
from privacy.fields import BlindIndexField, EncryptedTextField
from tests.rules.world import OURS_APPS

pytestmark = pytest.mark.django_db
MODELS = [model for model in apps.get_models() if model._meta.app_label in OURS_APPS]
# Models that need no declaration, each with its reason
UNDECLARED = {
    "privacy.Announcement": "how many were written to, and no names",
    "privacy.Counter": "numbers only",
    "privacy.LegalDocument": "public text",
    "privacy.DocumentVersion": "public text; its people are pseudonyms",
    "privacy.Purpose": "public text",
    "privacy.RetentionRule": "kinds of data and days",
    "privacy.JobRun": "names of jobs only",
    "privacy.ConsentStatus": "which version an account agreed to: rebuilt from ConsentEvent, goes with the account",
}


def of_people():
    return [d for d in declarations.all_declared() if d.subject]


def names_of(model):
    return {field.name for field in (*model._meta.concrete_fields, *model._meta.many_to_many)}


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_every_model_is_declared_or_has_a_reason(model):
    declared = "Privacy" in model.__dict__
    assert declared or model._meta.label in UNDECLARED, (
        f"Give {model.__name__} a class Privacy, or list it here with a reason."
    )
    assert not (declared and model._meta.label in UNDECLARED), (
        f"{model.__name__} is declared now: take it off the list."
    )


@pytest.mark.parametrize("declaration", of_people(), ids=lambda d: d.model._meta.label)
def test_every_field_is_personal_or_kept(declaration):
    known = {*declaration.personal, *declaration.kept}
    missing = names_of(declaration.model) - known
    assert not missing, (
        f"Say in {declaration.model.__name__}.Privacy what erasure leaves of {sorted(missing)} (personal), "
        "or why it may stay (kept)."
    )
    gone = known - names_of(declaration.model)
    assert not gone, f"{declaration.model.__name__}.Privacy names fields that do not exist: {sorted(gone)}."
    both = set(declaration.personal) & set(declaration.kept)
    assert not both, f"{sorted(both)} cannot be both erased and kept."


@pytest.mark.parametrize("declaration", of_people(), ids=lambda d: d.model._meta.label)
def test_kept_fields_say_why(declaration):
    silent = [name for name, reason in declaration.kept.items() if len(str(reason)) < 8]
    assert not silent, f"Write the reason why {silent} may outlive the person."


@pytest.mark.parametrize("declaration", of_people(), ids=lambda d: d.model._meta.label)
def test_sealed_fields_and_files_are_personal(declaration):
    """Whatever was worth encrypting is worth erasing."""
    sealed = {
        f.name
        for f in declaration.model._meta.concrete_fields
        if isinstance(f, EncryptedTextField | BlindIndexField | FileField)
    }
    assert sealed <= set(declaration.personal)


@pytest.mark.parametrize("declaration", declarations.all_declared(), ids=lambda d: d.model._meta.label)
def test_paths_lead_somewhere(declaration):
    for path in filter(None, (declaration.subject, declaration.controller, declaration.vendor)):
        str(declaration.model._base_manager.filter(**{f"{path}__isnull": False}).query)


@pytest.mark.parametrize("declaration", declarations.all_declared(), ids=lambda d: d.model._meta.label)
def test_what_can_be_shared_or_changed_is_personal(declaration):
    assert set(declaration.shareable) <= set(declaration.personal) | set(declaration.kept)
    assert set(declaration.shareable.values()) <= set(CATEGORIES)
    assert set(declaration.updatable) <= set(declaration.personal)
    assert set(declaration.specific) <= set(declaration.personal)
    assert set(declaration.specific.values()) <= set(SPECIFIC)


@pytest.mark.parametrize("declaration", of_people(), ids=lambda d: d.model._meta.label)
def test_masked_fields_are_personal_and_say_how_they_are_hidden(declaration):
    assert set(declaration.masked) <= set(declaration.personal)
    silent = [name for name in declaration.masked if not hasattr(declaration.model, f"get_{name}_masked")]
    assert not silent, f"Give {declaration.model.__name__} a get_…_masked for {silent}."


def test_phone_and_identity_numbers_of_people_are_masked_wherever_they_stand():
    """Those of `Party` are a company's own, and public."""
    bare = [
        f"{d.model._meta.label}.{name}"
        for d in of_people()
        for name in d.personal
        if name in {"phone", "identity_number"} and name not in d.masked
    ]
    assert not bare, f"Name these in `masked`: {bare}"


@pytest.mark.parametrize("declaration", declarations.all_declared(), ids=lambda d: d.model._meta.label)
def test_models_open_to_a_hat_hold_no_personal_data(declaration):
    assert not (declaration.open_to and (declaration.subject or declaration.personal))


def test_every_declared_model_has_rows_in_the_world(world):
    """Or the tests that follow would prove nothing about it."""
    empty = [d.model._meta.label for d in declarations.all_declared() if not d.model._base_manager.exists()]
    assert not empty, f"Add a row of {empty} to tests/rules/world.py."


def test_str_names_nobody(world):
    """The admin's history, messages, titles and log lines all use it."""
    told = set()
    for declaration in declarations.all_declared():
        for row in declaration.model._base_manager.all():
            words = [*(personal_text(row, name) for name in declaration.personal), *world.secrets]
            shown = str(row).lower()
            told |= {
                f"{declaration.model.__name__}: {word}" for word in words if len(word) > 2 and word.lower() in shown
            }
    assert not told, f"str() of these shows personal data: use the number of the row instead. {told}"


def personal_text(row, name):
    try:
        row._meta.get_field(name)
    except FieldDoesNotExist:
        return ""
    return str(getattr(row, name) or "")
