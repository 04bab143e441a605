"""Every list of our apps is complete, and none is hard-coded where it can be computed."""

import ast
import copy

import pytest
from django.apps import AppConfig, apps

from tests.rules.apps import APPS, LAYERS, PYPROJECT, ROOT, SOURCES, Source, level, ours

ROOF = LAYERS[-1]  # it imports what lower apps declare, so its modules have no fixed order
README = (ROOT / "README.md").read_text()


def unlisted(labels, pyproject=PYPROJECT, readme=README):
    """Return the places that must name each app and do not."""
    linter = pyproject["tool"]["importlinter"]
    (rooms,) = (contract for contract in linter["contracts"] if contract["id"] == "rooms")
    (front,) = (contract for contract in linter["contracts"] if contract["id"] == "front")
    places = {
        "the contract “front” of import-linter": (
            front["source_modules"],
            {label for label in labels if level(label) > level("privacy")},
        ),
        "root_packages of import-linter": (linter["root_packages"], labels),
        "the contract “rooms” of import-linter": (rooms["containers"], set(labels) - ROOF),
        "source of coverage": (pyproject["tool"]["coverage"]["run"]["source"], labels),
    }
    found = [f"{label}: {place}" for place, (named, wanted) in places.items() for label in sorted({*wanted} - {*named})]
    return found + [f"{label}: README.md" for label in sorted(labels) if f"\n| `{label}/` |" not in readme]


def own_folders(folders):
    """Return folders in apps that belong in the shared folder, where linters and tests look for them."""
    return [
        f"{label}/{name}"
        for label, path in folders.items()
        for name in ("templates", "static", "locale")
        if (path / name).exists()
    ]


def test_templates_static_files_and_sentences_stand_in_the_projects_folders():
    assert not own_folders(APPS)


def test_an_app_is_ours_by_its_place():
    careless = AppConfig.create("tests.careless")
    assert set(ours([*apps.get_app_configs(), careless])) == {*APPS, "careless"}
    assert {"accounts", "privacy", "tenants", "bamms"} <= set(APPS)
    assert not {"admin", "auth", "allauth"} & set(APPS)


def test_every_list_names_every_app():
    assert not unlisted(APPS)


def test_the_check_sees_an_app_that_is_not_listed():
    assert len(unlisted({*APPS, "careless"})) == 4
    for section, name in (("importlinter", "root_packages"), ("coverage", "source")):
        fewer = copy.deepcopy(PYPROJECT)
        place = fewer["tool"][section] if section == "importlinter" else fewer["tool"][section]["run"]
        place[name].remove("tenants")
        assert len(unlisted(APPS, fewer)) == 1


def listing(sources):
    """Return hard-coded lists of apps, which would not include a new app."""
    return [
        f"{source.name}:{node.lineno}"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Tuple | ast.List | ast.Set)
        and len({each.value for each in node.elts if isinstance(each, ast.Constant)} & set(APPS)) > 1
    ]


def test_no_list_of_apps_is_written_by_hand():
    tests = [Source(path, "") for path in (ROOT / "tests").rglob("*.py") if path.name != "test_apps.py"]
    found = listing([*SOURCES, *tests])
    assert not found, f"Take the apps from tests.rules.apps, or from the registry of apps: {found}"


@pytest.mark.parametrize("text", ['APPS = ("accounts", "privacy")', 'for app in ["tenants", "bamms", "other"]: pass'])
def test_the_check_sees_a_list(text):
    path = ROOT / "tests" / "no_such.py"
    source = Source(path, "")
    source.tree = ast.parse(text)
    assert listing([source])
