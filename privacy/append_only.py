"""Evidence may be added, never changed: database triggers refuse it, on SQLite and PostgreSQL.

A migration creates the triggers, and so does every later migrate, because SQLite drops them silently when a migration
rebuilds the table. Every function here may be called twice.
"""

from django.apps import apps

REFUSAL = "This table only grows: evidence is never changed or deleted."
FUNCTION = "bamms_refuse_change"
YOUNGER = {
    "sqlite": "OLD.at > datetime('now', '-{days} days')",
    "postgresql": "OLD.at > now() - interval '{days} days'",
}


def guarded_tables(vendor="sqlite"):
    """Return table → SQL condition on OLD under which a row may not change ("": never, for evidence).

    Rows of a model with `least_days` may change after that many days, so that a retention rule can delete them.
    """
    tables = {
        model._meta.db_table: YOUNGER[vendor].format(days=model.least_days) if model.least_days else ""
        for model in apps.get_models()
        if getattr(model, "is_evidence", False)
    }
    tables["privacy_documentversion"] = "OLD.published_at IS NOT NULL"
    return tables


def create(connection, table, condition=""):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _create_postgresql(cursor, table, condition)
        else:
            _create_sqlite(cursor, table, condition)


def _create_postgresql(cursor, table, condition):
    cursor.execute(
        f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = '23001'; END $$"
    )
    when = f"WHEN ({condition})" if condition else ""
    cursor.execute(
        f"CREATE OR REPLACE TRIGGER {table}_row BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW {when} EXECUTE FUNCTION {FUNCTION}()"
    )
    cursor.execute(f"CREATE OR REPLACE TRIGGER {table}_all BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {FUNCTION}()")


def _create_sqlite(cursor, table, condition):
    when = f"WHEN {condition}" if condition else ""
    for act in ("UPDATE", "DELETE"):
        cursor.execute(
            f"CREATE TRIGGER IF NOT EXISTS {table}_{act.lower()} BEFORE {act} ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def drop(connection, table):
    names = ("row", "all") if connection.vendor == "postgresql" else ("update", "delete")
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")


def create_all(connection):
    existing = set(connection.introspection.table_names())
    for table, condition in guarded_tables(connection.vendor).items():
        if table in existing:
            create(connection, table, condition)


def drop_all(connection):
    for table in guarded_tables():
        drop(connection, table)


def missing(connection):
    """Return the names of guarded tables that lack a trigger."""
    query = (
        "SELECT c.relname || '|' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        if connection.vendor == "postgresql"
        else "SELECT tbl_name || '|' || name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {row[0] for row in cursor.fetchall()}
    names = ("row", "all") if connection.vendor == "postgresql" else ("update", "delete")
    return sorted(t for t in guarded_tables() if any(f"{t}|{t}_{name}" not in found for name in names))
