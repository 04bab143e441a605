"""The list of our apps, the order of their layers, and their sources: what every rule test asks about.

Our apps are those that lie under the project's folder, so a new one is checked from its first line. The order of the
layers is read from the contract in pyproject.toml that import-linter checks.
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
# From the bottom up; the apps of one layer may not know each other
LAYERS = [set(re.findall(r"\w+", layer)) for layer in reversed(LAYER_CONTRACT["layers"])]


def level(app, layers=LAYERS):
    """The position of an app's layer from the bottom; -1 for what is no app of ours."""
    return next((number for number, layer in enumerate(layers) if app in layer), -1)


def may_know(app, other, layers=LAYERS):
    return app == other or level(other, layers) < level(app, layers)


def our_models(**options):
    return [model for model in apps.get_models(**options) if model._meta.app_label in APPS]


@dataclass
class Source:
    """A Python module of ours."""

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
    """Every module in these folders (label → folder)."""
    return [Source(path, app) for app, folder in sorted(folders.items()) for path in sorted(folder.rglob("*.py"))]


ALL_SOURCES = sources(APPS)
SOURCES = [source for source in ALL_SOURCES if not source.is_migration]
