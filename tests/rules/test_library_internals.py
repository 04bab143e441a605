"""Private names of libraries that we use: each is listed here, and checked against the installed version."""

import ast
import importlib
import inspect
import io
import zipfile
from enum import Enum
from pkgutil import resolve_name

import openpyxl
import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import utils as admin_utils
from django.contrib.auth import SESSION_KEY, middleware
from django.core.cache.backends.db import DatabaseCache
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from accounts import recovery_codes
from accounts.models import User
from privacy.files.uploads import PrivateStorage
from tenants.models import Tenant
from tests.rules.apps import APPS

OUR_APPS = tuple(APPS)
# Documented by Django or Python
PUBLIC = {"_meta", "_state", "_base_manager", "_default_manager"}
# Private names of our own that other modules use
OURS = {"_admin_role", "_as_tenant", "_as_staff", "_as_operator", "_as_vendor", "_assessed"}
# Imported names → their parameters; None if it is no function
IMPORTED = {
    "allauth.account.internal.flows.email_verification.send_verification_email_at_login": ["request", "login"],
    "allauth.account.internal.flows.login.get_authentication_records": ["request", "user"],
    "allauth.account.internal.flows.reauthentication.STATE_SESSION_KEY": None,
    "allauth.account.internal.stagekit.LOGIN_SESSION_KEY": None,
    "allauth.account.internal.stagekit.clear_login": ["request"],
    "allauth.account.internal.stagekit.unstash_login": ["request", "peek"],
    "allauth.core.internal.cryptokit.normalize_user_code": ["code"],
    "allauth.mfa.recovery_codes.internal.auth": None,
    "allauth.mfa.recovery_codes.internal.flows": None,
    "allauth.mfa.totp.internal.auth.TOTP": ["instance"],
    "openpyxl.worksheet._writer.WorksheetWriter": ["ws", "out"],
    "tablib.formats._xlsx.XLSXFormat": None,
}
# Methods of libraries that we call or override → their parameters
METHODS = {
    "allauth.account.adapter.DefaultAccountAdapter._rollback_login_failed_rl_usage": ["self"],
    "allauth.mfa.totp.internal.auth.TOTP._mark_code_used": ["self", "code"],
    "django.contrib.admin.ModelAdmin._get_obj_does_not_exist_redirect": ["self", "request", "opts", "object_id"],
    "django.core.files.storage.FileSystemStorage._open": ["self", "name", "mode"],
    "django.core.files.storage.FileSystemStorage._save": ["self", "name", "content"],
    "django.core.files.storage.FileSystemStorage._value_or_setting": ["self", "value", "setting"],
    "django.db.models.query.QuerySet._raw_delete": ["self", "using"],
    "django.forms.models.BaseModelForm._post_clean": ["self"],
    "django.forms.models.ModelMultipleChoiceField._check_values": ["self", "value"],
    "openpyxl.writer.excel.ExcelWriter.write_worksheet": ["self", "ws"],
    "tablib.formats._xlsx.XLSXFormat.dset_sheet": ["dataset", "ws", "freeze_panes", "escape"],
}
# Attributes of library objects → an object that has it
ATTRIBUTES = {
    "_archive": lambda: ExcelWriter(openpyxl.Workbook(), zipfile.ZipFile(io.BytesIO(), "w")),
    "_committed": lambda: Tenant().photo,
    "_db": lambda: User.objects,
    "_drawing": lambda: openpyxl.Workbook().active,
    "_location": PrivateStorage,
    "_registry": lambda: admin.site,
    "_rels": lambda: WorksheetWriter(openpyxl.Workbook().active, io.BytesIO()),
    "_table": lambda: DatabaseCache("table", {}),
    "_validators": lambda: User._meta.get_field("email"),
}
REPLACED = {"_boolean_icon": admin_utils}  # functions of libraries that we replace → the module that calls them
LISTED = {name.rpartition(".")[2] for name in METHODS} | set(ATTRIBUTES) | set(REPLACED)
PATHS = [path for app in OUR_APPS for path in (settings.BASE_DIR / app).rglob("*.py") if "migrations" not in path.parts]
TREES = {str(path.relative_to(settings.BASE_DIR)): ast.parse(path.read_text()) for path in PATHS}


def is_private(name):
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC | {"_"}


def own_names(trees):
    """Yield the names that our code defines: functions, classes, variables, attributes of `self`."""
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_self(node.value):
            yield node.attr


def is_self(node):
    return isinstance(node, ast.Name) and node.id in {"self", "cls"}


