"""Personal data is declared once, beside the fields; this module reads every `class Privacy`.

Scope, grants, update requests, export and masking all read the same declarations, so that none misses a field.
"""

from dataclasses import dataclass, field
from functools import cache, cached_property

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import F, FileField, Model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.personal_data import AuditLog, Erasure, Export, Person, Personal, Retention, Sharing
from privacy.fields import BlindIndexField, EncryptedTextField

CATEGORIES = {
    "identity": _("Identity"),
    "contact": _("Contact"),
    "birth": _("Birth and nationality"),
    "home": pgettext_lazy("where one lives", "Home"),
    "other": _("Other information"),
}


# Specific personal data, by the kinds of article 4(2) UU PDP; sharing it needs an impact assessment (article 34)
SPECIFIC = {
    "health": _("Health"),
    "biometric": _("Biometric"),
    "genetic": _("Genetic"),
    "criminal": _("Criminal records"),
    "children": _("Children"),
    "finance": _("Personal finance"),
}


@dataclass(frozen=True, eq=False)  # compared by identity: `of` caches one per model
class Declaration:
    """The declaration of one model, in the words of `accounts.personal_data`.

    Paths are ORM lookups from a row; "" means there is none.
    """

    model: type[Model]
    subject: str = ""  # to the Subject the row is about
    controller: str = ""  # to the Party that answers for it: its staff see the row
    vendor: str = ""  # to the Party that is the vendor side of it: its users see the row
    open_to: tuple = ()  # roles that see every row, for models that hold no personal data
    fields: dict = field(default_factory=dict)  # table of personal fields: name → Personal
    erasure: Erasure = field(default_factory=Erasure)
    sharing: Sharing = field(default_factory=Sharing)
    export: Export = field(default_factory=Export)
    audit_log: AuditLog = field(default_factory=AuditLog)
    retention: Retention = field(default_factory=Retention)
    person: Person = field(default_factory=Person)

    def _said(self, word):
        return {name: said for name, item in self.fields.items() if (said := getattr(item, word))}

    @cached_property
    def personal(self):
        """Personal field → the value that erasure leaves behind, in the order of the columns."""
        found = {name: item.blank for name, item in self.fields.items()} | self.erasure.blank
        return {f.name: found[f.name] for f in self.model._meta.concrete_fields if f.name in found}

    @cached_property
    def shareable(self):
        """Field → category a grant can open."""
        return self._said("category") | self.sharing.fields

    @cached_property
    def updatable(self):
        """The fields that a person may ask to have changed."""
        return tuple(self._said("updatable"))

    @cached_property
    def masked(self):
        """The fields that staff see masked until they reveal them."""
        return tuple(self._said("masked"))

    @property
    def plain(self):
        """The personal fields that staff pages show unmasked; not files, which open on a page of their own."""
        apart = (BlindIndexField, FileField)
        shown = (name for name in self.personal if name not in self.masked)
        return tuple(name for name in shown if not isinstance(self.model._meta.get_field(name), apart))

    @property
    def holder(self):
        """The path from a row to the account that may act for its subject."""
        return "holder" if self.subject == "pk" else f"{self.subject}__holder"


@dataclass(frozen=True)
class ShareableField:
    declaration: Declaration
    name: str
    category: str

    @property
    def key(self):
        """What agreements and grants store: "tenants.tenant.phone"."""
        return key_of(self.declaration.model, self.name)

    @property
    def column(self):
        return self.declaration.model._meta.get_field(self.name)

    @property
    def specific(self):
        """The kind of specific personal data; "" for general data."""
        return self.declaration.fields.get(self.name, Personal()).specific

    @property
    def label(self):
        return self.column.verbose_name


WORDS = {name: word.type for name, word in Declaration.__dataclass_fields__.items() if name != "model"}


def read(model):
    """Return the declaration without what the system check reports: unknown words and values of a wrong type."""
    words = {name: value for name, value in vars(model.Privacy).items() if isinstance(value, WORDS.get(name, ()))}
    return Declaration(model=model, **words)


@cache
def of(model):
    """Return the model's own declaration; a parent's is not inherited, since its paths would not fit."""
    if "Privacy" not in vars(model):
        raise ImproperlyConfigured(f"{model.__name__} has no class Privacy: declare who may see its rows.")
    return read(model)


@cache
def all_declared():
    return tuple(of(model) for model in apps.get_models() if "Privacy" in model.__dict__)


@cache
def shareable():
    """Return key → field for everything that a grant can open, in the order of declaration."""
    found = [ShareableField(d, name, category) for d in all_declared() for name, category in d.shareable.items()]
    return {item.key: item for item in found}


