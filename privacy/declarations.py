"""Personal data is declared once, beside the fields; this module reads every `class Privacy`.

Scope, grants, update requests, export and masking all ask here, so that none of them can
know of a field that another has forgotten.
"""

from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import F, FileField, Model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from privacy.fields import BlindIndexField, EncryptedTextField

CATEGORIES = {
    "identity": _("Identity"),
    "contact": _("Contact"),
    "birth": _("Birth and nationality"),
    "home": pgettext_lazy("where one lives", "Home"),
}


@dataclass(frozen=True, eq=False)  # compared by identity: `of` makes one a model
class Declaration:
    """What one model says of itself. Paths are ORM lookups from a row; "" means there is none."""

    model: type[Model]
    subject: str = ""  # to the Subject the row is about
    controller: str = ""  # to the Party that answers for it: its staff see the row
    vendor: str = ""  # to the Party that is the vendor side of it: its users see the row
    open_to: tuple = ()  # hats that see every row, for models that hold no personal data
    personal: MappingProxyType = field(default_factory=dict)  # field → what erasure leaves behind
    kept: MappingProxyType = field(default_factory=dict)  # field → why it may stay
    withheld: tuple = ()  # fields that a copy of one's own data leaves out: secrets, and what tells of other entries
    shareable: MappingProxyType = field(default_factory=dict)  # field → category a grant can open
    updatable: tuple = ()  # fields a person may ask to have changed
    birth: str = ""  # the field with the date of birth: children need a guardian (article 25)
    shown: str = ""  # queryset method that gives the rows worth showing now

    @property
    def plain(self):
        """The personal fields that a page shows as they are: sealed ones are masked, files open on their own page."""
        apart = (EncryptedTextField, BlindIndexField, FileField)
        return tuple(name for name in self.personal if not isinstance(self.model._meta.get_field(name), apart))

    @property
    def holder(self):
        """The path from a row to the account that may act for its subject."""
        return "holder" if self.subject == "pk" else f"{self.subject}__holder"


@dataclass(frozen=True)
class ShareableField:
    key: str  # "tenant.phone": what agreements and grants store
    declaration: Declaration
    name: str
    category: str

    @property
    def label(self):
        return self.declaration.model._meta.get_field(self.name).verbose_name


@cache
def of(model):
    """The model's own declaration; a parent's is not inherited, since its paths would not fit."""
    own = model.__dict__.get("Privacy")
    if own is None:
        raise ImproperlyConfigured(f"{model.__name__} has no class Privacy: declare who may see its rows.")
    return Declaration(model=model, **{name: value for name, value in vars(own).items() if not name.startswith("_")})


@cache
def all_declared():
    return tuple(of(model) for model in apps.get_models() if "Privacy" in model.__dict__)


@cache
def shareable():
    """Key → field, for everything that a grant can open, in the order of declaration."""
    return {
        f"{d.model._meta.model_name}.{name}": ShareableField(f"{d.model._meta.model_name}.{name}", d, name, category)
        for d in all_declared()
        for name, category in d.shareable.items()
    }


def labels(keys):
    """Readable names of field keys; a key that is no longer declared shows itself."""
    names = {d.model._meta.model_name: d.model for d in all_declared()}
    return [_label(names.get(key.partition(".")[0]), key) for key in keys]


def _label(model, key):
    name = key.rpartition(".")[2]
    return (
        str(model._meta.get_field(name).verbose_name)
        if model and name in {f.name for f in model._meta.get_fields()}
        else key
    )


def key_of(model, name):
    return f"{model._meta.model_name}.{name}"


@cache
def register():
    """The declaration of the model that holds a person's own register entry (the one with updatable fields)."""
    (found,) = [d for d in all_declared() if d.updatable]
    return found


def entry_of(subject):
    """The register entry about this subject, or None."""
    d = register()
    return d.model._base_manager.filter(**{d.subject: subject}).first()


def entry_path():
    """The lookup from a Subject to its register entry, for `select_related` and search: "tenant"."""
    d = register()
    return d.model._meta.get_field(d.subject).related_query_name()


def controller_of(subject):
    """The id of the Party that answers for the subject's register entry, or None."""
    d = register()
    return d.model._base_manager.filter(**{d.subject: subject}).values_list(d.controller, flat=True).first()


def display(row, name):
    """One value for people's eyes: choices by name, files as files, nothing as ""."""
    shown = getattr(row, f"get_{name}_display", None)
    value = shown() if shown else getattr(row, name)
    return "" if value is None else value


def values(subject_ids, keys):
    """Subject id → key → [(row, value)], one query a model. Asks nobody's leave: callers have decided.

    What is sealed stays sealed unless it is among the keys.
    """
    wanted = [shareable()[key] for key in keys if key in shareable()]
    found = {}
    for d in dict.fromkeys(item.declaration for item in wanted):
        rows = d.model._base_manager.filter(**{f"{d.subject}__in": list(subject_ids)})
        if d.shown:
            rows = getattr(d.model.objects.all(), d.shown)().filter(**{f"{d.subject}__in": list(subject_ids)})
        relations = [i.name for i in wanted if i.declaration is d and d.model._meta.get_field(i.name).is_relation]
        sealed = [
            f.name
            for f in d.model._meta.fields
            if isinstance(f, EncryptedTextField) and f.name not in {i.name for i in wanted}
        ]
        for row in rows.select_related(*relations).defer(*sealed).annotate(about=F(d.subject)):
            for item in (i for i in wanted if i.declaration is d):
                found.setdefault(row.about, {}).setdefault(item.key, []).append((row, display(row, item.name)))
    return found