def imports_of_internals(tree):
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            root, *parts = name.split(".")
            if root not in OUR_APPS and any(is_private(part) or part == "internal" for part in parts):
                yield name


def private_attributes(tree, own):
    """Yield private attributes of objects that are not ours, as far as the syntax shows."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            name, is_ours = node.attr, node.attr in (own if is_self(node.value) else OURS)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"getattr", "setattr", "hasattr"}:
            name = node.args[1].value if isinstance(node.args[1], ast.Constant) else ""
            is_ours = name in own | OURS | PUBLIC or not is_private(name)
        else:
            continue
        if not is_ours:
            yield name


def overridden(classes):
    """Yield private methods of libraries that our classes override."""
    for each in classes:
        owners = {}
        for base in reversed(each.__mro__):
            is_ours = base.__module__.split(".")[0] in OUR_APPS
            for name in filter(is_private, vars(base)):
                if is_ours and name in owners:
                    yield f"{owners[name]}.{name}"
                elif not is_ours:
                    owners[name] = f"{base.__module__}.{base.__qualname__}"


def our_classes():
    for name in TREES.keys() - {"bamms/asgi.py", "bamms/wsgi.py"}:  # importing these starts the site
        module = importlib.import_module(name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        yield from (
            each for each in vars(module).values() if inspect.isclass(each) and each.__module__ == module.__name__
        )


def test_every_internal_name_of_a_library_is_listed():
    own = set(own_names(TREES.values()))
    assert {name for tree in TREES.values() for name in imports_of_internals(tree)} == set(IMPORTED)
    used = {(path, name) for path, tree in TREES.items() for name in private_attributes(tree, own)}
    assert sorted((path, name) for path, name in used if name not in LISTED) == []
    assert set(ATTRIBUTES) | set(REPLACED) <= {name for _path, name in used}


def test_every_private_method_of_a_library_that_we_override_is_listed():
    names = overridden(each for each in our_classes() if not issubclass(each, Enum))
    assert sorted({name.rpartition(".")[2] for name in names} - LISTED) == []


@pytest.mark.parametrize(("name", "parameters"), [*IMPORTED.items(), *METHODS.items()])
def test_what_we_import_call_or_override_takes_what_we_expect(name, parameters):
    found = resolve_name(name)
    if parameters is not None:
        assert list(inspect.signature(found).parameters) == parameters


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_attributes_that_we_touch_are_there(name):
    assert hasattr(ATTRIBUTES[name](), name)


@pytest.mark.parametrize("name", REPLACED)
def test_what_we_replace_is_still_called(name):
    assert f" {name}(" in inspect.getsource(REPLACED[name])


def test_recovery_codes_are_those_of_allauth_but_for_what_we_replace():
    theirs = recovery_codes.RecoveryCodes.__mro__[1]
    assert theirs.__module__ == "allauth.mfa.recovery_codes.internal.auth"
    for name in ("activate", "get_unused_codes", "mark_as_viewed", "validate_code"):
        expected = inspect.signature(getattr(theirs, name)).parameters
        assert list(inspect.signature(getattr(recovery_codes.RecoveryCodes, name)).parameters) == list(expected)
    assert isinstance(theirs.did_view, property)


def test_names_that_we_write_as_text_are_those_of_django():
    assert SESSION_KEY == "_auth_user_id"
    assert "request._cached_user" in inspect.getsource(middleware)


@pytest.mark.parametrize(
    "line",
    [
        "from allauth.mfa.internal import flows",
        "import openpyxl.worksheet._writer",
        "from django.db.models.query import _x",
        "row._prefetched_objects_cache",
        "self._unknown_to_us",
        "super()._save()",
        "getattr(row, '_hidden')",
    ],
)
def test_the_check_sees_a_new_use(line):
    tree = ast.parse(line)
    assert [*imports_of_internals(tree), *private_attributes(tree, {"_save"})]


def test_the_check_sees_a_new_override():
    class Storage(PrivateStorage):
        __module__ = "privacy.files.uploads"

        def _ensure_location_group_id(self, full_path):
            """Replaces Django's."""

    assert "django.core.files.storage.filesystem.FileSystemStorage._ensure_location_group_id" in overridden([Storage])


def test_the_check_lets_our_own_names_pass():
    tree = ast.parse("row._meta, self._mine, super()._as_tenant(), getattr(row, 'name'), getattr(row, name)")
    assert not [*imports_of_internals(tree), *private_attributes(tree, {"_mine"})]
