"""Sharing in the admin: agreements moved by verbs, requests asked for a vendor, evidence that nobody edits."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from privacy import grants, parties, uploads
from privacy.models import AccessRecord, Purpose, SharingAgreement, SharingEvent, SharingGrant, SharingRequest
from privacy.models.parties import Role
from privacy.scope import Hat
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
    body = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
    body += b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>\nendobj\n%" + words.encode() + b"\n"
    offsets = [body.index(b"%d 0 obj" % number) for number in (1, 2, 3)]
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in offsets)
    tail = table + b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return SimpleUploadedFile("signed.pdf", body + tail, content_type="application/pdf")


def form(cast, **changes):
    values = {
        "vendor": cast.teknik.pk,
        "purposes": [cast.purpose.pk],
        "fields": ["tenant.name", "tenant.phone"],
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
    assert (made.management_id, made.status, made.fields) == (cast.anggrek.pk, "draft", ["tenant.name", "tenant.phone"])
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
    parties.appoint(user=cast.sam, party=cast.bougenvil, role=Role.HEAD, by=cast.otto)
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


def test_the_way_of_an_agreement(cast, sign_in, draft):
    client = sign_in(cast.sam)
    page = f"{AGREEMENTS}{draft.pk}/"
    assert "Add both signatures" in text(client.post(f"{page}step/activate/", follow=True))
    signed = {
        "management_signed_on": days(-1).isoformat(),
        "vendor_signed_on": days(-1).isoformat(),
        "management_file": pdf(),
        "vendor_file": pdf(),
    }
    client.post(f"{page}change/", form(cast, **signed))
    assert "can ask tenants to share under it" in text(client.get(f"{page}step/activate/"))
    assert "The agreement is active." in text(client.post(f"{page}step/activate/", follow=True))
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
    assert client.get(f"{page}step/explode/").status_code == 404
    assert "not possible while" in text(client.post(f"{page}step/activate/", follow=True))


def test_suspending_says_how_many_permissions_stop_and_a_get_stops_none(cast, sign_in, grant):
    f.GrantFactory(subject=grant.subject, agreement=cast.agreement, purpose=cast.purpose)
    f.GrantFactory(subject=grant.subject, agreement=cast.agreement, purpose=cast.purpose, withdrawn_at=timezone.now())
    client = sign_in(cast.sam)
    url = f"{AGREEMENTS}{cast.agreement.pk}/step/suspend/"
    assert "2 permissions stop at once." in text(client.get(url))
    assert grants.can_read(cast.vera, grant.subject, "tenant.name")
    client.post(url)
    assert not grants.can_read(cast.vera, grant.subject, "tenant.name")
    assert "2 permissions open again at once." in text(client.get(f"{AGREEMENTS}{cast.agreement.pk}/step/activate/"))


@pytest.mark.parametrize(("who", "status"), [("rita", 404), ("ann", 302), ("vera", 302), ("olga", 302)])
def test_steps_are_for_the_own_company_and_the_operator(cast, sign_in, who, status):
    response = sign_in(getattr(cast, who)).post(f"{AGREEMENTS}{cast.agreement.pk}/step/suspend/")
    assert response.status_code == status
    cast.agreement.refresh_from_db()
    assert cast.agreement.status == ("suspended" if who == "olga" else "active")


def test_steps_need_their_permission(cast, sign_in):
    officer = f.UserFactory()
    parties.appoint(user=officer, party=cast.anggrek, role=Role.OFFICER, by=cast.otto)
    client = sign_in(officer)
    assert client.post(f"{AGREEMENTS}{cast.agreement.pk}/step/suspend/").status_code == 403
    assert "step/suspend" not in text(client.get(f"{AGREEMENTS}{cast.agreement.pk}/change/"))


# Requests


def asking(cast, **changes):
    values = {
        "tenant": cast.ann_entry.pk,
        "agreement": cast.agreement.pk,
        "purpose": cast.purpose.pk,
        "fields": ["tenant.name"],
        "until": days(7).isoformat(),
        "reason": "The lift is being replaced.",
    }
    return values | changes


def test_ask_sends_a_request_for_the_vendor(cast, sign_in, mailoutbox):
    client = sign_in(cast.sam)
    page = text(client.get(f"{REQUESTS}add/", {"tenant": cast.ann_entry.pk}))
    assert "Ann Wijaya" in page
    assert "PT Teknik Andal" in page
    assert "The request is sent." in text(client.post(f"{REQUESTS}add/", asking(cast), follow=True))
    asked = SharingRequest.objects.get()
    assert (asked.subject, asked.asked_for_id, asked.asked_by.holder) == (
        cast.ann_entry.subject,
        cast.anggrek.pk,
        cast.sam,
    )
    assert len(mailoutbox) == 1
    assert "We already have this." in text(client.post(f"{REQUESTS}add/", asking(cast)))
    assert SharingRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"tenant": "bob"}, "Choose the tenant."),
        ({"tenant": ""}, "Choose the tenant."),
        ({"agreement": "bougenvil"}, "Choose the agreement."),
        ({"fields": ["tenant.email"]}, "The agreement does not allow some of this data."),
        ({"fields": []}, "Choose at least one kind of data."),
        ({"until": "2099-01-01"}, "when the agreement ends"),
        ({"reason": ""}, "Write in one sentence why"),
        ({"purpose": "other"}, "The agreement does not allow this purpose."),
        ({"tenant": "unclaimed"}, "Nobody has claimed this record yet"),
    ],
)
def test_ask_refuses_with_a_sentence_beside_the_field(cast, sign_in, changes, sentence):
    found = {
        "bob": cast.bob_entry.pk,
        "bougenvil": f.AgreementFactory(management=cast.bougenvil, vendor=cast.teknik).pk,
        "other": f.PurposeFactory(code="other").pk,
        "unclaimed": f.TenantFactory(management=cast.anggrek).pk,
    }
    changes = {key: found.get(value, value) if isinstance(value, str) else value for key, value in changes.items()}
    page = text(sign_in(cast.sam).post(f"{REQUESTS}add/", asking(cast, **changes)))
    assert page.count(sentence) >= 2
    assert not SharingRequest.objects.exists()


def test_ask_form_names_nobody_elses_tenant(cast, sign_in):
    page = text(sign_in(cast.sam).get(f"{REQUESTS}add/", {"tenant": cast.bob_entry.pk}))
    assert "Bob Santoso" not in page
    page = text(sign_in(cast.sam).post(f"{REQUESTS}add/", asking(cast, tenant=cast.bob_entry.pk)))
    assert "Bob Santoso" not in page


@pytest.mark.parametrize("who", ["olga", "otto"])
def test_ask_is_for_the_building_management_only(cast, sign_in, who):
    client = sign_in(getattr(cast, who))
    assert client.get(f"{REQUESTS}add/").status_code == 403
    assert client.get(REQUESTS).status_code == 200


def test_request_is_read_only_recorded_and_can_be_cancelled_by_its_side(cast, sign_in):
    asked = grants.ask(
        subject=cast.ann_entry.subject,
        agreement=cast.agreement,
        purpose=cast.purpose,
        fields=["tenant.name"],
        until=days(3),
        reason="Why",
        by=cast.sam,
        as_=Hat.STAFF,
    )
    client = sign_in(cast.sam)
    page = text(client.get(f"{REQUESTS}{asked.pk}/change/"))
    assert "Ann Wijaya" in page
    assert "Cancel request" in page
    record = AccessRecord.objects.get()
    assert (record.why, record.reference, record.fields) == ("sharing", asked.number, ["tenant.name", "occupancy.unit"])
    assert client.post(f"{REQUESTS}{asked.pk}/change/", {"reason": "x"}).status_code == 403
    assert client.get(f"{REQUESTS}{asked.pk}/cancel/").status_code == 403
    assert "Cancel request" not in text(sign_in(cast.olga).get(f"{REQUESTS}{asked.pk}/change/"))
    assert sign_in(cast.olga).post(f"{REQUESTS}{asked.pk}/cancel/").status_code == 403
    assert sign_in(cast.rita).post(f"{REQUESTS}{asked.pk}/cancel/").status_code == 404
    assert "is cancelled" in text(sign_in(cast.sam).post(f"{REQUESTS}{asked.pk}/cancel/", follow=True))
    asked.refresh_from_db()
    assert asked.status == "cancelled"
    assert "already answered" in text(sign_in(cast.sam).post(f"{REQUESTS}{asked.pk}/cancel/", follow=True))


def test_request_of_the_vendor_is_not_cancelled_by_staff(cast, sign_in):
    asked = f.SharingRequestFactory(subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose)
    client = sign_in(cast.sam)
    assert "Cancel request" not in text(client.get(f"{REQUESTS}{asked.pk}/change/"))
    assert "Only the company that asked" in text(client.post(f"{REQUESTS}{asked.pk}/cancel/", follow=True))


# Permissions and evidence


@pytest.mark.parametrize(("state", "numbers"), [("", 4), ("open", 2), ("soon", 1), ("over", 2)])
def test_grants_are_listed_with_names_and_by_state(cast, sign_in, grant, state, numbers):
    now = timezone.now()
    f.GrantFactory(
        subject=grant.subject, agreement=cast.agreement, purpose=cast.purpose, ends_at=now + timedelta(days=3)
    )
    f.GrantFactory(subject=grant.subject, agreement=cast.agreement, purpose=cast.purpose, withdrawn_at=now)
    f.GrantFactory(
        subject=grant.subject,
        agreement=cast.agreement,
        purpose=cast.purpose,
        starts_at=now - timedelta(days=3),
        ends_at=now - timedelta(days=1),
    )
    page = text(sign_in(cast.sam).get(GRANTS, {"state": state} if state else {}))
    assert page.count("Ann Wijaya · ") == numbers


def test_grant_page_tells_its_history_and_is_recorded(cast, sign_in, grant):
    grants.withdraw(grant=grant, by=cast.ann)
    page = text(sign_in(cast.sam).get(f"{GRANTS}{grant.pk}/change/"))
    assert "withdrawn" in page
    assert "Withdrawn" in page
    assert AccessRecord.objects.get().reference == grant.number


@pytest.mark.parametrize("url", [GRANTS, REQUESTS, AGREEMENTS, RECORDS])
def test_lists_are_scoped_to_the_own_management(cast, sign_in, grant, url):
    asked = f.SharingRequestFactory(subject=grant.subject, agreement=cast.agreement, purpose=cast.purpose)
    sign_in(cast.vera).get(f"/vendor/shared/{grant.number}/")
    marks = {GRANTS: grant.number, REQUESTS: asked.number, AGREEMENTS: cast.agreement.number, RECORDS: "Ann Wijaya"}
    client = sign_in(cast.sam)
    assert marks[url] in text(client.get(url))
    officer = sign_in(cast.rita)
    page = text(officer.get(url))
    for mark in ("Ann Wijaya", grant.number, asked.number, cast.agreement.number):
        assert mark not in page
    rows = {GRANTS: grant, REQUESTS: asked, AGREEMENTS: cast.agreement, RECORDS: AccessRecord.objects.first()}
    for suffix in ("change", "history"):
        assert officer.get(f"{url}{rows[url].pk}/{suffix}/").status_code == 404
    assert officer.get(f"{url}999999/change/").status_code == 404


@pytest.mark.parametrize("model", [AccessRecord, SharingEvent, SharingGrant])
def test_evidence_is_read_only_even_for_a_superuser(cast, sign_in, grant, model):
    grants.withdraw(grant=grant, by=cast.ann)
    sign_in(cast.vera).get(f"/vendor/shared/{grant.number}/")
    row, client = model.objects.first(), sign_in(cast.otto)
    base = f"/admin/privacy/{model._meta.model_name}/"
    assert client.get(f"{base}{row.pk}/change/").status_code == 200
    assert client.post(f"{base}{row.pk}/change/", {"at_0": "2020-01-01"}).status_code == 403
    assert client.get(f"{base}add/").status_code == 403
    assert client.get(f"{base}{row.pk}/delete/").status_code == 403
    assert client.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    page = text(client.get(base))
    assert 'value="delete_selected"' not in page


def test_access_record_page_says_who_why_and_what(cast, sign_in, grant):
    grants.withdraw(grant=grant, by=cast.ann)
    sign_in(cast.vera).get(f"/vendor/shared/{grant.number}/")
    page = text(sign_in(cast.sam).get(f"{RECORDS}{AccessRecord.objects.get().pk}/change/"))
    for words in (
        "Vera",
        "PT Teknik Andal",
        "Permission withdrawn",
        "refused",
        "name, phone number, unit",
        "Pengelola Anggrek",
    ):
        assert words in page
    assert AccessRecord.objects.count() == 1  # reading the evidence is no look at the person


def test_events_are_for_the_operator(cast, sign_in, grant):
    grants.withdraw(grant=grant, by=cast.ann)
    assert sign_in(cast.sam).get(EVENTS).status_code == 403
    assert grant.number in text(sign_in(cast.olga).get(EVENTS))


@pytest.mark.parametrize(("who", "status"), [("sam", 403), ("olga", 200), ("otto", 200), ("vera", 302)])
def test_purposes_are_for_the_operator(cast, sign_in, who, status):
    assert sign_in(getattr(cast, who)).get(PURPOSES).status_code == status


def test_purpose_keeps_its_code_and_is_never_deleted(cast, sign_in):
    client = sign_in(cast.olga)
    data = {
        "name_ind": "Perbaikan",
        "name_en": "Repairs",
        "description_ind": "a",
        "description_en": "b",
        "code": "changed",
    }
    client.post(f"{PURPOSES}{cast.purpose.pk}/change/", data)
    purpose = Purpose.objects.get(pk=cast.purpose.pk)
    assert (purpose.code, purpose.name_en, purpose.is_active) == ("repair", "Repairs", False)
    assert sign_in(cast.otto).post(f"{PURPOSES}{cast.purpose.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("url", [GRANTS, REQUESTS, AGREEMENTS, RECORDS])
def test_lists_ask_the_same_queries_for_two_hundred_rows(cast, sign_in, url):
    def more(count):
        for _each in range(count):
            entry = f.TenantFactory(management=cast.anggrek, subject__holder=cast.ann)
            f.OccupancyFactory(tenant=entry)
            f.GrantFactory(
                subject=entry.subject, agreement=cast.agreement, purpose=cast.purpose, withdrawn_at=timezone.now()
            )
            f.SharingRequestFactory(subject=entry.subject, agreement=cast.agreement, purpose=cast.purpose)
            f.AgreementFactory(management=cast.anggrek, vendor=f.VendorFactory())
        grants.list_shared(SharingGrant.objects.select_related("agreement", "purpose"), by=cast.vera)

    client = sign_in(cast.sam)
    more(10)
    f.GrantFactory(subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose)
    grants.list_shared(SharingGrant.objects.current().select_related("agreement", "purpose"), by=cast.vera)
    client.get(url)
    with CaptureQueriesContext(connection) as ten:
        client.get(url)
    more(190)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(ten)


def test_every_model_of_sharing_is_registered_once():
    for model in (SharingAgreement, SharingRequest, SharingGrant, SharingEvent, AccessRecord, Purpose):
        assert model in admin.site._registry