@cache
def specific():
    """Return key → field for the specific personal data that a grant can open."""
    return {key: item for key, item in shareable().items() if item.specific}


@cache
def identifying():
    """Return the keys of the fields that distinguish people in lists, those of the register entry first."""
    declared = sorted(all_declared(), key=lambda d: d is not tenant_record())
    return tuple(key_of(d.model, name) for d in declared for name in d.sharing.identifies)


@cache
def disclosable():
    """Return key → field for all that a disclosure can hold: shareable fields and the rest of the register entry.

    Files are left out: they do not fit the table in which a disclosure is handed over.
    """
    entry = tenant_record()
    rest = [ShareableField(entry, name, "other") for name in entry.personal]
    found = {item.key: item for item in (*rest, *shareable().values())}
    return {key: item for key, item in found.items() if not isinstance(item.column, FileField | BlindIndexField)}


def labels(keys):
    """Return readable names of field keys; a key that is no longer declared is returned as it is."""
    return [_label(key) for key in keys]


def _label(key):
    model, name = model_of(key), name_of(key)
    is_declared = model and name in {f.name for f in model._meta.get_fields()}
    return str(model._meta.get_field(name).verbose_name) if is_declared else key


def terms(keys):
    """Return the names of these fields in the W3C Data Privacy Vocabulary, each once; "dpv:PersonalData" by default."""
    full = (key_of(model, name_of(key)) for key in keys if (model := model_of(key)))
    found = [shareable()[key] for key in full if key in shareable()]
    said = (item.declaration.fields.get(item.name, Personal()).term for item in found)
    return list(dict.fromkeys(term or "dpv:PersonalData" for term in said))


def key_of(model, name):
    """Return the stored key of a field: "tenants.tenant.phone"."""
    return f"{model._meta.label_lower}.{name}"


def model_of(key):
    """Return the declared model of a key, or None. Older evidence has keys without the app: "tenant.phone"."""
    return _models().get(key.rpartition(".")[0])


@cache
def _models():
    declared = [d.model for d in all_declared()]
    return {m._meta.model_name: m for m in declared} | {m._meta.label_lower: m for m in declared}


def name_of(key):
    """Return the name of the field itself."""
    return key.rpartition(".")[2]


@cache
def tenant_record():
    """Return the declaration of the model of register entries (the one with updatable fields)."""
    (found,) = [d for d in all_declared() if d.updatable]
    return found


def entry_of(subject):
    """Return the register entry about this subject, or None."""
    d = tenant_record()
    return d.model._base_manager.filter(**{d.subject: subject}).first()


def entry_path():
    """Return the lookup from a Subject to its register entry, for `select_related` and search: "tenant"."""
    d = tenant_record()
    return d.model._meta.get_field(d.subject).related_query_name()


def controller_of(subject):
    """Return the id of the Party that answers for the subject's register entry, or None."""
    d = tenant_record()
    return d.model._base_manager.filter(**{d.subject: subject}).values_list(d.controller, flat=True).first()


def display(row, name):
    """Return one value for display: choices by name, files as files, None as ""."""
    shown = getattr(row, f"get_{name}_display", None)
    value = shown() if shown else getattr(row, name)
    return "" if value is None else value


def masked(row, name):
    """Return one value as staff see it in lists and on pages: hidden by `get_<name>_masked` if the field is masked."""
    if name not in of(type(row)).masked:
        return display(row, name)
    return getattr(row, f"get_{name}_masked")() if getattr(row, name) else ""


def values(subject_ids, keys, known=None):
    """Return subject id → key → [(row, value)], one query per model. Permissions are not checked here: callers must.

    `known`: the fields that may be named (default: the shareable ones). Encrypted fields are decrypted only if they are
    among the keys.
    """
    known = shareable() if known is None else known
    wanted = [known[key] for key in keys if key in known]
    found = {}
    for d in dict.fromkeys(item.declaration for item in wanted):
        rows = d.model._base_manager.all()
        if d.sharing.queryset:
            rows = getattr(d.model.objects.all(), d.sharing.queryset)()
        asked = [item for item in wanted if item.declaration is d]
        relations = [item.name for item in asked if item.column.is_relation]
        names = {item.name for item in asked}
        unasked = [f.name for f in d.model._meta.fields if isinstance(f, EncryptedTextField) and f.name not in names]
        rows = rows.filter(**{f"{d.subject}__in": list(subject_ids)})
        for row in rows.select_related(*relations).defer(*unasked).annotate(about=F(d.subject)):
            for item in asked:
                found.setdefault(row.about, {}).setdefault(item.key, []).append((row, display(row, item.name)))
    return found
