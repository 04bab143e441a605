"""A key that is gone is a clear error wherever its values are read: never ciphertext, never an empty answer."""

import io
import logging
import zipfile

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from accounts import mail
from accounts.encryption import KeyMissingError
from privacy.fields import EncryptedTextField
from tenants.models import Tenant
from tests import factories as f

OTHER = {"t2": b"2" * 32}
SENTENCE = "was sealed with the key 't1', which FIELD_KEYS does not hold"


@pytest.fixture(autouse=True)
def _plain_cursors(monkeypatch):
    """A cursor of PostgreSQL that breaks off would end the one transaction in which a test runs; a site has none."""
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)


@pytest.fixture
def lost(cast, settings, tmp_path):
    """The cast, whose values were sealed with a key that is gone; and what stands in the database of Ann's number."""
    settings.PRIVATE_FILES_DIR = tmp_path / "private"
    cast.ann_entry.photo.save("a.jpg", ContentFile(b"picture"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_number FROM tenants_tenant WHERE id = %s", [cast.ann_entry.pk])
        (cast.ciphertext,) = cursor.fetchone()
    settings.FIELD_KEYS = OTHER
    return cast


@pytest.mark.parametrize("read", [
    lambda rows: rows.get(),
    lambda rows: rows.only("pk").get().identity_number,
    lambda rows: rows.values("identity_number").get(),
    lambda rows: rows.values_list("identity_number", flat=True).first(),
    lambda rows: list(rows.iterator()),
])  # fmt: skip
def test_every_way_to_load_a_value_names_the_key(lost, read):
    with pytest.raises(KeyMissingError, match=SENTENCE) as error:
        read(Tenant.objects.filter(pk=lost.ann_entry.pk))
    assert error.value.key_id == "t1"
    assert lost.ciphertext[3:] not in str(error.value)


def test_every_encrypted_column_answers_so(db, settings):
    columns = [field for m in apps.get_models() for field in m._meta.fields if isinstance(field, EncryptedTextField)]
    sealed = [(field, field.get_prep_value("value")) for field in columns]
    settings.FIELD_KEYS = OTHER
    for field, value in sealed:
        with pytest.raises(KeyMissingError, match=SENTENCE):
            field.from_db_value(value, None, connection)


@pytest.mark.parametrize(
    ("who", "name", "args"),
    [
        ("sam", "admin:tenants_tenant_changelist", False),
        ("sam", "admin:tenants_tenant_change", True),
        ("ann", "my_data", False),
        ("ann", "file", "photo"),
        ("sam", "file", "photo"),
    ],
)
def test_pages_stop_with_the_sentence_and_show_nothing(lost, sign_in, caplog, who, name, args):
    pk = lost.ann_entry.pk
    address = reverse(name, args={False: [], True: [pk], "photo": ["tenants.tenant", pk, "photo"]}[args])
    client = sign_in(getattr(lost, who))
    caplog.set_level(logging.DEBUG)
    response = client.get(address)
    assert response.status_code == 500
    assert SENTENCE in caplog.text
    assert lost.ciphertext[3:40] not in response.content.decode()
    assert lost.ciphertext[3:40] not in caplog.text


def test_no_copy_is_made_of_what_cannot_be_read(lost, sign_in, caplog):
    answer = sign_in(lost.ann).post(reverse("download"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert SENTENCE in caplog.text


@pytest.fixture
def lost_photo(cast, settings, tmp_path):
    """Only the photo was sealed with a key that is gone."""
    settings.PRIVATE_FILES_DIR = tmp_path / "private"
    known = settings.FIELD_KEYS
    settings.FIELD_KEYS = OTHER
    name = default_storage.save("photos/a.jpg", ContentFile(b"picture"))
    settings.FIELD_KEYS = known
    Tenant.objects.filter(pk=cast.ann_entry.pk).update(photo=name)


def test_a_file_whose_key_is_gone_is_not_called_missing(cast, lost_photo, sign_in, caplog):
    answer = sign_in(cast.ann).get(reverse("file", args=["tenants.tenant", cast.ann_entry.pk, "photo"]))
    assert answer.status_code == 500
    assert "was sealed with the key 't2'" in caplog.text


def test_a_copy_names_the_files_that_it_lacks(cast, lost_photo, sign_in):
    answer = sign_in(cast.ann).post(reverse("download"))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as copy:
        assert not [name for name in copy.namelist() if name.startswith("files/")]
        assert f"files/tenants.tenant-{cast.ann_entry.pk}-photo" in copy.read("index.html").decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.background_failure
def test_the_worker_says_why_a_letter_was_not_sent(settings, mailoutbox):
    with override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}):
        mail.email_address(email="cici@example.com", language="id", template="invitation", path="/x/")
        settings.FIELD_KEYS = OTHER
        call_command("db_worker", batch=True, interval=0, reload=False, startup_delay=False, verbosity=0)
    task = DBTaskResult.objects.get()
    assert task.status == "FAILED"
    assert task.exception_class_path == "accounts.encryption.KeyMissingError"
    assert SENTENCE in task.traceback
    assert "cici" not in task.traceback
    assert not mailoutbox


def test_a_new_value_can_still_be_written(lost):
    entry = f.TenantFactory(identity_kind="ktp", identity_number="3172055504900009")
    assert Tenant.objects.get(pk=entry.pk).identity_number == "3172055504900009"
