"""Migrations are complete, linear and named."""

import re

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from tests.rules.apps import APPS


@pytest.fixture(scope="module")
def migrations():
    """Name → migration, of each app of ours that has any."""
    found = {}
    for (app, name), migration in MigrationLoader(None).graph.nodes.items():
        if app in APPS:
            found.setdefault(app, {})[name] = migration
    return found


@pytest.mark.django_db
def test_no_migration_is_missing(capsys):
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    except SystemExit:
        pytest.fail(
            f"A model changed without its migration. Run makemigrations and name it:\n{capsys.readouterr().out}"
        )


def forks(found):
    """Migrations of one app that do not follow the one before them, or that are not numbered 0001, 0002, …"""
    wrong, before = [], None
    for number, (name, migration) in enumerate(sorted(found.items()), start=1):
        own = {parent for label, parent in migration.dependencies if label == migration.app_label}
        if own != ({before} if before else set()) or not name.startswith(f"{number:04d}_"):
            wrong.append(name)
        before = name
    return wrong


def test_migrations_are_linear(migrations):
    assert len(migrations) >= 3
    wrong = {app: forks(found) for app, found in migrations.items()}
    assert not any(wrong.values()), f"Let each follow the one before it, no merge; renumber the later one: {wrong}"


def unnamed(found):
    return [name for name in found if not re.fullmatch(r"\d{4}_[a-z][a-z0-9_]+", name) or "_auto_" in name]


def test_migrations_are_named(migrations):
    wrong = {app: unnamed(found) for app, found in migrations.items()}
    assert not any(wrong.values()), f"Name these after what they do (--name), not after their date: {wrong}"


def stuck(found):
    return [
        f"{name}: {operation.describe()}"
        for name, migration in found.items()
        for operation in migration.operations
        if not operation.reversible
    ]


def test_migrations_can_be_undone(migrations):
    wrong = {app: stuck(found) for app, found in migrations.items()}
    assert not any(wrong.values()), (
        f"Give each of these a way back (reverse_code, reverse_sql), or say in the code why there is none:\n{wrong}"
    )
