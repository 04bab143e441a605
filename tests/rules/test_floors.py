"""Imports and foreign keys point to lower layers only, and no import is inside a function."""

import ast
import logging.config

import pytest
from importlinter.cli import lint_imports

from tests.rules.apps import ALL_SOURCES, APPS, LAYERS, ROOT, level, may_know, our_models


def places(found):
    return "\n  ".join(found)


def test_imports_keep_to_the_layers(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    # import-linter would disable all existing loggers, for later tests too
    monkeypatch.setattr(logging.config, "dictConfig", lambda config: None)
    broken = lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert not broken, (
        f"An import points up or sideways: move the code down, or pass the thing in.\n{capsys.readouterr().out}"
    )


def without_layer(labels, layers=LAYERS):
    return [f"{label} is in no layer" for label in labels if level(label, layers) < 0]


def test_every_app_has_its_layer():
    missing = without_layer(APPS)
    assert not missing, f"Add it to the contract “layers” in pyproject.toml:\n  {places(missing)}"


def late_imports(sources):
    return [
        f"{source.name}:{inner.lineno}"
        for source in sources
        for outer in ast.walk(source.tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def test_no_import_inside_a_function():
    found = late_imports(ALL_SOURCES)
    assert not found, (
        f"Import at the top of the module; a circle means that something is in the wrong layer:\n  {places(found)}"
    )


def hidden_imports(sources, layers=LAYERS):
    """Return `import_module("…")` and `apps.get_model` of apps that this app must not know."""
    return [
        f"{source.name}:{node.lineno} names {named}"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", ""))
        in {"import_module", "import_string", "__import__", "get_model"}
        for named in (arg.value.split(".")[0] for arg in node.args if isinstance(getattr(arg, "value", None), str))
        if level(named, layers) >= 0 and not may_know(source.app, named, layers)
    ]


def test_no_import_hides_by_name():
    found = hidden_imports(ALL_SOURCES)
    assert not found, f"A name reaches an app that this one may not know:\n  {places(found)}"


def type_checking_imports(sources):
    return [
        f"{source.name}:{node.lineno}"
        for source in sources
        for node in ast.walk(source.tree)
        if getattr(node, "id", getattr(node, "attr", "")) == "TYPE_CHECKING"
    ]


def test_no_type_checking_dodge():
    found = type_checking_imports(ALL_SOURCES)
    assert not found, f"An import under TYPE_CHECKING is still an import: leave the annotation out.\n  {places(found)}"


def star_imports(sources):
    return [
        f"{source.name}:{node.lineno}"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    ]


def test_no_star_import():
    found = star_imports(ALL_SOURCES)
    assert not found, f"Name what you import: `from privacy.models import *` once replaced a module.\n  {places(found)}"


def keys_up(models, layers=LAYERS):
    return [
        f"{model._meta.label}.{field.name} points to {field.related_model._meta.label}"
        for model in models
        for field in model._meta.get_fields(include_hidden=True)
        if field.is_relation
        and field.concrete
        and level(field.related_model._meta.app_label, layers) >= 0
        and not may_know(model._meta.app_label, field.related_model._meta.app_label, layers)
    ]


@pytest.mark.parametrize("model", our_models(include_auto_created=True), ids=lambda m: m._meta.label)
def test_foreign_keys_point_down(model):
    up = keys_up([model])
    assert not up, f"{places(up)}, an upper app: let the upper model hold the key."
