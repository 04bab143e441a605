"""Data of the self-test: sides with a row of every model each, created by introspection.

Side `a` is the company of the members; `b` is another company; `n` is another tenant of company `a`, with another
vendor; `c` holds rows without an owner. Models for which no row can be created are in `missing`.
"""

from datetime import date

from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.db import DatabaseError, models, transaction
from django.utils import timezone

from accounts.models import User
from bamms.isolation.values import Canaries, fill
from privacy import declarations, parties, subjects
from privacy.consent import consents
from privacy.models import BREACH_PARTS, Membership, Party, Subject
from privacy.models.parties import MembershipRole, PartyKind
from tenants.models import Building, BuildingManagement, Vendor

ROLES = {"head": MembershipRole.HEAD, "officer": MembershipRole.OFFICER, "vendor": MembershipRole.VENDOR}
NEEDED = object()  # create the row for this nullable foreign key
# Values required by a constraint or a format
SPECIAL = {
    "tenants.Tenant": {"identity_kind": "ktp", "birth_date": date(1980, 1, 2)},
    "tenants.Claim": {"birth_date": "1980-01-02"},
    "tenants.Bulletin": {"link": ""},
    "tenants.PendingImport": {"table": '[["name"], []]'},
    "privacy.SharingAgreement": {
        "status": "active", "management_signed_on": timezone.localdate, "vendor_signed_on": timezone.localdate,
    },
    "privacy.ProfileUpdateLine": {"field": "phone"},
    "privacy.Erasure": {"kind": "tenants.Tenant"},
    "privacy.ConsentEvent": {"purpose_version": NEEDED},
    "privacy.PurposeVersion": {
        "texts": {language: {"name": "x", "description": "x", "retention": "x"} for language in ("id", "en")}
    },
    "privacy.BreachNotice": {"words": {language: dict.fromkeys(BREACH_PARTS, "x") for language in ("id", "en")}},
    "privacy.Presentation": {"shown": {"documents": [], "purposes": []}},
    "django_tasks_database.DBTaskResult": {"args_kwargs": {"args": [], "kwargs": {}}, "backend_name": "default"},
}  # fmt: skip


def owners(model):
    """Return the fields that lead to the subject, controller and vendor that the model declares."""
    if "Privacy" not in vars(model):
        return set()
    declared = declarations.of(model)
    return {path.split("__")[0] for path in (declared.subject, declared.controller, declared.vendor) if path}


def models_to_fill():
    """Return every model with a declaration, and every model in the admin."""
    declared = [model for model in apps.get_models() if "Privacy" in vars(model)]
    return list(dict.fromkeys([*declared, *admin.site._registry]))


