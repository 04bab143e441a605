"""Imports and foreign keys point down, never up or sideways, and none hides inside a function."""

import ast
import logging.config

import pytest
from django.apps import apps
from django.conf import settings
from importlinter.cli import lint_imports

FLOORS = ("accounts", "privacy", "tenants", "bamms")  # from the ground up
MODULES = sorted(path for floor in FLOORS for path in (settings.BASE_DIR / floor).rglob("*.py"))
TREES = {str(path.relative_to(settings.BASE_DIR)): ast.parse(path.read_text()) for path in MODULES}


def places(found):
    return "\n  ".join(found)


def test_imports_keep_to_the_floors(monkeypatch, capsys):
    monkeypatch.chdir(settings.BASE_DIR)
    # It would silence every logger that is there, for all tests after this one
    monkeypatch.setattr(logging.config, "dictConfig", lambda config: None)
    broken = lint_imports(config_filename="pyproject.toml", cache_dir=None)
    assert not broken, (
        f"An import points up or sideways: move the code down, or pass the thing in.\n{capsys.readouterr().out}"
    )


def test_no_import_inside_a_function():
    found = [
        f"{name}:{inner.lineno}"
        for name, tree in TREES.items()
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert not found, (
        f"Import at the top of the module; a circle means that something stands on the wrong floor:\n  {places(found)}"
    )


def test_no_import_hides_by_name():
    """`import_module("…")` and `apps.get_model` of an upper floor are imports in disguise."""
    found = []
    for name, tree in TREES.items():
        own = FLOORS.index(name.split("/")[0])
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in {
                "import_module",
                "import_string",
                "__import__",
                "get_model",
            }:
                named = [
                    arg.value.split(".")[0]
                    for arg in node.args
                    if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                ]
                found += [
                    f"{name}:{node.lineno} names {floor}"
                    for floor in named
                    if floor in FLOORS and FLOORS.index(floor) > own
                ]
    assert not found, f"A name reaches up to a floor that this one may not know:\n  {places(found)}"


def test_no_type_checking_dodge():
    found = [
        f"{name}:{node.lineno}"
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == "TYPE_CHECKING")
        or (isinstance(node, ast.Attribute) and node.attr == "TYPE_CHECKING")
    ]
    assert not found, f"An import under TYPE_CHECKING is still an import: leave the annotation out.\n  {places(found)}"


def test_no_star_import():
    found = [
        f"{name}:{node.lineno}"
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    ]
    assert not found, f"Name what you import: `from privacy.models import *` once replaced a module.\n  {places(found)}"


@pytest.mark.parametrize(
    "model",
    [m for m in apps.get_models(include_auto_created=True) if m._meta.app_label in FLOORS],
    ids=lambda m: m._meta.label,
)
def test_foreign_keys_point_down(model):
    own = FLOORS.index(model._meta.app_label)
    up = [
        field.name
        for field in model._meta.get_fields(include_hidden=True)
        if field.is_relation and field.concrete and field.related_model._meta.app_label in FLOORS[own + 1 :]
    ]
    assert not up, f"{model.__name__}.{', '.join(up)} points to an upper floor: let the upper model hold the key."
