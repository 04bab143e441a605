"""The application's database role works, and cannot undo what protects the evidence."""

from io import StringIO

import pytest
from django.core import checks
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django_tasks_db.models import DBTaskResult

from bamms import daily_jobs
from privacy import append_only, scheduled_jobs
from privacy.database_role import ADD, ALL, rights
from privacy.models import AccessRecord
from privacy.oversight import evidence_checks
from privacy.rights import erasures
from privacy.rights.models.erasures import ErasureReason
from tests.rules.world import build

ROLE = "bamms-application"
postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="roles are PostgreSQL's")


def printed(role=ROLE):
    out = StringIO()
    call_command("grant_rights", role=role, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_evidence_may_only_be_added_to():
    text = printed()
    assert text.startswith("BEGIN;\n")
    assert text.endswith("COMMIT;\n")
    assert f'GRANT {ADD} ON "privacy_accessrecord" TO "{ROLE}";' in text
    assert f'GRANT {ALL} ON "tenants_tenant" TO "{ROLE}";' in text
    assert f'GRANT SELECT ON "django_migrations" TO "{ROLE}";' in text
    evidence = {table for table, condition in append_only.guarded_tables().items() if not condition}
    assert len(evidence) > 10
    assert {table for table, may in rights().items() if may == ADD} == evidence
    assert "TRUNCATE" not in text


@pytest.mark.django_db
def test_every_table_has_its_rights(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "bamms_cache"}}
    missing = set(connection.introspection.table_names()) - set(rights())
    assert missing <= {"sqlite_sequence"}
    assert rights()["bamms_cache"] == ALL


@pytest.mark.parametrize("role", ["", 'a"; DROP TABLE x; --', "1st", "x" * 64])
def test_a_name_that_is_none_is_refused(role):
    with pytest.raises(CommandError, match="--role must be a plain name"):
        printed(role)


@pytest.fixture
def as_role(cast, tmp_path, settings):
    """From here on the connection speaks as the application's role; the test's rollback takes it away."""
    settings.PRIVATE_FILES_DIR = tmp_path / "private"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE ROLE "{ROLE}"')
        for statement in printed().split(";\n")[1:-2]:
            cursor.execute(statement)
        cursor.execute(f'SET LOCAL ROLE "{ROLE}"')
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@postgresql
def test_the_application_works_as_its_role(cast, as_role):
    world = build(cast)
    assert AccessRecord.objects.exists()
    assert not evidence_checks.verify().fault
    assert scheduled_jobs.run_jobs(daily_jobs.JOBS)[1] == []
    DBTaskResult.objects.all().delete()  # one of the world is no letter
    erasures.erase(world.bob_entry.subject, why=ErasureReason.RIGHT, law="x")
    call_command("rotate_keys", verbosity=0, stdout=StringIO())


@postgresql
@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE privacy_accessrecord DISABLE TRIGGER ALL",
        "DROP TRIGGER privacy_accessrecord_row ON privacy_accessrecord",
        "UPDATE privacy_accessrecord SET at = at",
        "DELETE FROM privacy_accessrecord",
        "TRUNCATE privacy_accessrecord",
        "TRUNCATE tenants_tenant CASCADE",
        "DROP TABLE privacy_consentevent CASCADE",
        "ALTER TABLE tenants_tenant ADD COLUMN extra int",
        "CREATE TABLE extra (id int)",
        "CREATE OR REPLACE FUNCTION bamms_refuse_change() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
        "SET session_replication_role = replica",
        "DELETE FROM django_migrations",
    ],
)
def test_the_role_cannot_undo_what_guards_the_evidence(as_role, sql):
    with transaction.atomic(), connection.cursor() as cursor:
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            cursor.execute(sql)
        transaction.set_rollback(True)


def too_powerful():
    found = checks.run_checks(tags=["database"], include_deployment_checks=True, databases=["default"])
    return "bamms.W004" in {message.id for message in found}


@postgresql
@pytest.mark.django_db
def test_a_superuser_is_told_before_a_deployment():
    assert too_powerful()


@postgresql
@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE privacy_accessrecord OWNER TO {role}",
        "CREATE ROLE bamms_owns; ALTER TABLE privacy_accessrecord OWNER TO bamms_owns; GRANT bamms_owns TO {role}",
        "CREATE ROLE bamms_super SUPERUSER; GRANT bamms_super TO {role}",
        "ALTER SCHEMA public OWNER TO {role}",
        "ALTER ROLE {role} CREATEROLE",
    ],
    ids=["owner", "member", "super", "schema", "roles"],
)
def test_a_role_that_can_take_away_the_triggers_is_told_before_a_deployment(as_role, sql):
    assert not too_powerful()
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f'ALTER ROLE "{ROLE}" NOINHERIT')
        cursor.execute(sql.format(role=f'"{ROLE}"'))
        cursor.execute(f'SET LOCAL ROLE "{ROLE}"')
    assert too_powerful()
