"""Whatever a story does, its log lines name nobody: they are gathered, and searched when it ends."""

import logging
import re

import pytest
from django.core import mail
from django.core.cache import cache

from accounts.models import User
from bamms.logs import JsonFormatter
from privacy import declarations
from privacy.models import JournalEntry
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
    gatherer, root = Gatherer(), logging.getLogger()
    level = root.level
    root.addHandler(gatherer)
    root.setLevel(logging.DEBUG)
    yield gatherer.lines
    root.removeHandler(gatherer)
    root.setLevel(level)
    entries = list(map(str, JournalEntry.objects.values_list("facts", "row", "route", "network")))
    told = told_in([*gatherer.lines, *entries], personal_values())
    assert not told, f"A log line or a journal entry of this story tells of somebody: {told[:3]}"


def told_in(lines, values):
    found = re.compile("|".join(rf"(?<!\w){re.escape(value)}(?!\w)" for value in values), re.IGNORECASE)
    return [line for line in lines if found.search(line)]


def personal_values():
    """What the people of the story are called and hold, and the secrets in the links that were mailed to them."""
    entry = declarations.register()
    texts = [name for name in entry.personal if name not in {"gender", "nationality", "identity_kind"}]
    values = {str(getattr(row, name) or "") for row in entry.model.objects.all() for name in texts}
    values |= {text for account in User.objects.all() for text in (account.email, account.name)}
    links = [part for letter in mail.outbox for part in SECRET.findall(link_in(letter))]
    return {value for value in {*values, *links, *STORIES} if len(value) > 2}
