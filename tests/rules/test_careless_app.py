"""A new app that breaks the rules fails the suite: each fault of tests/careless is found by exactly one rule.

So removing one of these rules would let its fault pass unnoticed.
"""

import ast
import importlib
import inspect
import logging.config
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest
from django.apps import AppConfig
from django.contrib import admin
from django.core.cache import cache
from importlinter.cli import lint_imports

from privacy import declarations
from tests.rules import (
    test_addresses,
    test_admin,
    test_apps,
    test_catalogues,
    test_constraints,
    test_contributing,
    test_cookies,
    test_declarations,
    test_doors,
    test_evidence,
    test_floors,
    test_heads,
    test_history,
    test_inline,
    test_migrations,
    test_posts,
    test_private_files,
    test_reach,
    test_strings,
)
from tests.rules.apps import LAYERS, ROOT, ours, sources
from tests.rules.doors import AGREED
from tests.rules.sentences import in_code, in_templates
from tests.rules.site import ask, client_for, portal_routes

CARELESS = AppConfig.create("tests.careless")
BESIDE_TENANTS = [{*layer, "careless"} if "tenants" in layer else layer for layer in LAYERS]


@pytest.fixture(scope="module")
def app():
    """Return the app's models, admin classes, modules, templates and migrations, as the rules take them."""
    with mock.patch.dict(admin.site._registry):
        models = importlib.import_module("tests.careless.models")
        importlib.import_module("tests.careless.admin")
        admins = [owner for model, owner in admin.site._registry.items() if model._meta.app_label == "careless"]
    found = [model for model in vars(models).values() if getattr(model, "__module__", "") == models.__name__]
    found = [model for model in found if hasattr(model, "_meta") and not model._meta.abstract]
    folder = ours([CARELESS])
    names = [path.stem for path in (ROOT / "tests/careless/migrations").glob("0*.py")]
    return SimpleNamespace(
        folder=folder,
        models=found,
        declared=[declarations.of(model) for model in found if "Privacy" in vars(model)],
        rows=[model(**({"name": "Ann Wijaya"} if hasattr(model, "name") else {})) for model in found],
        admins=admins,
        sources=[source for source in sources(folder) if not source.is_migration],
        templates=sorted((ROOT / "tests/careless/templates").rglob("*.html")),
        migrations={
            name: importlib.import_module(f"tests.careless.migrations.{name}").Migration(name, "careless")
            for name in names
        },
    )


@pytest.fixture
def pages(app, cast, settings):
    """Return the app with responses to a visitor's and a tenant's requests to all of its pages."""
    settings.ROOT_URLCONF = "tests.careless.site_urls"
    cache.clear()
    app.cast = cast
    app.routes = [route for route in portal_routes() if route.startswith("careless/")]
    app.visits = [
        ask(cast, client_for(cast, who), who, "GET", route, f"/{route}")
        for who in ("anonymous", "ann")
        for route in app.routes
    ]
    return app


def listed(app):
    return {route: (f"/{route}", AGREED) for route in app.routes if route != "careless/unlisted/"}


def boxes(app):
    found = {}
    for form in test_private_files.forms_in(app.sources):
        found |= test_private_files.boxes_of(form)
    for owner in app.admins:
        found |= test_private_files.boxes_of_admin(owner)
    return found


