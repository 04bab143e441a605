"""Privileges of the application's database role, where another role owns the tables (PostgreSQL).

It reads and writes rows, and only inserts evidence. It owns nothing, so a hijacked application connection can neither
drop a trigger nor truncate or drop a table.
"""

from django.core.cache import caches
from django.core.cache.backends.db import BaseDatabaseCache
from django.db import connection

from privacy import append_only

ALL = "SELECT, INSERT, UPDATE, DELETE"
ADD = "SELECT, INSERT"


def rights():
    """Return table → privileges of the role."""
    tables = dict.fromkeys(sorted(connection.introspection.django_table_names()), ALL)
    tables |= {
        cache._table: ALL for cache in caches.all(initialized_only=False) if isinstance(cache, BaseDatabaseCache)
    }
    # Tables with a condition hold rows that may change, such as drafts: only the trigger guards the others
    tables |= {table: ADD for table, condition in append_only.guarded_tables().items() if not condition}
    return tables | {"django_migrations": "SELECT"}


def statements(role):
    """Return the SQL that the owner runs after each `migrate`; running it again changes nothing."""
    role = _quoted(role)
    return [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
        *(f"GRANT {may} ON {_quoted(table)} TO {role}" for table, may in rights().items()),
    ]


def _quoted(name):
    return '"{}"'.format(name.replace('"', '""'))
