"""The file door: who may open which file, what is recorded, and how the answer is sealed off."""

import io
from copy import copy

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from PIL import Image

from privacy.files.uploads import clean_pdf
from privacy.models import AccessRecord, Subject
from privacy.rights import profile_updates
from tests import factories as f
from tests.privacy.files.test_uploads import pdf

PDF = pdf()


@pytest.fixture(autouse=True)
def _files(tmp_path, settings):
    settings.PRIVATE_FILES_DIR = tmp_path / "private"


def picture():
    written = io.BytesIO()
    Image.new("RGB", (30, 20), "teal").save(written, "JPEG")
    return ContentFile(written.getvalue(), name="picture.jpg")


@pytest.fixture
def entry(cast):
    cast.ann_entry.photo.save("a.jpg", picture())
    cast.ann_entry.identity_scan.save("b.jpg", picture())
    return cast.ann_entry


def address(row, field, role=""):
    return reverse("file", args=[row._meta.label_lower, row.pk, field]) + (f"?as={role}" if role else "")


def ask(entry, by, **files):
    proposal = copy(entry)
    proposal.photo = picture()
    return profile_updates.ask(record=entry, proposal=proposal, by=by, **files)


def test_the_answer_is_sealed_off(cast, entry, sign_in):
    response = sign_in(cast.ann).get(address(entry, "photo"))
    assert Image.open(io.BytesIO(response.content)).size == (30, 20)
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == 'inline; filename="photo.jpg"'
    assert response["Content-Security-Policy"] == (
        "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"


def test_what_lies_on_disk_is_not_the_picture(entry, settings):
    stored = (settings.PRIVATE_FILES_DIR / entry.photo.name).read_bytes()
    assert b"JFIF" not in stored


def test_ones_own_file_opens_without_a_record(cast, entry, sign_in):
    assert sign_in(cast.ann).get(address(entry, "photo", "tenant")).status_code == 200
    assert not AccessRecord.objects.exists()


def test_ones_own_file_is_ones_own_for_staff_too(cast, entry, sign_in):
    Subject.objects.filter(pk=entry.subject_id).update(holder=cast.sam)
    assert sign_in(cast.sam).get(address(entry, "photo")).status_code == 200
    assert not AccessRecord.objects.exists()


def test_staff_of_the_management_open_it_and_the_look_is_recorded(cast, entry, sign_in):
    assert sign_in(cast.sam).get(address(entry, "identity_scan")).status_code == 200
    record = AccessRecord.objects.get()
    assert (record.actor.holder, record.hat, record.fields) == (cast.sam, "staff", ["tenants.tenant.identity_scan"])


def test_the_operator_opens_it_to_supervise(cast, entry, sign_in):
    assert sign_in(cast.olga).get(address(entry, "photo", "operator")).status_code == 200
    assert AccessRecord.objects.get().why == "oversight"


@pytest.mark.parametrize("name", ["bob", "rita", "vera"])
@pytest.mark.parametrize("role", ["", "tenant", "staff", "vendor", "operator", "nonsense"])
def test_others_find_nothing_whatever_they_say_they_are(cast, entry, sign_in, name, role):
    assert sign_in(getattr(cast, name)).get(address(entry, "photo", role)).status_code == 404
    assert not AccessRecord.objects.filter(allowed=True).exists()


def test_a_refused_try_is_recorded(cast, entry, sign_in):
    sign_in(cast.rita).get(address(entry, "photo"))
    record = AccessRecord.objects.get()
    assert (record.allowed, record.subject, record.reason) == (False, entry.subject, "not_yours")


def test_nobody_sees_anything_without_signing_in(client, entry):
    assert client.get(address(entry, "photo")).status_code == 302


def test_a_vendor_needs_a_permission_for_exactly_this_file(cast, entry, grant, sign_in):
    vera = sign_in(cast.vera)
    assert vera.get(address(entry, "photo", "vendor")).status_code == 404
    refused = AccessRecord.objects.get()
    assert (refused.allowed, refused.reason, refused.grant) == (False, "not_in_grant", grant)
    grant.fields = cast.agreement.fields = ["tenants.tenant.photo"]
    grant.save()
    cast.agreement.save()
    assert vera.get(address(entry, "photo", "vendor")).status_code == 404
    assert AccessRecord.objects.filter(reason="not_assessed", grant=grant).exists()
    cast.agreement.assessment = f.AssessmentFactory(controller=cast.anggrek)
    cast.agreement.save()
    assert vera.get(address(entry, "photo", "vendor")).status_code == 200
    assert vera.get(address(entry, "identity_scan", "vendor")).status_code == 404
    allowed = AccessRecord.objects.get(allowed=True)
    assert (allowed.grant, allowed.reference, allowed.fields) == (grant, grant.number, ["tenants.tenant.photo"])


def test_a_vendor_never_opens_evidence(cast, entry, grant, sign_in):
    request = ask(entry, cast.ann, evidence=picture())
    assert sign_in(cast.vera).get(address(request, "evidence", "vendor")).status_code == 404
    assert sign_in(cast.vera).get(address(request.lines.get(), "new", "vendor")).status_code == 404


def test_evidence_and_proposed_files_open_for_the_person_and_for_staff(cast, entry, sign_in):
    request = ask(entry, cast.ann, evidence=picture())
    for row, field in ((request, "evidence"), (request.lines.get(), "new"), (request.lines.get(), "old")):
        assert sign_in(cast.ann).get(address(row, field)).status_code == 200
        assert sign_in(cast.rita).get(address(row, field)).status_code == 404
        AccessRecord.objects.all()
        assert sign_in(cast.sam).get(address(row, field, "staff")).status_code == 200
        record = AccessRecord.objects.first()
        assert (record.why, record.reference, record.actor.holder) == ("update", request.number, cast.sam)
    assert AccessRecord.objects.first().fields == ["tenants.tenant.photo"]


def test_nothing_proposed_opens_once_it_is_settled(cast, entry, sign_in):
    request = ask(entry, cast.ann, evidence=picture())
    line = request.lines.get()
    profile_updates.cancel(request=request, by=cast.ann)
    for row, field in ((request, "evidence"), (line, "new"), (line, "old")):
        assert sign_in(cast.ann).get(address(row, field)).status_code == 404


def test_a_line_that_is_no_file_does_not_open(cast, entry, sign_in):
    proposal = copy(entry)
    proposal.birth_place = "../../etc/passwd.jpg"
    line = profile_updates.ask(record=entry, proposal=proposal, by=cast.ann).lines.get()
    assert sign_in(cast.ann).get(address(line, "new")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "tenants.tenant/{pk}/name",
        "tenants.tenant/{pk}/identity_number",
        "tenants.tenant/{pk}/nothing",
        "tenants.tenant/0/photo",
        "tenants.tenant/x/photo",
        "tenants.tenant/99999999999999999999999999/photo",
        "tenants.tenant/{other}/photo",
        "accounts.user/{pk}/password",
        "sessions.session/{pk}/session_data",
        "nothing.here/{pk}/photo",
        "tenants/{pk}/photo",
        "a.b.c/{pk}/photo",
    ],
)
def test_unknown_files_are_not_here(cast, entry, sign_in, path):
    path = path.format(pk=entry.pk, other=cast.bob_entry.pk)
    assert sign_in(cast.ann).get(f"/files/{path}/").status_code == 404


