"""The Python modules of the project, parsed into syntax trees."""

import ast
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from django.conf import settings

from tests.rules.apps import APPS

FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, eq=False)
class Source:
    name: str  # "privacy.sharing.grants.lifecycle"
    tree: ast.Module

    @property
    def own(self):
        """Return the names of its functions."""
        return {function.name for function in functions(self.tree)}

    @property
    def namespace(self):
        """Return the module's globals, imports included."""
        return vars(import_module(self.name))


@cache
def sources():
    paths = [path for app in APPS for path in sorted((settings.BASE_DIR / app).rglob("*.py"))]
    assert len(paths) > 100
    return [
        Source(_module(path.relative_to(settings.BASE_DIR)), ast.parse(path.read_text()))
        for path in paths
        if "migrations" not in path.parts
    ]


def _module(path: Path):
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]


def called(call):
    """Return the last part of the called name: "email_user" for `mail.email_user(…)`."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def calls(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
