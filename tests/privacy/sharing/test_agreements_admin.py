"""Sharing in the admin: agreements moved by verbs, requests asked for a vendor, evidence that nobody edits."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from privacy import parties
from privacy.errors import Refused
from privacy.files import uploads
from privacy.models import SharingAgreement
from privacy.models.parties import MembershipRole
from privacy.sharing import agreements, grants
from tests import factories as f

AGREEMENTS, REQUESTS, GRANTS = (
    "/admin/privacy/sharingagreement/",
    "/admin/privacy/sharingrequest/",
    "/admin/privacy/sharinggrant/",
)
RECORDS, EVENTS, PURPOSES = "/admin/privacy/accessrecord/", "/admin/privacy/sharingevent/", "/admin/privacy/purpose/"


def days(n):
    return timezone.localdate() + timedelta(days=n)


def text(response):
    return response.content.decode()


def pdf(words="signed"):
    """The smallest file that is a PDF."""
    body = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    body += b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
    body += b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>\nendobj\n%" + words.encode() + b"\n"
    offsets = [body.index(b"%d 0 obj" % number) for number in (1, 2, 3)]
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in offsets)
    tail = table + b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return SimpleUploadedFile("signed.pdf", body + tail, content_type="application/pdf")


def form(cast, **changes):
    values = {
        "vendor": cast.teknik.pk,
        "purposes": [cast.purpose.pk],
        "fields": ["tenants.tenant.name", "tenants.tenant.phone"],
        "valid_from": days(0).isoformat(),
        "valid_until": days(90).isoformat(),
        "country": "ID",
        "safeguard": "",
        "management_signed_on": "",
        "vendor_signed_on": "",
    }
    return values | changes


@pytest.fixture
def draft(cast, sign_in):
    sign_in(cast.sam).post(f"{AGREEMENTS}add/", form(cast))
    return SharingAgreement.objects.exclude(pk=cast.agreement.pk).get()


# Agreements


def test_add_drafts_for_the_own_company_whatever_the_form_says(cast, sign_in):
    response = sign_in(cast.sam).post(
        f"{AGREEMENTS}add/", form(cast, management=cast.bougenvil.pk, status="active"), follow=True
    )
    assert response.status_code == 200
    made = SharingAgreement.objects.exclude(pk=cast.agreement.pk).get()
    assert (made.management_id, made.status, made.fields) == (
        cast.anggrek.pk,
        "draft",
        ["tenants.tenant.name", "tenants.tenant.phone"],
    )
    assert list(made.purposes.all()) == [cast.purpose]
    assert made.number.startswith("PB-")


def test_add_offers_vendors_only_and_fields_by_category(cast, sign_in):
    page = text(sign_in(cast.sam).get(f"{AGREEMENTS}add/"))
    for words in ("PT Teknik Andal", "Identity", "Contact", "Identity scan"):
        assert words in page
    for absent in ("Pengelola Bougenvil", "PT Operator Contoh", "Other information", "checked"):
        assert absent not in page.replace(cast.sam.name, "")
    response = sign_in(cast.sam).post(f"{AGREEMENTS}add/", form(cast, vendor=cast.bougenvil.pk))
    assert response.status_code == 200
    assert SharingAgreement.objects.count() == 1


def test_add_lets_staff_of_two_companies_choose_between_them(cast, sign_in):
    parties.appoint(user=cast.sam, party=cast.bougenvil, role=MembershipRole.HEAD, by=cast.otto)
    client = sign_in(cast.sam)
    assert 'name="management"' in text(client.get(f"{AGREEMENTS}add/"))
    client.post(f"{AGREEMENTS}add/", form(cast, management=cast.bougenvil.pk))
    assert SharingAgreement.objects.filter(management=cast.bougenvil).exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"fields": []}, "Choose at least one kind of data."),
        ({"valid_until": "2020-01-01"}, "Choose an end date on or after the start date."),
        ({"country": "SG"}, "Say which safeguard protects"),
        ({"vendor": ""}, "This field is required."),
        ({"valid_from": ""}, "This field is required."),
        ({"valid_until": ""}, "This field is required."),
        ({"country": ""}, "This field is required."),
    ],
)
def test_add_refuses_with_a_sentence_and_saves_nothing(cast, sign_in, changes, sentence):
    page = text(sign_in(cast.sam).post(f"{AGREEMENTS}add/", form(cast, **changes)))
    assert sentence in page
    assert SharingAgreement.objects.count() == 1


@pytest.mark.parametrize("who", ["rita", "olga", "vera", "ann"])
def test_add_is_for_the_head_of_a_management(cast, sign_in, who):
    response = sign_in(getattr(cast, who)).post(f"{AGREEMENTS}add/", form(cast))
    assert response.status_code in (302, 403, 404)
    assert SharingAgreement.objects.count() == 1


def test_files_are_cleaned_kept_and_shown_with_their_check_code(cast, sign_in, draft):
    client = sign_in(cast.sam)
    upload = pdf()
    signed = form(
        cast,
        management_signed_on=days(-1).isoformat(),
        vendor_signed_on=days(-1).isoformat(),
        management_file=upload,
        vendor_file=pdf("other"),
    )
    client.post(f"{AGREEMENTS}{draft.pk}/change/", signed)
    draft.refresh_from_db()
    assert draft.management_file_hash == uploads.sha256(draft.management_file)
    page = text(client.get(f"{AGREEMENTS}{draft.pk}/change/"))
    assert draft.management_file_hash in page
    assert f"/files/privacy.sharingagreement/{draft.pk}/management_file/" in page
    client.post(f"{AGREEMENTS}{draft.pk}/change/", form(cast, management_signed_on=days(-1).isoformat()))
    kept = SharingAgreement.objects.get(pk=draft.pk)
    assert kept.management_file.name == draft.management_file.name


def test_a_file_that_is_no_pdf_is_refused(cast, sign_in, draft):
    wrong = SimpleUploadedFile("signed.pdf", b"GIF89a", content_type="application/pdf")
    page = text(sign_in(cast.sam).post(f"{AGREEMENTS}{draft.pk}/change/", form(cast, vendor_file=wrong)))
    assert "Choose a PDF file." in page
    assert SharingAgreement.objects.get(pk=draft.pk).vendor_file_hash == ""


def activate(client, page):
    """Open the page of this step and send its form."""
    page = f"{page}step/activate/"
    return client.post(page, {"seen": client.get(page).context["fingerprint"]}, follow=True)


def test_nothing_is_activated_that_was_not_read(cast, sign_in, draft):
    client, page = sign_in(cast.sam), f"{AGREEMENTS}{draft.pk}/step/activate/"
    shown = client.get(page)
    for words in (str(cast.purpose), "Purposes allowed", "no file yet"):
        assert words in text(shown)
    assert f'name="seen" value="{agreements.fingerprint(draft)}"' in text(shown)
    seen = shown.context["fingerprint"]
    draft.purposes.clear()
    assert "changed while you were reading" in text(client.post(page, {"seen": seen}, follow=True))
    draft.purposes.add(cast.purpose)
    assert "Add both signatures" in text(client.post(page, {"seen": seen}, follow=True))
    draft.fields = ["tenants.tenant.name", "tenants.tenant.email"]
    agreements.save(agreement=draft, by=cast.olga)
    for old in (seen, ""):
        assert "changed while you were reading" in text(client.post(page, {"seen": old}, follow=True))


def test_the_way_of_an_agreement(cast, sign_in, draft):
    client = sign_in(cast.sam)
    page = f"{AGREEMENTS}{draft.pk}/"
    assert "Add both signatures" in text(activate(client, page))
    signed = {
        "management_signed_on": days(-1).isoformat(),
        "vendor_signed_on": days(-1).isoformat(),
        "management_file": pdf(),
        "vendor_file": pdf(),
    }
    client.post(f"{page}change/", form(cast, **signed))
    assert "can ask tenants to share under it" in text(client.get(f"{page}step/activate/"))
    assert "The agreement is active." in text(activate(client, page))
    assert client.post(f"{page}change/", form(cast)).status_code == 403
    shown = text(client.get(f"{page}change/"))
    for words in (
        "A signed agreement is not edited",
        f"{page}step/suspend/",
        f"{page}step/end/",
        "<progress",
        "name, phone number",
    ):
        assert words in shown
    assert f"{page}step/activate/" not in shown
    assert client.get(f"{page}step/explode/", follow=True).status_code == 404
    assert "not possible while" in text(activate(client, page))


def test_suspending_says_how_many_permissions_stop_and_a_get_stops_none(cast, sign_in, grant):
    f.GrantFactory(subject=grant.subject, agreement=cast.agreement, purpose=cast.purpose)
    f.GrantFactory(subject=grant.subject, agreement=cast.agreement, purpose=cast.purpose, withdrawn_at=timezone.now())
    client = sign_in(cast.sam)
    url = f"{AGREEMENTS}{cast.agreement.pk}/step/suspend/"
    assert "2 permissions stop at once." in text(client.get(url))
    assert grants.can_read(cast.vera, grant.subject, "tenants.tenant.name")
    client.post(url)
    assert not grants.can_read(cast.vera, grant.subject, "tenants.tenant.name")
    assert "2 permissions open again at once." in text(client.get(f"{AGREEMENTS}{cast.agreement.pk}/step/activate/"))


@pytest.mark.parametrize(("who", "status"), [("rita", 404), ("ann", 302), ("vera", 302), ("olga", 302)])
def test_steps_are_for_the_own_company_and_the_operator(cast, sign_in, who, status):
    response = sign_in(getattr(cast, who)).post(f"{AGREEMENTS}{cast.agreement.pk}/step/suspend/")
    assert response.status_code == status
    cast.agreement.refresh_from_db()
    assert cast.agreement.status == ("suspended" if who == "olga" else "active")


def test_steps_need_their_permission(cast, sign_in):
    officer = f.UserFactory()
    parties.appoint(user=officer, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.otto)
    client = sign_in(officer)
    assert client.post(f"{AGREEMENTS}{cast.agreement.pk}/step/suspend/").status_code == 403
    assert "step/suspend" not in text(client.get(f"{AGREEMENTS}{cast.agreement.pk}/change/"))


def test_a_draft_that_a_colleague_activated_meanwhile_is_not_saved(cast, sign_in, draft, monkeypatch):
    def too_late(**arguments):
        raise Refused("Only a draft can be edited.")

    monkeypatch.setattr(agreements, "save", too_late)
    page = text(
        sign_in(cast.sam).post(f"{AGREEMENTS}{draft.pk}/change/", form(cast, purposes=[], country="ID"), follow=True)
    )
    assert "is required" in page  # a form that is wrong anyway says so itself
    response = sign_in(cast.sam).post(
        f"{AGREEMENTS}{draft.pk}/change/", form(cast, valid_until=days(5).isoformat()), follow=True
    )
    assert "Only a draft can be edited." in text(response)
    assert SharingAgreement.objects.get(pk=draft.pk).valid_until == days(90)
