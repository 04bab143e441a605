"""Keys change while the site runs: everything is found, nothing is lost, and the command says when a key may go."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override
from django_tasks_db.models import DBTaskResult

from accounts import encryption, mail
from privacy import key_rotation
from privacy.errors import Refused
from privacy.fields import EncryptedTextField
from privacy.rights import erasures
from privacy.rights.models.erasures import ErasureReason
from tenants import claims, imports
from tenants.models import Claim, Tenant
from tests import factories as f
from tests.rules.world import build
from tests.tenants.files import csv_file

NUMBER = "3172055504900001"
NEW, NEW_INDEX = {"t2": b"2" * 32}, {"b2": b"b" * 32}


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path):
    settings.PRIVATE_FILES_DIR = tmp_path / "private"
    cache.clear()
    with override("en"):
        yield


@pytest.fixture
def entry(db):
    return f.TenantFactory(identity_kind="ktp", identity_number=NUMBER)


@pytest.fixture
def change(settings):
    """Put new keys before the old ones, as an operator would."""
    before = settings.FIELD_KEYS, settings.BLIND_INDEX_KEYS

    def _change():
        settings.FIELD_KEYS, settings.BLIND_INDEX_KEYS = NEW | before[0], NEW_INDEX | before[1]

    return _change


def rotate(*options):
    """What the command says, and the sentence it ends with when it fails."""
    out, err = StringIO(), StringIO()
    try:
        call_command("rotate_keys", *options, stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue() + err.getvalue(), str(error)
    return out.getvalue() + err.getvalue(), ""


def stored(model, column, pk):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table} WHERE id = %s", [pk])
        return cursor.fetchone()[0]


def write(model, column, pk, value):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = %s WHERE id = %s", [value, pk])


def test_every_place_is_found_and_afterwards_the_old_keys_are_not_needed(cast, change, settings):
    build(cast)
    mail.email_address(email="cici@example.com", language="id", template="invitation", path="/x/")
    letter = encryption.encrypt('["dodi@example.com", "id", "/"]', context="accounts.mail")
    waiting = DBTaskResult.objects.first()
    DBTaskResult.objects.update(args_kwargs={"args": [], "kwargs": {"letter": letter, "facts": {"on": "1:2"}}})
    change()
    counted, wrong = rotate("--dry-run")
    assert "t1 must stay" in counted
    assert "no key may be taken away yet" in wrong
    assert all(set(place.count()) <= {"t1"} for place in key_rotation.places())
    said, wrong = rotate()
    assert not wrong, said
    assert "t1 may go: nothing is under it. Take it out of FIELD_KEYS and restart" in said
    assert "t1 may go: nothing is under it. Take it out of BLIND_INDEX_KEY and restart" in said
    settings.FIELD_KEYS, settings.BLIND_INDEX_KEYS = NEW, NEW_INDEX
    read = sum(len(list(model._base_manager.all())) for model in apps.get_models())
    assert read > 100
    assert Tenant.objects.with_identity("ktp", NUMBER).get() == cast.ann_entry
    files = [name for folder in default_storage.folders() for name in default_storage.names(folder)]
    assert len(files) > 5
    assert all(default_storage.open(name).read() for name in files)
    waiting.refresh_from_db()
    assert waiting.args_kwargs["kwargs"]["facts"] == {"on": "1:2"}
    assert "dodi@" in encryption.decrypt(waiting.args_kwargs["kwargs"]["letter"], context="accounts.mail")


@pytest.mark.django_db
def test_every_encrypted_column_and_every_folder_has_its_line():
    said, wrong = rotate("--dry-run")
    assert not wrong
    labels = {place.label for place in key_rotation.places()}
    columns = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, EncryptedTextField)
    }
    assert columns < labels
    assert {"scans/ (tenants.Tenant.identity_scan)", "django_tasks_database.DBTaskResult.args_kwargs"} < labels
    assert [place.label for place in key_rotation.indexes()] == [
        "tenants.Claim.identity_index",
        "tenants.Tenant.identity_index",
    ]
    assert "FIELD_KEYS: t1 writes" in said


def test_a_dry_run_changes_nothing(entry, change):
    before = stored(Tenant, "identity_number", entry.pk), stored(Tenant, "identity_index", entry.pk)
    change()
    rotate("--dry-run")
    assert before == (stored(Tenant, "identity_number", entry.pk), stored(Tenant, "identity_index", entry.pk))


def test_a_second_run_finds_nothing_to_do(entry, change):
    change()
    rotate()
    before = stored(Tenant, "identity_number", entry.pk)
    assert rotate()[1] == ""
    assert stored(Tenant, "identity_number", entry.pk) == before


def test_a_stopped_run_goes_on_where_it_stopped(db, change):
    rows = [f.TenantFactory(identity_kind="passport", identity_number=f"X123456{n}") for n in range(5)]
    change()
    (place,) = [place for place in key_rotation.places() if place.label == "tenants.Tenant.identity_number"]
    assert next(place.rotate(2)) == 2
    assert place.count() == {"t1": 3, "t2": 2}
    done = [stored(Tenant, "identity_number", row.pk) for row in rows[:2]]
    assert list(place.rotate(2)) == [2, 1]
    assert place.count() == {"t2": 5}
    assert done == [stored(Tenant, "identity_number", row.pk) for row in rows[:2]]


def test_an_edit_that_came_between_is_kept(entry, change, monkeypatch):
    change()
    (place,) = [place for place in key_rotation.places() if place.label == "tenants.Tenant.identity_number"]
    real = encryption.reencrypt

    def edit_meanwhile(text, *, context):
        write(Tenant, "identity_number", entry.pk, encryption.encrypt("3172055504900009", context=context))
        return real(text, context=context)

    monkeypatch.setattr(encryption, "reencrypt", edit_meanwhile)
    assert list(place.rotate(10)) == [0]
    assert Tenant.objects.get(pk=entry.pk).identity_number == "3172055504900009"


@pytest.mark.django_db
def test_keys_that_differ_only_in_their_capitals_are_two(settings):
    settings.FIELD_KEYS = {"K": b"1" * 32}
    entry = f.TenantFactory(identity_kind="ktp", identity_number=NUMBER)
    settings.FIELD_KEYS = {"k": b"2" * 32, "K": b"1" * 32}
    assert rotate()[1] == ""
    assert stored(Tenant, "identity_number", entry.pk).startswith("k:")


def test_what_a_lost_key_sealed_stays_and_is_named_without_its_value(entry, settings):
    other = f.TenantFactory(identity_kind="ktp", identity_number="3172055504900009")
    sealed = stored(Tenant, "identity_number", entry.pk)
    settings.FIELD_KEYS = NEW
    write(Tenant, "identity_number", other.pk, encryption.encrypt("x", context="tenants_tenant.identity_number"))
    said, wrong = rotate()
    assert wrong
    assert "The key t1 is lost: 1 values cannot be read. Put it back." in said
    assert "'t1', which FIELD_KEYS does not hold" in said
    assert sealed[3:] not in said
    assert stored(Tenant, "identity_number", entry.pk) == sealed


def test_what_was_never_sealed_is_counted_and_not_shown(entry):
    write(Tenant, "identity_number", entry.pk, "Ann: the number 3172")
    said, wrong = rotate()
    assert wrong
    assert "1 values (?) fit none of these keys" in said
    assert "Ann" not in said
    assert "3172" not in said


@pytest.mark.django_db
def test_a_batch_of_none_is_refused():
    assert rotate("--batch", "0")[1] == "--batch must be 1 or more."


@pytest.mark.django_db
def test_progress_is_told_on_request(entry, change):
    change()
    assert "tenants.Tenant.identity_number: 1" in rotate("-v", "2")[0]
    assert "\r" not in rotate()[0]


# Files


def test_a_file_is_sealed_anew_under_its_name_and_nothing_is_left_beside_it(change, tmp_path):
    name = default_storage.save("scans/a.jpg", ContentFile(b"picture"))
    change()
    default_storage.reseal(name)
    assert default_storage.key_of(name) == "t2"
    assert default_storage.open(name).read() == b"picture"
    path = tmp_path / "private" / name
    assert [found.name for found in path.parent.iterdir()] == [path.name]
    assert path.stat().st_mode & 0o777 == 0o600


def stop(*args):
    raise KeyboardInterrupt


def test_a_run_that_was_stopped_in_a_file_leaves_the_old_one_whole(change, tmp_path, monkeypatch):
    name = default_storage.save("scans/a.jpg", ContentFile(b"picture"))
    change()
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", stop)
        with pytest.raises(KeyboardInterrupt):
            default_storage.reseal(name)
    assert default_storage.open(name).read() == b"picture"
    assert default_storage.names("scans") == [name]
    default_storage.reseal(name)
    assert default_storage.key_of(name) == "t2"


def test_an_erased_file_does_not_come_back_and_leaves_no_copy(change, tmp_path):
    name = default_storage.save("scans/a.jpg", ContentFile(b"picture"))
    (tmp_path / "private" / f"{name}.new").write_bytes(b"half")
    default_storage.delete(name)
    assert not list((tmp_path / "private" / "scans").iterdir())
    (place,) = [place for place in key_rotation._folders() if place.folder == "scans"]
    place._names = lambda: [name]  # it was there when the folder was read
    change()
    assert list(place.rotate(10)) == [0]
    assert not place.faults
    assert place.count() == {}


def test_a_file_that_does_not_open_is_named_and_stops_no_other(db, change, tmp_path):
    first, second = sorted(default_storage.save("scans/a.jpg", ContentFile(b"picture")) for _ in range(2))
    path = tmp_path / "private" / first
    path.write_bytes(path.read_bytes()[:-1])
    change()
    said, wrong = rotate()
    assert wrong
    assert f"A value of {first} was altered" in said
    assert default_storage.key_of(second) == "t2"


# The blind index


def test_lookups_find_what_either_key_indexed(entry, change):
    change()
    later = f.TenantFactory(identity_kind="ktp", identity_number="3172055504900009")
    assert Tenant.objects.with_identity("ktp", NUMBER).get() == entry
    assert Tenant.objects.with_identity("ktp", "3172055504900009").get() == later


def test_a_number_under_the_old_key_still_clashes_with_the_same_one(entry, change):
    change()
    twin = Tenant(management=entry.management, name="Twin", identity_kind="ktp", identity_number=NUMBER)
    with pytest.raises(Exception, match="Another entry of this register has this identity number"):
        twin.full_clean(exclude=["subject"])
    with pytest.raises(IntegrityError), transaction.atomic():
        f.TenantFactory(management=entry.management, identity_kind="ktp", identity_number=NUMBER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tenant.objects.bulk_create([Tenant(
            management=entry.management, subject=f.SubjectFactory(), name="Twin",
            identity_kind="ktp", identity_number=NUMBER,
        )])  # fmt: skip
    f.TenantFactory(identity_kind="ktp", identity_number=NUMBER)  # another management's register


def test_an_entry_keeps_its_own_number_while_the_key_changes(entry, change):
    change()
    entry = Tenant.objects.get(pk=entry.pk)
    entry.full_clean()
    entry.save()
    (place,) = [place for place in key_rotation.indexes() if place.label == "tenants.Tenant.identity_index"]
    assert place.count() == {"b2": 1}


def test_the_index_is_built_anew_even_without_its_old_key(entry, settings):
    settings.BLIND_INDEX_KEYS = NEW_INDEX
    assert not Tenant.objects.with_identity("ktp", NUMBER).exists()
    said, wrong = rotate("--dry-run")
    assert "1 values (?) fit none of these keys" in said
    assert wrong
    assert rotate()[1] == ""
    assert Tenant.objects.with_identity("ktp", NUMBER).get() == entry


def test_two_rows_that_clash_are_named_by_their_number(entry, settings, change):
    twin = f.TenantFactory(management=entry.management, identity_kind="ktp", identity_number="3172055504900009")
    write(Tenant, "identity_number", twin.pk, stored(Tenant, "identity_number", entry.pk))
    change()
    said, wrong = rotate()
    assert wrong
    assert f"tenants.Tenant.identity_index: row {twin.pk} holds what another row holds, and only one may." in said
    assert NUMBER not in said


def test_an_index_whose_value_is_lost_is_counted(entry, settings):
    settings.FIELD_KEYS, settings.BLIND_INDEX_KEYS = NEW, NEW_INDEX
    said, wrong = rotate()
    assert wrong
    assert said.count("fit none of these keys") == 1


def claim_of(entry, by, number=NUMBER):
    unit = entry.occupancies.get().unit
    return claims.claim(
        building=unit.building, unit_number=unit.number, identity_kind="ktp", identity_number=number,
        birth_date=entry.birth_date, by=by,
    )  # fmt: skip


def test_a_claim_finds_the_entry_that_the_old_key_indexed(cast, change):
    change()
    made = claim_of(cast.ann_entry, f.UserFactory())
    made.refresh_from_db()
    assert made.entry == cast.ann_entry
    assert claims._matches(made)[0] == [cast.ann_entry]


def test_the_same_claim_sent_again_is_refused_while_the_key_changes(cast, change):
    who = f.UserFactory()
    claim_of(cast.ann_entry, who)
    change()
    with pytest.raises(Refused) as refused:
        claim_of(cast.ann_entry, who)
    assert refused.value.code == "twice"


def test_erasure_reaches_a_claim_that_the_other_key_indexed(cast, change):
    other = claim_of(cast.ann_entry, f.UserFactory())
    change()
    (entries,) = [place for place in key_rotation.indexes() if place.model is Tenant]
    list(entries.rotate(10))
    Claim.objects.filter(pk=other.pk).update(entry=None)
    erasures.erase(cast.ann_entry.subject, why=ErasureReason.RETENTION, law="x")
    other.refresh_from_db()
    assert (other.identity_number, other.identity_index) == ("", "")


def test_an_import_knows_people_by_the_old_key_and_writes_the_new_one(cast, change):
    home = cast.ann_entry.occupancies.get().unit
    change()
    rows = [
        ("Name", "Building", "Unit", "Identity kind", "Identity number", "Address"),
        ("Ann Wijaya", home.building.name, home.number, "KTP", NUMBER, "Jalan Baru 2"),
        ("Ann Wijaya", home.building.name, "Z-1", "KTP", "3172055106920004", ""),
    ]
    pending = imports.keep(table=imports.read(csv_file(*rows)), management=cast.anggrek, by=cast.sam)
    plan = imports.preview(pending=pending, by=cast.sam)
    assert not plan.problems
    assert [line.name for match in plan.changed for line in match.lines] == ["address"]
    imports.confirm(pending=pending, seen=plan.fingerprint, by=cast.sam)
    assert Tenant.objects.with_identity("ktp", NUMBER).get().address == "Jalan Baru 2"


def test_an_import_that_gives_a_number_brings_the_old_index_over(cast, change):
    home = cast.ann_entry.occupancies.get().unit
    bare = f.TenantFactory(management=cast.anggrek, name="Dewi")
    f.OccupancyFactory(tenant=bare, unit=home)
    change()
    rows = [
        ("Name", "Building", "Unit", "Identity kind", "Identity number", "Address"),
        ("Ann Wijaya", home.building.name, home.number, "", "", "Jalan Baru 2"),
        ("Dewi", home.building.name, home.number, "KTP", "3172055106920004", ""),
    ]
    pending = imports.keep(table=imports.read(csv_file(*rows)), management=cast.anggrek, by=cast.sam)
    plan = imports.preview(pending=pending, by=cast.sam)
    imports.confirm(pending=pending, seen=plan.fingerprint, by=cast.sam)
    (place,) = [place for place in key_rotation.indexes() if place.model is Tenant]
    assert place.count() == {"b2": 2, "t1": 1}
    assert Tenant.objects.with_identity("ktp", "3172055106920004").get() == bare
