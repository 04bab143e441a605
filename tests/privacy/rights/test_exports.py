"""A copy of my own data: everything that is declared about me, nothing of anybody else, kept nowhere."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from privacy import access, declarations, subjects
from privacy.models import AccessRecord, Breach
from privacy.models.access import AccessReason
from privacy.oversight import breaches
from privacy.rights import exports, legal_holds, rights_requests
from privacy.scope import Role
from tests import factories as f
from tests.rules.world import build

URL = "/my-rights/download/"
PICTURE = b"\xff\xd8\xff not really a picture"


@pytest.fixture
def world(cast):
    return build(cast)


def opened(content):
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return {name: archive.read(name) for name in archive.namelist()}


def data(files):
    return json.loads(files["data.json"])["tables"]


def test_the_copy_holds_every_declared_kind_of_row_about_me(world):
    rights_requests.ask(subject=world.ann_entry.subject, kind="copy", by=world.ann)
    found = data(opened(exports.bundle(by=world.ann)))
    mine = [d for d in declarations.all_declared() if d.subject and exports.rows_about(d, world.ann).exists()]
    assert set(found) == {d.model._meta.label_lower for d in mine}
    assert {
        "tenants.tenant", "tenants.occupancy", "accounts.user", "privacy.consentevent", "privacy.sharinggrant",
        "privacy.sharingrequest", "privacy.profileupdaterequest", "privacy.accessrecord", "privacy.rightsrequest",
    } <= set(found)  # fmt: skip
    assert {name: len(rows) for name, rows in found.items()} == {
        d.model._meta.label_lower: exports.rows_about(d, world.ann).count() for d in mine
    }


def test_the_copy_holds_the_declared_values(world):
    files = opened(exports.bundle(by=world.ann))
    (entry,) = data(files)["tenants.tenant"]
    assert (entry["name"], entry["identity_number"], entry["phone"]) == (
        "Ann Wijaya", "3172055504900001", "+6281234567890",
    )  # fmt: skip
    assert entry["birth_date"] == "1990-04-15"
    assert all(event["hash"] and event["number"] for event in data(files)["privacy.consentevent"])
    page = " ".join(files["index.html"].decode().split())
    for shown in ("Ann Wijaya", "ann@example.com", "15 April 1990", "New number of anggrek"):
        assert shown in page
    assert files[entry["identity_scan"]].startswith(b"\xff\xd8")
    assert f'href="{entry["identity_scan"]}"' in page


def test_a_claim_is_in_it_without_what_tells_of_the_register(world):
    claim = world.rows["anggrek"][next(m for m in world.rows["anggrek"] if m.__name__ == "Claim")]
    files = opened(exports.bundle(by=claim.claimant.holder))
    (row,) = data(files)["tenants.claim"]
    assert row["number"] == claim.number
    assert row["message"] == "I moved into anggrek"
    assert not {"entry", "status", "identity_index"} & set(row)
    assert claim.entry.name not in files["index.html"].decode()


def test_the_copy_holds_nothing_of_anybody_else(world):
    for who, other in (("ann", "bougenvil"), ("bob", "anggrek")):
        files = opened(exports.bundle(by=getattr(world, who)))
        everything = b"".join([*files.values(), *(name.encode() for name in files)])
        for mark in (*world.marks[other], "otto@example.com", "sam@example.com", "rita@example.com"):
            assert mark.encode() not in everything, mark


def test_other_people_are_named_as_in_the_access_log_only(world):
    files = opened(exports.bundle(by=world.ann))
    log = data(files).pop("privacy.accessrecord")
    assert any("Sam, staff of Pengelola Anggrek" in row["sentence"] for row in log)
    assert {row["actor"] for row in log} >= {"another person"}
    rest = json.dumps({k: v for k, v in data(files).items() if k != "privacy.accessrecord"})
    assert "Sam" not in rest
    assert str(subjects.get_or_create_for(world.sam).pk) not in json.dumps(data(files))


def test_secrets_are_left_out(world):
    text = b"".join(opened(exports.bundle(by=world.ann)).values()).decode(errors="replace")
    for secret in (world.ann.password, world.ann_entry.identity_index, world.ann_entry.subject.salt.hex()):
        assert secret
        assert secret not in text
    for words in ("token_hash", '"mac"', '"salt"', '"password"', "md5$"):
        assert words not in text


def test_why_a_record_is_held_and_a_breach_that_is_not_told_are_left_out(cast):
    legal_holds.place(
        entry=cast.ann_entry, reason="Police warrant 77", law="UU 8/1981", by=cast.sam,
        review_on=timezone.localdate() + timedelta(days=9),
    )  # fmt: skip
    breach = breaches.open_(breach=Breach(controller_id=cast.anggrek.pk, kinds=["tenants.tenant.phone"]), by=cast.sam)
    breaches.add_subjects(breach=breach, subject_ids=[cast.ann_entry.subject_id], by=cast.sam)
    found = data(opened(exports.bundle(by=cast.ann)))
    assert found["privacy.legalhold"][0]["law"] == "UU 8/1981"
    assert "warrant" not in json.dumps(found)
    assert "privacy.breachsubject" not in found


def test_no_cell_is_run_as_a_formula(cast):
    cast.ann_entry.address = '=HYPERLINK("http://evil")'
    cast.ann_entry.save()
    files = opened(exports.bundle(by=cast.ann))
    rows = list(csv.reader(io.StringIO(files["csv/tenants.tenant.csv"].decode("utf-8-sig"))))
    assert '\'=HYPERLINK("http://evil")' in rows[1]
    assert not [cell for row in rows for cell in row if cell.startswith("=")]


def test_the_page_in_it_runs_nothing_and_escapes_everything(cast):
    cast.ann_entry.address = "<script>alert(1)</script>"
    cast.ann_entry.save()
    page = opened(exports.bundle(by=cast.ann))["index.html"].decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_file_that_is_lost_spoils_nothing(cast):
    cast.ann_entry.photo.save("photos/me.jpg", ContentFile(PICTURE))
    cast.ann_entry.photo.storage.delete(cast.ann_entry.photo.name)
    files = opened(exports.bundle(by=cast.ann))
    name = data(files)["tenants.tenant"][0]["photo"]
    assert name not in files
    assert f"These files could not be opened; ask us about them: {name}" in " ".join(
        files["index.html"].decode().split()
    )


def test_making_it_stands_in_the_access_log_once(cast, sign_in):
    exports.bundle(by=cast.ann)
    record = AccessRecord.objects.get()
    assert (record.hat, record.action, record.why, record.subject) == (
        "tenant", "exported", "own", subjects.get_or_create_for(cast.ann),
    )  # fmt: skip
    assert {"tenants.tenant.name", "tenants.tenant.identity_number", "accounts.user.email"} <= set(record.fields)
    assert "You downloaded a copy of your own data." in sign_in(cast.ann).get("/my-access-log/").content.decode()


def test_the_page_says_what_is_inside_and_warns(world, sign_in):
    response = sign_in(world.ann).get(URL)
    page = " ".join(response.content.decode().split())
    assert "On a device that others use too" in page
    assert "Tenants</dt> <dd>1 entry</dd>" in page
    assert response["Cache-Control"] == "no-store"
    assert not AccessRecord.objects.filter(action="exported", actor__holder=world.ann).exists()


def test_a_post_answers_with_the_file_and_lets_no_cache_keep_it(cast, sign_in):
    response = sign_in(cast.ann).post(URL)
    assert response["Content-Type"] == "application/zip"
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Disposition"].startswith('attachment; filename="bamms-2')
    assert "index.html" in opened(response.content)


def test_it_is_open_to_whoever_declined_and_to_who_holds_nothing(cast, sign_in):
    f.VersionFactory()
    newcomer = f.UserFactory()
    f.decline(newcomer)
    client = sign_in(newcomer)
    assert client.get(URL).status_code == 200
    assert set(data(opened(client.post(URL).content))) >= {"accounts.user", "privacy.consentevent"}


def test_a_new_kind_of_row_is_in_it_by_itself(cast, monkeypatch):
    """Whatever is declared with a path to a subject is read; nothing here names models."""
    asked = []
    real = exports.rows_about
    monkeypatch.setattr(exports, "rows_about", lambda d, user: asked.append(d) or real(d, user))
    exports.bundle(by=cast.ann)
    assert set(asked) == {d for d in declarations.all_declared() if d.subject}


def test_the_copy_does_not_ask_row_by_row(cast, django_assert_max_num_queries):
    for _n in range(20):
        access.record_access(cast.ann_entry, by=cast.sam, role=Role.STAFF, why=AccessReason.RECORD)
        f.GrantFactory(subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose)
    with django_assert_max_num_queries(75):
        exports.bundle(by=cast.ann)
