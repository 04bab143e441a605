"""Migrations are complete, linear and named."""

import re
from collections import Counter

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

APPS = ("accounts", "privacy", "tenants")


@pytest.fixture(scope="module")
def graph():
    return MigrationLoader(None).graph


@pytest.mark.django_db
def test_no_migration_is_missing(capsys):
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    except SystemExit:
        pytest.fail(
            f"A model changed without its migration. Run makemigrations and name it:\n{capsys.readouterr().out}"
        )


@pytest.mark.parametrize("app", APPS)
def test_migrations_are_linear(graph, app):
    nodes = sorted(key for key in graph.nodes if key[0] == app)
    parents = Counter(
        parent for key in nodes for parent in {p.key for p in graph.node_map[key].parents if p.key[0] == app}
    )
    assert len(graph.leaf_nodes(app)) == 1, f"{app} has two last migrations: let one follow the other, no merge."
    assert not [key for key, children in parents.items() if children > 1], f"{app} forks: renumber the later migration."
    assert [key[1][:4] for key in nodes] == [f"{number:04d}" for number in range(1, len(nodes) + 1)], (
        f"{app} is not numbered 0001, 0002, …"
    )


@pytest.mark.parametrize("app", APPS)
def test_migrations_are_named(graph, app):
    wrong = [
        name
        for label, name in graph.nodes
        if (label == app and not re.fullmatch(r"\d{4}_[a-z][a-z0-9_]+", name)) or (label == app and "_auto_" in name)
    ]
    assert not wrong, f"Name these after what they do (--name), not after their date: {wrong}"


@pytest.mark.parametrize("app", APPS)
def test_migrations_can_be_undone(graph, app):
    stuck = [
        f"{name}: {operation.describe()}"
        for (label, name), migration in graph.nodes.items()
        if label == app
        for operation in migration.operations
        if not operation.reversible
    ]
    assert not stuck, (
        f"Give each of these a way back (reverse_code, reverse_sql), or say in the code why there is none:\n{stuck}"
    )