# Rule → its arguments for the app
RULES = {
    test_floors.without_layer: lambda app: [list(app.folder)],
    test_apps.own_folders: lambda app: [app.folder],
    test_floors.late_imports: lambda app: [app.sources],
    test_floors.hidden_imports: lambda app: [app.sources, BESIDE_TENANTS],
    test_floors.type_checking_imports: lambda app: [app.sources],
    test_floors.star_imports: lambda app: [app.sources],
    test_floors.keys_up: lambda app: [app.models, BESIDE_TENANTS],
    test_declarations.undeclared: lambda app: [app.models],
    test_declarations.unsaid: lambda app: [app.models],
    test_declarations.kept_secrets: lambda app: [app.models],
    test_declarations.unmasked: lambda app: [app.declared],
    test_declarations.named_aloud: lambda app: [[row for row in app.rows if "Privacy" in vars(type(row))]],
    test_evidence.cascades: lambda app: [app.models],
    test_evidence.half_evidence: lambda app: [app.models],
    test_constraints.unlisted: lambda app: [app.models],
    test_history.untold: lambda app: [app.declared],
    test_history.unseen: lambda app: [app.models],
    test_history.past_the_scope: lambda app: [app.sources],
    test_private_files.open_files: lambda app: [app.models],
    test_private_files.own_writes: lambda app: [app.sources],
    test_private_files.unrotated: lambda app: [app.sources],
    test_private_files.uncleaned: lambda app: [boxes(app)],
    test_reach.reaching: lambda app: [app.sources],
    test_admin.unscoped: lambda app: [app.admins],
    test_admin.unscoped_inlines: lambda app: [app.admins],
    test_admin.leaks: lambda app: [app.admins],
    test_addresses.searched_openly: lambda app: [app.admins],
    test_addresses.sent_by_get: lambda app: [app.templates],
    test_strings.untranslated_templates: lambda app: [app.templates],
    test_strings.untranslated_code: lambda app: [app.sources],
    test_strings.formatted_early: lambda app: [app.sources],
    test_catalogues.uncatalogued: lambda app: [in_code(app.sources) | in_templates(app.templates), "id"],
    test_migrations.forks: lambda app: [app.migrations],
    test_migrations.unnamed: lambda app: [app.migrations],
    test_migrations.stuck: lambda app: [app.migrations],
    test_doors.unlisted: lambda app: [app.routes, listed(app)],
    test_doors.answered_otherwise: lambda app: [
        [visit for visit in app.visits if visit.route in listed(app)],
        dict(test_doors.expected_of(listed(app))),
    ],
    test_posts.written_by_get: lambda app: [app.visits],
    test_posts.taken_without_token: lambda app: [
        client_for(app.cast, "ann", enforce_csrf_checks=True),
        [f"/{route}" for route in app.routes],
    ],
    test_inline.inline: lambda app: [app.visits],
    test_inline.unguarded: lambda app: [app.visits],
    test_cookies.lasting: lambda app: [app.visits],
    test_heads.other_heads: lambda app: [app.cast, "ann", [(route, f"/{route}") for route in app.routes]],
    test_contributing.misnamed_dates: lambda app: [app.models],
    **{rule: lambda app: [app.sources] for rule in test_contributing.OF_SOURCES},
}
# Rule → the faults that it reports
FAULTS = {
    test_floors.without_layer: {"careless is in no layer"},
    test_apps.own_folders: {"careless/templates"},
    test_floors.late_imports: {"careless/late.py"},
    test_floors.hidden_imports: {"careless/hidden.py"},
    test_floors.type_checking_imports: {"careless/only_for_types.py"},
    test_floors.star_imports: {"careless/star.py"},
    test_floors.keys_up: {"careless.PointsSideways.unit"},
    test_declarations.undeclared: {"careless.Undeclared"},
    test_declarations.unsaid: {"careless.Unsaid: “note”"},
    test_declarations.kept_secrets: {"careless.KeptScan: “scan”"},
    test_declarations.unmasked: {"careless.Unmasked.phone"},
    test_declarations.named_aloud: {"careless.NamedAloud"},
    test_evidence.cascades: {
        "careless.CascadesFromSubject.subject", "careless.CascadesFromEvidence.record", "careless.LooseEvidence.user",
    },
    test_evidence.half_evidence: {"careless.HalfEvidence"},
    test_constraints.unlisted: {"careless_days_positive"},
    test_history.untold: {"careless.Untold"},
    test_history.unseen: {"careless.Unseen"},
    test_history.past_the_scope: {"careless/past_the_scope.py"},
    test_private_files.open_files: {"careless.OpenFile.scan"},
    test_private_files.own_writes: {"careless/writes_file.py"},
    test_private_files.unrotated: {"careless/unrotated.py"},
    test_private_files.uncleaned: {"careless.forms.RawUpload.scan", "RawUploadAdmin.scan"},
    test_reach.reaching: {"careless/asks_out.py"},
    test_admin.unscoped: {"UnscopedAdmin"},
    test_admin.unscoped_inlines: {"UnscopedInline"},
    test_admin.leaks: {"RawIdAdmin", "AcrossAdmin"},
    test_addresses.searched_openly: {"SearchesOpenlyAdmin"},
    test_addresses.sent_by_get: {"careless/by_get.html"},
    test_strings.untranslated_templates: {"careless/untranslated.html"},
    test_strings.untranslated_code: {"careless/untranslated.py"},
    test_strings.formatted_early: {"careless/formatted_early.py"},
    test_catalogues.uncatalogued: {"careless/uncatalogued.py", "careless/uncatalogued.html"},
    test_migrations.forks: {"0004_fork"},
    test_migrations.unnamed: {"0002_auto"},
    test_migrations.stuck: {"0003_no_way_back"},
    test_doors.unlisted: {"careless/unlisted/"},
    test_doors.answered_otherwise: {"careless/open_to_all/"},
    test_posts.written_by_get: {"careless/writes/"},
    test_posts.taken_without_token: {"careless/without_token/"},
    test_inline.inline: {"careless/inline/"},
    test_inline.unguarded: {"careless/shared/"},
    test_cookies.lasting: {"careless/cookie/"},
    test_heads.other_heads: {"careless/forgets_head/"},
    test_contributing.misnamed_dates: {"careless.Misdated.birthday"},
    test_contributing.vague: {"careless/helpers.py"},
    test_contributing.silent: {"careless/silent.py"},
    test_contributing.loose_verbs: {"careless/loose_verbs.py"},
    test_contributing.see_requests: {"careless/sees_request.py"},
    test_contributing.written_by_pages: {"careless/views/bulk.py"},
    test_contributing.rules_in_save: {"careless/models.py:save"},
    test_contributing.listeners: {"careless/listens.py"},
}  # fmt: skip


