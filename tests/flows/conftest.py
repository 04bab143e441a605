"""Whatever a story does, its log lines, addresses and letters name nobody: they are searched when it ends."""

import logging
import re
from urllib.parse import unquote_plus

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.core.cache import cache
from django.core.signals import request_started

from accounts.models import User
from bamms.logs import JsonFormatter
from privacy import declarations
from privacy.models import AuditLogEntry
from tests.factories import PASSWORD
from tests.flows import steps
from tests.flows.visitor import link_in

SECRET = re.compile(r"[\w:-]{16,}")  # in an address: a token, a key
OURS = re.compile(r"(accounts|privacy|tenants|bamms)\b")
STORIES = ("Cici", "Paramita", steps.CICI, steps.NUMBER, steps.NEW_PASSWORD, PASSWORD)


class Gatherer(logging.Handler):
    """Every line as it is written; our own also before the net under other people's sentences has cleaned them."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines, self.formatter = [], JsonFormatter()

    def emit(self, record):
        if not record.name.startswith("django.db"):
            self.lines.append(self.format(record))
        if OURS.match(record.name):
            self.lines.append(record.getMessage())


@pytest.fixture(autouse=True)
def _fresh_limits():
    """Every story starts with no tries counted."""
    cache.clear()


@pytest.fixture(autouse=True)
def log_lines(db):
    gatherer, root, visited = Gatherer(), logging.getLogger(), []

    def visit(environ, **kwargs):
        visited.append(f"{environ['PATH_INFO']}?{unquote_plus(environ.get('QUERY_STRING', ''))}")

    level = root.level
    root.addHandler(gatherer)
    root.setLevel(logging.DEBUG)
    request_started.connect(visit)
    yield gatherer.lines
    request_started.disconnect(visit)
    root.removeHandler(gatherer)
    root.setLevel(level)
    told = told_in([*gatherer.lines, *written_down()], people_of_the_story() | secrets_of_the_story())
    assert not told, f"A log line, or a line that is kept, tells of somebody: {told[:3]}"
    told = told_in([*visited, *letters()], people_of_the_story())
    assert not told, f"An address or a letter tells of somebody: {told[:3]}"


def told_in(lines, values):
    found = re.compile("|".join(rf"(?<!\w){re.escape(value)}(?!\w)" for value in values), re.IGNORECASE)
    return [line for line in lines if found.search(line)]


def written_down():
    """The journal, and the admin's own history."""
    entries = AuditLogEntry.objects.values_list("facts", "row", "route", "network")
    return [*map(str, entries), *map(str, LogEntry.objects.values_list("object_repr", "change_message"))]


def letters():
    return [f"{letter.subject}\n{letter.body}" for letter in mail.outbox]


def people_of_the_story():
    """What they are called and hold, and their passwords."""
    entry = declarations.tenant_record()
    texts = [name for name in entry.personal if name not in {"gender", "nationality", "identity_kind"}]
    values = {str(getattr(row, name) or "") for row in entry.model.objects.all() for name in texts}
    values |= {text for account in User.objects.all() for text in (account.email, account.name)}
    return {value for value in {*values, *STORIES} if len(value) > 2}


def secrets_of_the_story():
    """In the links that were mailed."""
    return {part for letter in mail.outbox for part in SECRET.findall(link_in(letter))}
