"""One attempt: send a request, search the response and the written tables for rows of others, and roll back."""

import json
import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Q
from django.test import Client

from accounts.models import User
from bamms.isolation.pages import everything_in
from bamms.isolation.values import canaries_in
from privacy import declarations
from privacy.models import AccessRecord, Party, Subject
from privacy.scope import Role
from tenants.models import Vendor

WRITTEN = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.IGNORECASE)
# Readable by every signed-in user: the claim form lists them
PUBLIC = {f"tenants.{model}.{name}" for model in ("Building", "BuildingManagement") for name in ("id", "name")}
ROLES = {"head": Role.STAFF, "officer": Role.STAFF, "vendor": Role.VENDOR, "tenant": Role.TENANT, "visitor": None}


@dataclass
class Member:
    """A user who makes attempts; `letters` are the sides whose rows they must not see."""

    name: str
    world: object
    letters: tuple
    client: Client = field(
        default_factory=lambda: Client(raise_request_exception=False, HTTP_X_FORWARDED_PROTO="https")
    )
    opened: int = 0  # responses with status 200

    def __post_init__(self):
        self.user = self.world.sides["a"].people.get(self.name) or AnonymousUser()
        if self.user.is_authenticated:
            self.client.force_login(self.user)
        self.cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}
        self.state = Watch(self)

    @property
    def is_staff(self):
        return ROLES[self.name] == Role.STAFF

    def rows(self, model):
        """Return the foreign rows of a model; for models without an owner, the common row if the member has none."""
        mine = self.world.sides["a"].rows.get(model)
        found = [self.world.sides[letter].rows.get(model) for letter in self.letters]
        found = [row for row in found if row is not None and (row != mine or "a" in self.letters)]
        common = self.world.sides["c"].rows.get(model)
        return found or ([common] if common is not None and mine is None else [])

    def is_open(self, model):
        """Return whether the model's declaration lets everybody with this role see all rows."""
        return "Privacy" in vars(model) and ROLES[self.name] in declarations.of(model).open_to

    def foreign(self, canary, *, public):
        """Return whether the member must not see this canary."""
        letter = canary[0]
        meaning = self.world.sides[letter].canaries.meaning.get(canary, "") if letter in self.letters else ""
        if not meaning or (public and meaning in PUBLIC):
            return False
        return not self.is_open(apps.get_model(meaning.rpartition(".")[0]))


class Watch:
    """Snapshot of foreign rows and of rows that refer to them; compared only for tables that were written."""

    def __init__(self, member):
        self.member, self.keys, self.tables = member, self._keys(member), set()
        self.by_table = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
        self.before = {model: self.stored(model) for model in self.by_table.values()}

    def _keys(self, member):
        keys = {}
        for letter in member.letters:
            side = member.world.sides[letter]
            users = [user for user in side.people.values() if user not in member.world.sides["a"].people.values()]
            own = Subject._base_manager.filter(holder__in=users).values_list("pk", flat=True)
            keys.setdefault(User, set()).update(user.pk for user in users)
            keys.setdefault(Subject, set()).update(own)
        for model in {model for letter in member.letters for model in member.world.sides[letter].rows}:
            if not member.is_open(model):
                keys.setdefault(model, set()).update(row.pk for row in member.rows(model))
        if not member.is_open(Vendor):
            keys[Party] |= keys[Vendor]
        return keys

    def stored(self, model):
        mine = Q(pk__in=self.keys.get(model, ()))
        for key in model._meta.concrete_fields:
            if key.is_relation and key.related_model in self.keys:
                mine |= Q(**{f"{key.name}__in": self.keys[key.related_model]})
        rows = model._base_manager.filter(mine)
        if model is AccessRecord:
            rows = rows.filter(allowed=True)  # refused tries are recorded on purpose
        return {tuple(map(_plain, row)) for row in rows.values_list()}

    def __call__(self, execute, sql, params, many, context):
        self.tables.update(WRITTEN.findall(sql))
        return execute(sql, params, many, context)

    def changed(self):
        """Return the labels of models with foreign rows created, changed or deleted since the last call."""
        written, self.tables = [self.by_table[table] for table in self.tables if table in self.by_table], set()
        return sorted(model._meta.label for model in written if self.stored(model) != self.before[model])


def _plain(value):
    return bytes(value) if isinstance(value, memoryview) else repr(value)


@dataclass
class Answer:
    status: int
    text: str
    shown: set  # foreign canaries in the response
    changed: list
    error: str = ""  # repr of the exception of a 500

    @property
    def is_page(self):
        return 200 <= self.status < 300


def ask(member, method, address, data=None, *, public=False):
    """Send one request as the member, roll it back, and return the Answer."""
    with transaction.atomic():
        cache.clear()
        member.client.cookies = SimpleCookie(member.cookies)
        with connection.execute_wrapper(member.state):
            response = getattr(member.client, method.lower())(address, data or {}, secure=True)
            text = everything_in(response)
        changed = [] if response.status_code >= 500 else member.state.changed()
        transaction.set_rollback(True)
    typed = canaries_in(f"{address} {json.dumps(data, default=str)}")  # it may come back without being a leak
    shown = {canary for canary in canaries_in(text) - typed if member.foreign(canary, public=public)}
    member.opened += response.status_code == 200
    broken = getattr(response, "exc_info", None)
    return Answer(response.status_code, text, shown, changed, repr(broken[1]) if broken else "")
