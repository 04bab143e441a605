"""Warnings of `manage.py check --deploy` about settings that do not stop the start but are wrong in production.

`bamms.startup_checks` has those that stop it; docs/operate.md says how to fix each of these.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.db import connection
from django.http.request import validate_host

from privacy.models import AccessRecord

# The application's role must not be a member of the role that owns the table, or the schema and with it all tables
TOO_MUCH = """
SELECT rolcreaterole OR EXISTS (
    SELECT FROM pg_roles WHERE rolsuper AND pg_has_role(current_user, oid, 'MEMBER')
) OR EXISTS (
    SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = to_regclass(%s)
    AND (pg_has_role(current_user, relowner, 'MEMBER') OR pg_has_role(current_user, nspowner, 'MEMBER'))
)
FROM pg_roles WHERE rolname = current_user
"""


@checks.register(checks.Tags.security, deploy=True)
def half_configured(**_asked):
    if connection.vendor == "sqlite":
        yield checks.Warning(
            "The database is a file of SQLite, which guards real people's data from nobody on this machine.",
            hint="Set DATABASE_URL to PostgreSQL before the first real row: nothing carries one over to the other.",
            id="bamms.W001",
        )
    site = urlsplit(settings.SITE_URL)
    if site.scheme != "https" or not validate_host(site.hostname or "", settings.ALLOWED_HOSTS):
        yield checks.Warning(
            "Links in mails lead to SITE_URL, and this site does not answer there.",
            hint="Set SITE_URL to https:// and a host of ALLOWED_HOSTS.",
            id="bamms.W002",
        )
    if settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith("@localhost"):
        yield checks.Warning(
            "Mails come from an address at localhost, which other mail servers refuse.",
            hint="Set DEFAULT_FROM_EMAIL.",
            id="bamms.W003",
        )


@checks.register(checks.Tags.database, deploy=True)
def role_with_too_much_power(databases=None, **_asked):
    """Warn if the role can drop triggers. Runs only with `--database default`, like every check that connects."""
    if "default" not in (databases or ()) or connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(TOO_MUCH, [AccessRecord._meta.db_table])
        (too_much,) = cursor.fetchone()
    if too_much:
        yield checks.Warning(
            "The database role of DATABASE_URL can take away the triggers that guard the evidence.",
            hint="Let the application work as a role of its own: see “The database's two roles” in docs/operate.md.",
            id="bamms.W004",
        )
