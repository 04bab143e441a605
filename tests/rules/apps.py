"""The project's apps, the order of their layers, and their sources, as the rule tests use them.

Apps are those in the project's folder, so that a new one is checked from its first line. The order of the layers is
read from import-linter's contract in pyproject.toml.
"""

import ast
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.apps import apps
from django.conf import settings

ROOT = settings.BASE_DIR
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
(LAYER_CONTRACT,) = (c for c in PYPROJECT["tool"]["importlinter"]["contracts"] if c["id"] == "layers")


def is_ours(path):
    path = Path(path)
    return path.is_relative_to(ROOT) and "site-packages" not in path.parts


def ours(configs):
    return {config.label: Path(config.path) for config in configs if is_ours(config.path)}


APPS = ours(apps.get_app_configs())  # label → folder
# Lowest layer first; apps of the same layer must not know each other
LAYERS = [set(re.findall(r"\w+", layer)) for layer in reversed(LAYER_CONTRACT["layers"])]


def level(app, layers=LAYERS):
    """Return the index of an app's layer, 0 for the lowest; -1 for other apps."""
    return next((number for number, layer in enumerate(layers) if app in layer), -1)


def may_know(app, other, layers=LAYERS):
    return app == other or level(other, layers) < level(app, layers)


def our_models(**options):
    return [model for model in apps.get_models(**options) if model._meta.app_label in APPS]


@dataclass
class Source:
    """A Python module of the project."""

    path: Path
    app: str

    @property
    def name(self):
        return name(self.path)

    @property
    def module(self):
        return self.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def tree(self):
        return ast.parse(self.path.read_text())

    @property
    def is_migration(self):
        return "migrations" in self.path.parts


def name(path):
    return str(Path(path).relative_to(ROOT))


def sources(folders):
    """Return every module in these folders (label → folder)."""
    return [Source(path, app) for app, folder in sorted(folders.items()) for path in sorted(folder.rglob("*.py"))]


ALL_SOURCES = sources(APPS)
SOURCES = [source for source in ALL_SOURCES if not source.is_migration]
