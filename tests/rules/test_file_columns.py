"""Files are stored only through the form fields that clean them: no column holds a raw upload."""

import ast
from importlib import import_module
from types import SimpleNamespace

import pytest
from django import forms
from django.apps import apps
from django.contrib.admin import ModelAdmin
from django.db.models import FileField, Model

from privacy.files import uploads
from privacy.models import Disclosure, ProfileUpdateRequest
from tenants.forms.imports import RegisterFile
from tests.rules.apps import APPS
from tests.rules.sides import REGISTERED, inlines, place, request_of
from tests.rules.site import client_for
from tests.rules.sources import called, functions, sources

CLEANERS = {uploads.clean_image, uploads.clean_document, uploads.clean_pdf}
COLUMNS = {
    field.name for model in apps.get_models() for field in model._meta.concrete_fields if isinstance(field, FileField)
}
CREATING = {"create", "update_or_create", "get_or_create", "update"}
# Where a file column is filled → the origin of the file
WRITES = {
    "privacy.rights.profile_updates.ask: evidence": "DocumentUpload of the form of a data update",
    "privacy.guardians.record: document": "DocumentUpload of the form of a guardian",
    "privacy.consent.consents.paper._keep: form": "DocumentUpload of the form of a consent on paper",
    "bamms.demo.companies._agreement: management_file": "a PDF file that the demo writes itself",
    "bamms.demo.companies._agreement: vendor_file": "a PDF file that the demo writes itself",
}
# Modules that read uploads before a form does → why they store none
LOOKS = {
    "privacy.admin.idempotent_add": "names and sizes, to tell two posts of one form apart",
    "bamms.rate_limits": "whether there are any",
}
# Columns of models whose admin uses its own form instead of the derived one → the view
OWN_PAGES = {
    "DisclosureForm.document: FileField": "AskPage.add_view",
    "ProfileUpdateRequestForm.evidence: FileField": "UpdateAdmin.change_view",
}
# Where a field is set by a name known only at run time → why no raw file is stored
BY_NAME = {
    "privacy.rights.profile_updates.put": "names of files that are stored already",
    "privacy.change_tracking.snapshot": "a name that is no column",
    "privacy.sealed_state._set_properties": "properties over relations; none is a file",
    "privacy.restoration.is_restored": "a mark on the request",
    "privacy.fields.pre_save": "a blind index, an encrypted number",
    "privacy.admin.base.save_form": "the company of a row",
    "privacy.consent.legal_documents._take_titles": "titles",
    "privacy.consent.models.legal_documents.put": "texts and summaries",
    "privacy.oversight.breaches.revise": "texts of a breach; it has no file",
    "privacy.oversight.forms.disclosures._post_clean": "texts and dates; the form's file is a DocumentUpload",
    "bamms.demo.story._ask_for_changes": "texts that the demo writes itself",
}


def unclean(form):
    """Yield the fields of a form class that accept a file without cleaning it."""
    for name, field in form.base_fields.items():
        takes_files = isinstance(field, forms.FileField) and not isinstance(field, RegisterFile)  # which stores none
        if takes_files and getattr(field, "clean_upload", None) not in CLEANERS:
            yield f"{form.__module__}.{form.__qualname__}.{name}: {type(field).__name__}"


def all_forms():
    for source in sources():
        if ".forms" in source.name or ".admin" in source.name or ".views" in source.name:
            import_module(source.name)
    found, classes = set(), [forms.BaseForm]
    while classes:
        classes += (new := set(classes.pop().__subclasses__()) - found)
        found |= new
    return [form for form in found if form.__module__.partition(".")[0] in APPS]


def admin_forms(world):
    """Yield the forms of the admin for adding and changing, with declared and derived fields."""
    for request in map(request_of, (world.sam, world.olga, world.otto)):
        for model, model_admin in REGISTERED.items():
            row = world.rows["anggrek"].get(model)
            if model_admin.has_add_permission(request):
                yield model_admin.get_form(request)
            if row and model_admin.has_change_permission(request, row):
                yield model_admin.get_form(request, row, change=True)
        for inline in inlines(REGISTERED.values()):
            yield inline.get_formset(request).form


