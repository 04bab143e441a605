"""Lets tests that commit flush the evidence tables, whose append-only triggers refuse it.

A TransactionTestCase ends with a flush. The triggers are dropped here and not by a setting, so that no production
server can be configured to do it.
"""

import pytest
from django.db import connection
from django.test import TransactionTestCase

from privacy import append_only


@pytest.fixture(scope="session", autouse=True)
def flush_past_the_triggers():
    flush = TransactionTestCase._fixture_teardown

    def flush_without_triggers(test):
        append_only.drop_all(connection)
        try:
            flush(test)
        finally:
            append_only.create_all(connection)

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", flush_without_triggers)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def end_other_sessions(django_db_setup, django_db_blocker):
    """Close connections of code that runs in Playwright's event loop: they would prevent dropping the database."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def in_spite_of_triggers(model, sql, *values):
    """Run SQL without the triggers, as somebody with the database password could."""
    table = model._meta.db_table
    append_only.drop(connection, table)
    with connection.cursor() as cursor:
        cursor.execute(sql.format(table=table), values)
    append_only.create_all(connection)
