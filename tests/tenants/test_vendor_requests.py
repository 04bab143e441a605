"""The vendor asks for more, reads the answers, and sees its agreements; nobody's data is on those pages."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from privacy.models import AccessRecord, SharingRequest
from privacy.scope import Role
from privacy.sharing import agreements, grants
from tests import factories as f

NAME, PHONE, UNIT = "tenants.tenant.name", "tenants.tenant.phone", "tenants.occupancy.unit"
PAGES = ["vendor_home", "vendor_shared", "vendor_requests", "vendor_agreements"]


def days(n):
    return timezone.localdate() + timedelta(days=n)


def text(response):
    return response.content.decode()


def share(cast, name, unit, fields, **grant):
    entry = f.TenantFactory(management=cast.anggrek, name=name, phone="+6281211112222")
    f.OccupancyFactory(tenant=entry, unit__number=unit)
    return f.GrantFactory(subject=entry.subject, agreement=cast.agreement, purpose=cast.purpose, fields=fields, **grant)


# Asking


def ask(client, grant, **data):
    values = {
        "purpose": grant.purpose_id,
        "fields": [NAME, PHONE],
        "until": days(10).isoformat(),
        "reason": "The pipe still leaks.",
    }
    return client.post(reverse("vendor_request_new", args=[grant.number]), values | data, follow=True)


def test_ask_sends_a_request_and_tells_the_tenant(cast, sign_in, grant, mailoutbox):
    client = sign_in(cast.vera)
    assert "Email" not in text(client.get(reverse("vendor_request_new", args=[grant.number])))
    assert "Your request is sent." in text(ask(client, grant))
    asked = SharingRequest.objects.get()
    assert (asked.subject, asked.fields, asked.asked_for_id, asked.reason) == (
        grant.subject,
        [NAME, PHONE],
        cast.teknik.pk,
        "The pipe still leaks.",
    )
    assert [letter.to for letter in mailoutbox] == [["ann@example.com"]]


def test_ask_twice_is_once(cast, sign_in, grant):
    client = sign_in(cast.vera)
    ask(client, grant)
    assert "We already have this." in text(ask(client, grant))
    assert SharingRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"fields": []}, "Choose at least one kind of data."),
        ({"fields": ["tenants.tenant.email"]}, "Choose each kind of data once"),
        ({"until": ""}, "Choose a date."),
        ({"until": "2020-01-01"}, "not in the past"),
        ({"until": "2099-01-01"}, "when the agreement ends"),
        ({"reason": ""}, "Write in one sentence why"),
        ({"purpose": ""}, "Choose the job."),
    ],
)
def test_ask_refuses_with_a_sentence_and_keeps_what_was_typed(cast, sign_in, grant, data, sentence):
    page = text(ask(sign_in(cast.vera), grant, **data))
    assert sentence in page
    if "reason" not in data:
        assert "The pipe still leaks." in page
    assert not SharingRequest.objects.exists()


def test_ask_again_soon_is_refused(cast, sign_in, grant):
    client = sign_in(cast.vera)
    ask(client, grant)
    grants.refuse(request=SharingRequest.objects.get(), by=cast.ann)
    assert "You can ask again from" in text(ask(client, grant))


def test_ask_under_a_suspended_agreement_shows_no_form(cast, sign_in, grant):
    agreements.suspend(agreement=cast.agreement, by=cast.sam)
    page = text(sign_in(cast.vera).get(reverse("vendor_request_new", args=[grant.number])))
    assert "is not in force" in page
    assert 'name="reason"' not in page


def test_requests_show_answers_and_can_be_cancelled_by_the_side_that_asked(cast, sign_in, grant):
    client = sign_in(cast.vera)
    ask(client, grant)
    own = SharingRequest.objects.get()
    lift = f.PurposeFactory(code="lift")
    cast.agreement.purposes.add(lift)
    staffs = grants.ask(
        subject=grant.subject,
        agreement=cast.agreement,
        purpose=lift,
        fields=[NAME],
        until=days(3),
        reason="Words of the staff",
        by=cast.sam,
        role=Role.STAFF,
    )
    page = text(client.get("/vendor/requests/"))
    assert page.count("Cancel request") == 1
    assert "Words of the staff" not in page
    assert client.post(reverse("vendor_request_cancel", args=[staffs.number]), follow=True).status_code == 200
    staffs.refresh_from_db()
    assert staffs.status == "waiting"
    assert "is cancelled" in text(client.post(reverse("vendor_request_cancel", args=[own.number]), follow=True))
    assert "already answered" in text(client.post(reverse("vendor_request_cancel", args=[own.number]), follow=True))
    own.refresh_from_db()
    assert own.status == "cancelled"


def test_cancel_is_a_post_and_not_for_others(cast, sign_in, grant):
    asked = f.SharingRequestFactory(subject=grant.subject, agreement=cast.agreement, purpose=cast.purpose)
    url = reverse("vendor_request_cancel", args=[asked.number])
    assert sign_in(cast.vera).get(url).status_code == 405
    assert sign_in(cast.ann).post(url).status_code == 404


def test_answers_appear_without_a_reason_or_a_name(cast, sign_in, grant):
    f.SharingRequestFactory(
        subject=grant.subject,
        agreement=cast.agreement,
        purpose=cast.purpose,
        status="declined",
        settled_at=timezone.now(),
    )
    given = f.SharingRequestFactory(
        subject=grant.subject,
        agreement=cast.agreement,
        purpose=cast.purpose,
        status="given",
        settled_at=timezone.now(),
    )
    f.GrantFactory(
        subject=grant.subject, agreement=cast.agreement, purpose=cast.purpose, request=given, number="IB-2026-7777"
    )
    client = sign_in(cast.vera)
    for url in ("/vendor/", "/vendor/requests/"):
        page = text(client.get(url))
        assert "The tenant did not give permission." in page
        assert "Ann" not in page
    assert "Open permission IB-2026-7777" in page


# Home and agreements


def test_home_shows_what_ends_soon_without_anybodys_data(cast, sign_in, grant):
    soon = share(cast, "Soon Person", "B-1", [NAME], ends_at=timezone.now() + timedelta(days=6))
    page = text(sign_in(cast.vera).get("/vendor/"))
    assert "2 permissions are open to your company." in page
    assert soon.number in page
    assert grant.number not in page
    assert "Person" not in page
    assert not AccessRecord.objects.exists()


def test_agreements_show_terms_signatures_and_colleagues_but_no_drafts(cast, sign_in, grant):
    draft = f.AgreementFactory(management=cast.bougenvil, vendor=cast.teknik, status="draft", number="PB-2026-8888")
    suspended = f.AgreementFactory(
        management=cast.bougenvil, vendor=cast.teknik, status="suspended", number="PB-2026-8887"
    )
    ended = f.AgreementFactory(management=cast.bougenvil, vendor=cast.teknik, status="ended", number="PB-2026-8886")
    over = f.AgreementFactory(
        management=cast.bougenvil, vendor=cast.teknik, valid_from=days(-9), valid_until=days(-1), number="PB-2026-8885"
    )
    foreign = f.AgreementFactory(number="PB-2026-8884")
    client = sign_in(cast.vera)
    page = text(client.get("/vendor/agreements/"))
    for words in (
        cast.agreement.number,
        suspended.number,
        ended.number,
        over.number,
        "Not in force",
        "Suspended",
        "Indonesia",
        "<progress",
        "Vera · PT Teknik Andal",
    ):
        assert words in page
    for absent in (draft.number, foreign.number):
        assert absent not in page
        assert absent not in text(client.get("/vendor/"))


@pytest.mark.parametrize("page", ["vendor_home", "vendor_requests", "vendor_agreements"])
def test_pages_ask_the_same_queries_however_many_rows(cast, sign_in, grant, page, django_assert_num_queries):
    def more(count):
        for _each in range(count):
            agreement = f.AgreementFactory(management=cast.bougenvil, vendor=cast.teknik)
            f.SharingRequestFactory(
                subject=grant.subject, agreement=agreement, status="given", settled_at=timezone.now()
            )
            f.GrantFactory(subject=grant.subject, agreement=agreement, ends_at=timezone.now() + timedelta(days=1))

    client = sign_in(cast.vera)
    more(3)
    client.get(reverse(page))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(page))
    more(10)
    with django_assert_num_queries(len(few)):
        client.get(reverse(page))