def test_every_form_cleans_the_files_that_it_takes_in():
    found = all_forms()
    assert len(found) > 40
    assert sum(isinstance(field, uploads.ImageUpload) for form in found for field in form.base_fields.values()) > 6
    raw = [fault for form in found for fault in unclean(form)]
    assert not raw, f"Use ImageUpload, DocumentUpload or PdfUpload: {raw}"


def test_every_form_of_the_admin_cleans_the_files_that_it_takes_in(world):
    found = list(admin_forms(world))
    assert sum(isinstance(field, uploads.ImageUpload) for form in found for field in form.base_fields.values()) > 6
    raw = {fault.removeprefix("django.forms.widgets.") for form in found for fault in unclean(form)} - set(OWN_PAGES)
    assert not raw, f"Declare these fields as ImageUpload, DocumentUpload or PdfUpload in the form: {raw}"


def test_pages_with_a_form_of_their_own_never_use_the_derived_one(world, monkeypatch):
    """The derived form is neither rendered nor processed, for any user."""
    monkeypatch.setattr(ModelAdmin, "get_form", lambda *args, **kwargs: pytest.fail("the derived form is used"))
    asked = 0
    update = world.rows["anggrek"][ProfileUpdateRequest]
    for address in (place(Disclosure, "add"), place(ProfileUpdateRequest, "change", update.pk)):
        for who in ("sam", "olga", "otto"):
            client = client_for(world, who)
            client.raise_request_exception = True
            asked += sum(request(address).status_code == 200 for request in (client.get, client.post))
    assert asked >= 6


class Raw(forms.Form):
    file = forms.FileField()


class RawPicture(forms.Form):
    photo = forms.ImageField()


class NotCleaned(forms.Form):
    class Upload(uploads.ImageUpload):
        clean_upload = staticmethod(lambda upload: upload)

    photo = Upload()


@pytest.mark.parametrize("form", [Raw, RawPicture, NotCleaned], ids=lambda form: form.__name__)
def test_a_form_that_takes_in_raw_files_is_found(form):
    assert len(list(unclean(form))) == 1


def test_a_form_that_django_derives_from_the_columns_is_found():
    tenant = apps.get_model("tenants.Tenant")
    assert len(list(unclean(forms.modelform_factory(tenant, fields=["name", "photo", "identity_scan"])))) == 2


# Writes outside forms


def raw_uploads(tree):
    """Return uses of `request.FILES` other than passing it to a form."""
    handed = set()
    for node in ast.walk(tree):
        whole = [*node.args, *(word.value for word in node.keywords)] if isinstance(node, ast.Call) else []
        whole += node.elts if isinstance(node, ast.Tuple) else []  # data = (request.POST, request.FILES)
        handed |= {id(part) for item in whole for part in (item, *getattr(item, "values", ()))}
    return [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "FILES" and id(node) not in handed
    ]


def writes(source):
    """Yield "place: column" for each write to a file column."""
    for function in functions(source.tree):
        place = f"{source.name}.{function.name}"
        for node in ast.walk(function):
            for column, value in (*_assigned(node), *_passed(node, source)):
                if not _is_empty(value):
                    yield f"{place}: {column}"
            if isinstance(node, ast.Call) and called(node) == "setattr" and _may_be_a_column(node.args[1], source):
                yield place


