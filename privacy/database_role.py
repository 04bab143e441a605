"""What the application's own database role may do, where another role owns the tables (PostgreSQL).

It reads and writes rows, and may only add to evidence. It owns nothing: whoever speaks through the application can
neither take away a trigger, nor empty or drop a table.
"""

from django.core.cache import caches
from django.core.cache.backends.db import BaseDatabaseCache
from django.db import connection

from privacy import append_only

ALL = "SELECT, INSERT, UPDATE, DELETE"
ADD = "SELECT, INSERT"


def rights():
    """Table → what the role may do with it."""
    tables = dict.fromkeys(sorted(connection.introspection.django_table_names()), ALL)
    tables |= {
        cache._table: ALL for cache in caches.all(initialized_only=False) if isinstance(cache, BaseDatabaseCache)
    }
    # A draft may change: there the trigger alone guards what was published
    tables |= {table: ADD for table, condition in append_only.guarded_tables().items() if not condition}
    return tables | {"django_migrations": "SELECT"}


def statements(role):
    """SQL for the owner to run after each `migrate`; running it again changes nothing."""
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