class Side:
    """The rows and accounts of one side; `lends` is the side whose company and buildings it uses."""

    def __init__(self, letter, keeper, common=None, lends=None):
        self.canaries, self.common, self.lends, self.keeper = Canaries(letter), common or self, lends, keeper
        self.rows, self.people = {}, {}
        if common is not None:
            self._found()

    def _found(self):
        """Create companies and accounts, which all other rows refer to."""
        if self.lends:
            self.rows |= {model: self.lends.row(model) for model in (Party, BuildingManagement, Building)}
        else:
            self.rows[BuildingManagement] = self._new(BuildingManagement, kind=PartyKind.MANAGEMENT)
            self.rows[Party] = Party.objects.get(pk=self.rows[BuildingManagement].pk)
        self.rows[Vendor] = self._new(Vendor, kind=PartyKind.VENDOR)
        for name in ("tenant", *ROLES):
            if self.lends and name in ("head", "officer"):
                self.people[name] = self.lends.people[name]
            else:
                self.people[name] = self._person(ROLES.get(name))
        self.rows[User] = self.people["tenant"]
        self.rows[Subject] = self._new(Subject, holder=self.people["tenant"])
        worker = self.people["vendor" if self.lends else "head"]
        self.rows[Membership] = Membership.objects.get(user=worker)

    def _person(self, role):
        user = self._new(User, is_active=True, password="!")  # noqa: S106 - opens nothing
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        if role:
            party = self.rows[Vendor] if role == MembershipRole.VENDOR else self.rows[Party]
            parties.appoint(user=user, party=Party.objects.get(pk=party.pk), role=role, by=self.keeper)
        subjects.get_or_create_for(user)
        agree(user)
        return user

    def row(self, model):
        """Return the side's row of a model, created on first use."""
        if model not in self.rows:
            self.rows[model] = self._shared(model) or self._new(model)
        return self.rows[model]

    def _shared(self, model):
        """Return an existing row of a model without owners, of which there may be only one; else None."""
        return None if owners(model) else model._base_manager.first()

    def _new(self, model, **given):
        special = SPECIAL.get(model._meta.label, {})
        values = {}
        for field in model._meta.concrete_fields:
            if field.name in given or (field.remote_field and field.remote_field.parent_link) or field.name == "mac":
                continue
            if field.name in special and special[field.name] is not NEEDED:
                value = special[field.name]
                values[field.name] = value() if callable(value) else value
            elif field.primary_key or isinstance(field, models.AutoField):
                values[field.name] = self._key(field, model)
            elif field.is_relation:
                values[field.name] = self._related(field, model, needed=field.name in special)
            else:
                values[field.name] = fill(field, self.canaries, model)
        row = model(**values, **given)
        row.save(force_insert=True)
        return row

    def _key(self, field, model):
        where = f"{model._meta.label}.{field.name}"
        return self.canaries.uuid(where) if isinstance(field, models.UUIDField) else self.canaries.number(where)

    def _related(self, field, model, *, needed):
        """Return the row for a foreign key: the tenant's or company's if the key declares the owner, else staff's."""
        is_owner = field.name in owners(model)
        if field.null and not (needed or is_owner):
            return None
        target = field.related_model
        if target is User:
            return self.people["tenant" if is_owner else "officer"]
        if target is Subject:
            return self.rows[Subject] if is_owner else subjects.get_or_create_for(self.people["officer"])
        if target is Party and "vendor" in field.name:
            return Party.objects.get(pk=self.rows[Vendor].pk)
        return (self if owners(target) else self.common).row(target)


def agree(user):
    """Give all consents that are asked for, so that the consent gate does not stop the attempts."""
    versions = [question.version for question in consents.questions(user)]
    if versions:
        _presentation, token = consents.present(by=user, language="id", versions=versions)
        consents.give(by=user, token=token)


class World:
    def __init__(self):
        call_command("setup_groups", verbosity=0)
        keeper = User.objects.create_superuser(email="isolation@example.com")
        common = Side("c", keeper)
        common.people = dict.fromkeys(("tenant", *ROLES), keeper)
        common.rows |= {Subject: subjects.get_or_create_for(keeper)}
        self.missing = {}
        # Side a is filled last, so that rows created by attempts get no number of another side
        foreign = Side("b", keeper, common)
        own = Side("a", keeper, common)
        neighbour = Side("n", keeper, common, lends=own)
        self.sides = {"b": foreign, "n": neighbour, "c": common, "a": own}
        for side in self.sides.values():
            self._fill(side)

    def _fill(self, side):
        for model in models_to_fill():
            of_somebody = bool(owners(model))
            if of_somebody == (side is self.sides["c"]) or (side.lends and not declarations.of(model).subject):
                continue
            try:
                with transaction.atomic():
                    side.row(model)
            except (DatabaseError, ValueError, TypeError, LookupError, AttributeError) as error:
                self.missing[model] = f"{type(error).__name__}: {error}"

    def meaning(self, canary):
        """Return the field and side of a canary: "tenants.Tenant.name of b"."""
        letter = canary[0]
        return f"{self.sides[letter].canaries.meaning.get(canary, canary)} of {letter}"