def _assigned(node):
    """Yield (column, value) of `row.photo = file`, in tuples too, and `row.photo.save(name, file)`."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple):
                values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value] * len(target.elts)
                pairs = list(zip(target.elts, values, strict=True))
            yield from ((item.attr, value) for item, value in pairs if _is_column(item))
    elif isinstance(node, ast.AnnAssign | ast.AugAssign) and _is_column(node.target):
        yield node.target.attr, node.value
    elif isinstance(node, ast.Call) and called(node) == "save" and _is_column(getattr(node.func, "value", None)):
        yield node.func.value.attr, node


def _is_column(node):
    """Return whether a node is a file column of a row; `self.form` of a view or parser is not."""
    is_own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    return isinstance(node, ast.Attribute) and node.attr in COLUMNS and not is_own


def _passed(node, source):
    """Yield those of `Model(photo=file)`, `Model.objects.create(photo=file)`, `update(photo=file)`, `defaults={…}`."""
    if not isinstance(node, ast.Call):
        return
    root = node.func
    while isinstance(root, ast.Attribute | ast.Call):
        root = root.value if isinstance(root, ast.Attribute) else root.func
    named = source.namespace.get(getattr(root, "id", ""))
    model = named if isinstance(named, type) and issubclass(named, Model) else None
    if called(node) not in CREATING and (model is None or node.func is not root):
        return
    columns = {f.name for f in model._meta.concrete_fields if isinstance(f, FileField)} if model else COLUMNS
    for keyword in node.keywords:
        if keyword.arg in columns:
            yield keyword.arg, keyword.value
        elif keyword.arg in {"defaults", "create_defaults"}:
            for part in ast.walk(keyword.value):
                if isinstance(part, ast.Dict):
                    pairs = zip(part.keys, part.values, strict=True)
                    yield from ((key.value, value) for key, value in pairs if getattr(key, "value", "") in columns)


def _is_empty(value):
    return isinstance(value, ast.Constant) and value.value in ("", None)


def _may_be_a_column(name, source):
    if isinstance(name, ast.Constant):
        return name.value in COLUMNS
    if isinstance(name, ast.JoinedStr):
        ends = [getattr(part, "value", "") if isinstance(part, ast.Constant) else "" for part in name.values]
        return any(column.startswith(ends[0]) and column.endswith(ends[-1]) for column in COLUMNS)
    return True


def test_uploads_are_read_by_forms_alone():
    found = {source.name for source in sources() if raw_uploads(source.tree)}
    raw = sorted(found - set(LOOKS))
    assert not raw, f"Hand request.FILES to a form whole, and take the file from its cleaned_data: {raw}"
    assert not set(LOOKS) - found


def test_every_write_of_a_file_column_is_listed_with_its_source():
    found = {write for source in sources() for write in writes(source)}
    listed = {*WRITES, *BY_NAME}
    assert not found - listed, f"Where does the file come from? List it: {sorted(found - listed)}"
    assert not listed - found, f"These write no file column any more; take them off: {sorted(listed - found)}"


@pytest.mark.parametrize(
    "code",
    ["request.FILES['a']", "x = request.FILES", "request.FILES.get('a')", "for f in request.FILES.values(): pass"],
)
def test_an_upload_that_goes_round_the_forms_is_found(code):
    assert raw_uploads(ast.parse(code))
    assert not raw_uploads(ast.parse("F(request.POST, request.FILES); F(files=request.FILES or None)"))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("row.photo = file", True),
        ("row.name, row.photo = 'x', file", True),
        ("row.photo.save('x', file)", True),
        ("Tenant(photo=file)", True),
        ("Tenant.objects.create(photo=file)", True),
        ("rows.filter(pk=1).update(photo=file)", True),
        ("Tenant.objects.update_or_create(pk=1, defaults={**({'photo': file} if file else {})})", True),
        ("setattr(row, 'photo', file)", True),
        ("setattr(row, f'{what}_file', file)", True),
        ("setattr(row, name, file)", True),
        ("row.photo = ''", False),
        ("Tenant(name=file)", False),
        ("Tenant.objects.filter(photo=file)", False),
        ("setattr(row, f'{what}_hash', file)", False),
    ],
)
def test_a_write_into_a_file_column_is_found(line, found):
    code = ast.parse(f"def f():\n  {line}")
    source = SimpleNamespace(name="planted", tree=code, namespace={"Tenant": apps.get_model("tenants.Tenant")})
    assert bool(list(writes(source))) == found