def test_an_empty_field_and_a_lost_file_are_not_here(cast, entry, sign_in):
    default_storage.delete(entry.photo.name)
    assert sign_in(cast.ann).get(address(entry, "photo")).status_code == 404
    assert sign_in(cast.bob).get(address(cast.bob_entry, "photo")).status_code == 404


def test_a_file_put_in_the_place_of_another_does_not_open(cast, entry, settings, sign_in):
    folder = settings.PRIVATE_FILES_DIR
    (folder / entry.photo.name).write_bytes((folder / entry.identity_scan.name).read_bytes())
    assert sign_in(cast.ann).get(address(entry, "photo")).status_code == 404


def test_a_file_of_an_unknown_kind_does_not_open(cast, entry, sign_in):
    stored = default_storage.save("photos/page.html", ContentFile(b"<script></script>"))
    type(entry).objects.filter(pk=entry.pk).update(photo=stored)
    assert sign_in(cast.ann).get(address(entry, "photo")).status_code == 404


def test_get_changes_nothing_and_post_is_refused(cast, entry, sign_in):
    assert sign_in(cast.ann).post(address(entry, "photo")).status_code == 405


def test_a_signed_agreement_opens_for_its_two_companies_without_asking_who_is_there(cast, sign_in, settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    cast.agreement.management_file.save("a.pdf", clean_pdf(ContentFile(PDF, name="a.pdf")))
    opened = {
        name: sign_in(getattr(cast, name)).get(address(cast.agreement, "management_file")).status_code
        for name in ("sam", "vera", "olga", "rita", "ann", "bob")
    }
    assert opened == {"sam": 200, "vera": 200, "olga": 200, "rita": 404, "ann": 404, "bob": 404}
    response = sign_in(cast.sam).get(address(cast.agreement, "management_file"))
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/pdf"


@pytest.mark.parametrize("who", ["sam", "otto"])
def test_staff_show_who_they_are_before_a_file_of_somebody_opens(cast, entry, sign_in, settings, who):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    response = sign_in(getattr(cast, who)).get(address(entry, "identity_scan"))
    assert response["Location"].startswith("/accounts/reauthenticate/")
    assert not AccessRecord.objects.exists()
    assert sign_in(cast.ann).get(address(entry, "identity_scan")).status_code == 200
