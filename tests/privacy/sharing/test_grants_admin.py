"""Requests, permissions and evidence in the admin: staff ask and cancel, only the tenant gives, nobody edits proof."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from privacy.models import AccessRecord, Purpose, SharingAgreement, SharingEvent, SharingGrant, SharingRequest
from privacy.scope import Role
from privacy.sharing import grants
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


# Requests


def asking(cast, **changes):
    values = {
        "tenant": cast.ann_entry.pk,
        "agreement": cast.agreement.pk,
        "purpose": cast.purpose.pk,
        "fields": ["tenants.tenant.name"],
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
        ({"fields": ["tenants.tenant.email"]}, "The agreement does not allow some of this data."),
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
        fields=["tenants.tenant.name"],
        until=days(3),
        reason="Why",
        by=cast.sam,
        role=Role.STAFF,
    )
    client = sign_in(cast.sam)
    page = text(client.get(f"{REQUESTS}{asked.pk}/change/"))
    assert "Ann Wijaya" in page
    assert "Cancel request" in page
    record = AccessRecord.objects.get()
    assert (record.why, record.reference, record.fields) == (
        "sharing",
        asked.number,
        ["tenants.tenant.name", "tenants.occupancy.unit"],
    )
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
    assert page.count("Ann Wijaya<br") == numbers


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
        "Refused",
        "Name, phone number, unit",
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
        "basis": "consent",
        "category": "ServiceProvision",
        "optional": "on",
    }
    cast.agreement.purposes.clear()
    client.post(f"{PURPOSES}{cast.purpose.pk}/change/", data)
    purpose = Purpose.objects.get(pk=cast.purpose.pk)
    assert (purpose.code, purpose.name_en, purpose.is_active) == ("repair", "Repairs", False)
    assert sign_in(cast.otto).post(f"{PURPOSES}{cast.purpose.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_purpose_that_an_agreement_names_keeps_its_words(cast, sign_in):
    data = {"name_ind": "Pemasaran", "name_en": "Marketing", "description_ind": "a", "description_en": "b"}
    sign_in(cast.olga).post(f"{PURPOSES}{cast.purpose.pk}/change/", data)
    purpose = Purpose.objects.get(pk=cast.purpose.pk)
    assert (purpose.name_en, purpose.description_en) == (cast.purpose.name_en, cast.purpose.description_en)
    assert not purpose.is_active


def test_an_unknown_purpose_is_404(cast, sign_in):
    assert sign_in(cast.olga).get(f"{PURPOSES}999/change/").status_code == 404


@pytest.mark.parametrize("url", [GRANTS, REQUESTS, AGREEMENTS, RECORDS])
def test_lists_ask_the_same_queries_for_many_rows(cast, sign_in, url):
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
    more(3)
    f.GrantFactory(subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose)
    grants.list_shared(SharingGrant.objects.current().select_related("agreement", "purpose"), by=cast.vera)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    more(10)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few)


def test_every_model_of_sharing_is_registered_once():
    for model in (SharingAgreement, SharingRequest, SharingGrant, SharingEvent, AccessRecord, Purpose):
        assert model in admin.site._registry


def test_the_page_of_a_purpose_shows_each_word_once(cast, sign_in):
    client = sign_in(cast.olga)
    page = client.get(f"{PURPOSES}{cast.purpose.pk}/change/").content.decode().partition("<main")[2]
    assert 'name="data"' not in page
    assert page.count("To repair something in your unit.") == 1
    cast.agreement.purposes.clear()
    assert 'name="data"' in client.get(f"{PURPOSES}{cast.purpose.pk}/change/").content.decode()