def test_each_fault_is_named_by_its_own_rule_and_by_no_other(pages):
    wrong = []
    for rule, arguments in RULES.items():
        lines = list(rule(*arguments(pages)))
        wrong += [f"{rule.__name__} misses {fault}" for fault in FAULTS[rule] if not any(fault in x for x in lines)]
        wrong += [f"{rule.__name__}: {x}" for x in lines if not any(fault in x for fault in FAULTS[rule])]
    assert not wrong, "\n".join(wrong)
    assert sum(map(len, FAULTS.values())) > 50


def test_each_rule_is_asked_about_our_apps_too():
    """Check that a test in the rule's module calls the rule for our own apps."""
    idle = []
    for rule in RULES:
        body = ast.parse(Path(inspect.getsourcefile(rule)).read_text()).body
        asking = (each for each in body if isinstance(each, ast.Assign) or getattr(each, "name", "")[:5] == "test_")
        names = {node.id for each in asking for node in ast.walk(each) if isinstance(node, ast.Name)}
        idle += [] if rule.__name__ in names else [rule.__name__]
    assert not idle


def test_import_linter_names_imports_up_and_sideways(tmp_path, monkeypatch, capsys):
    """Check the contract of the layers with the app beside `tenants`."""
    text = (ROOT / "pyproject.toml").read_text()
    for old, new in (
        ("root_packages = [", 'root_packages = ["careless", '),
        ('"tenants", "pri', '"tenants | careless", "pri'),
    ):
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "pyproject.toml").write_text(text)
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT / "tests"))
    monkeypatch.setattr(logging.config, "dictConfig", lambda config: None)
    kept = lint_imports(str(tmp_path / "pyproject.toml"), ("layers",), no_cache=True)
    said = capsys.readouterr().out
    assert kept == 1, said
    assert "careless.upward -> bamms.daily_jobs" in said
    assert "careless.sideways -> tenants.usage" in said
    assert "careless.star" not in said
