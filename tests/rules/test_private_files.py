"""Files with personal data are stored encrypted, and key rotation covers every encrypted value."""

import ast
import os
import tempfile
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, default_storage
from django.db.models import FileField
from django.forms import BaseForm
from django.forms import FileField as FileBox

from privacy.files.uploads import EncryptedFiles, ImageUpload, PrivateStorage
from tenants import spreadsheets
from tenants.forms.imports import RegisterFile
from tests.rules.apps import SOURCES
from tests.rules.sides import request_of_everyone
from tests.rules.site import routes

# Modules that may open files themselves: how, and why
WRITERS = {
    "accounts/passwords.py": {"open"},  # reads lists of breached passwords
    "tenants/spreadsheets.py": {"parts.open"},  # reads the parts of a workbook
    "privacy/files/pdf_inspector.py": {"pikepdf.open"},  # reads the upload, which is in memory
    "accounts/development_mail.py": {"write_bytes"},  # development only: mail shown on a page
    "bamms/isolation/__init__.py": {"tempfile"},  # a temporary folder, without data of real people
    "bamms/management/commands/verify_evidence.py": {"path.write_text"},  # hashes, for the user who runs the command
    "privacy/evidence_journal.py": {
        "os.open",
        "open",
    },  # evidence without words of people, outside the database on purpose
    "privacy/files/uploads.py": {"os.open"},  # replaces encrypted files by encrypted files
}
# File fields that store no file: they return the rows of a register
READERS = (RegisterFile,)
# File fields of the admin that no page shows: the class has pages of its own
NOT_SHOWN = {"DisclosureAdmin.document", "UpdateAdmin.evidence"}
OPENING = {"open", "write_text", "write_bytes", "touch", "mkstemp", "NamedTemporaryFile", "TemporaryFile"}
SEALERS = {
    "privacy/private_search.py",  # search text in a URL that is valid for an hour; not stored
    "accounts/encryption.py",
    "accounts/mail.py",
    "accounts/mfa.py",
    "accounts/sessions.py",  # a POST that waits for a fresh sign-in, for minutes
    "privacy/fields.py",
    "privacy/files/uploads.py",
    "privacy/key_rotation.py",
}


def called(tree):
    """Yield the names that are called: `open`, `os.open`; the last part only if the owner is no plain name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            yield f"{owner.id}.{node.func.attr}" if isinstance(owner, ast.Name) else node.func.attr


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module or ''}.{name.name}" for name in node.names)


def file_columns(models):
    return [field for model in models for field in model._meta.fields if isinstance(field, FileField)]


def open_files(models):
    return [str(field) for field in file_columns(models) if field.storage is not default_storage]


def test_every_file_column_is_kept_in_the_private_storage():
    assert len(file_columns(apps.get_models())) > 5
    assert open_files(apps.get_models()) == []
    assert isinstance(default_storage._wrapped, PrivateStorage)
    assert issubclass(PrivateStorage, EncryptedFiles)


def forms_in(sources):
    """Return every form class of these modules. Form modules are imported here, others by the URLconf."""
    list(routes())
    for source in sources:
        if "forms" in source.module.split("."):
            import_module(source.module)
    modules = {source.module for source in sources}
    return [form for form in subclasses(BaseForm) if form.__module__ in modules]


def subclasses(cls):
    for each in cls.__subclasses__():
        yield each
        yield from subclasses(each)


def boxes_of(form):
    return {f"{form.__module__}.{form.__qualname__}.{name}": box for name, box in form.base_fields.items()}


def boxes_of_admin(owner):
    request, name = request_of_everyone(), type(owner).__name__
    forms = [owner.get_form(request), *(formset.form for formset, _inline in owner.get_formsets_with_inlines(request))]
    return {f"{name}.{label}": box for form in forms for label, box in form.base_fields.items()}


def uncleaned(boxes):
    """Return file fields that accept an upload without cleaning it."""
    return [
        where
        for where, box in boxes.items()
        if isinstance(box, FileBox) and not isinstance(box, (ImageUpload, *READERS))
    ]


@pytest.mark.django_db
def test_every_upload_is_cleaned():
    boxes = {}
    for form in forms_in(SOURCES):
        boxes |= boxes_of(form)
    for owner in admin.site._registry.values():
        boxes |= boxes_of_admin(owner)
    assert sum(isinstance(box, ImageUpload) for box in boxes.values()) > 5
    assert set(uncleaned(boxes)) == NOT_SHOWN, (
        "Use a field of privacy.files.uploads: it redraws pictures and refuses active PDF."
    )


def own_writes(sources):
    found = []
    for source in sources:
        writes = {call for call in called(source.tree) if call.split(".")[-1] in OPENING} - {"default_storage.open"}
        writes |= {"tempfile", "shutil"} & {module.split(".")[0] for module in imported(source.tree)}
        found += [f"{source.name}: {write}" for write in sorted(writes - WRITERS.get(source.name, set()))]
    return found


def test_no_module_writes_a_file_of_its_own():
    assert own_writes(SOURCES) == [], "Keep it through `default_storage`, which seals it."


def test_whatever_may_write_still_does():
    trees = {source.name: source.tree for source in SOURCES}
    for name, calls in WRITERS.items():
        assert calls <= {*called(trees[name]), *(module.split(".")[0] for module in imported(trees[name]))}, name


def seals(source):
    calls = {call.removeprefix("encryption.") for call in called(source.tree)}
    return any("encryption" in module.split(".") for module in imported(source.tree)) and bool(
        calls & {"encrypt", "encrypt_bytes", "reencrypt"}
    )


def unrotated(sources):
    return [source.name for source in sources if seals(source) and source.name not in SEALERS]


def test_rotation_knows_where_each_module_that_seals_keeps_it():
    assert not unrotated(SOURCES), (
        "Teach privacy.key_rotation where this module keeps what it seals, then list it here."
    )
    gone = SEALERS - {source.name for source in SOURCES if seals(source)} - {"accounts/encryption.py"}
    assert not gone, "These seal nothing any more; take them off the list."


def test_a_register_never_lies_in_a_temporary_file(tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a temporary file")

    monkeypatch.setattr("openpyxl.worksheet._writer.NamedTemporaryFile", refuse)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for kind in (spreadsheets.CSV, spreadsheets.XLSX):
        assert spreadsheets.write(["Name"], [["Ann"], ["Bob"]], kind=kind, text_columns=[0])
    assert os.listdir(tmp_path) == []


class Bucket(EncryptedFiles, InMemoryStorage):
    """Encrypted files on another storage class, as for an object storage."""


def test_any_storage_can_keep_sealed_files(settings):
    bucket = Bucket()
    name = bucket.save("scans/Ann.jpg", ContentFile(b"picture"))
    assert (bucket.folders(), bucket.names("scans"), bucket.names("photos")) == (["scans"], [name], [])
    with InMemoryStorage._open(bucket, name) as stored:
        assert b"picture" not in stored.read()
    settings.FIELD_KEYS = {"t2": b"2" * 32} | settings.FIELD_KEYS
    bucket.reseal(name)
    assert (bucket.key_of(name), bucket.open(name).read(), bucket.names("scans")) == ("t2", b"picture", [name])
    with pytest.raises(AttributeError):
        bucket.url(name)
