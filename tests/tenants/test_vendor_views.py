"""The vendor portal shows exactly what was granted, records each look, and exists for nobody else."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from privacy.models import AccessRecord
from privacy.private_search import encrypt_query
from privacy.scope import Role
from privacy.sharing import agreements, grants
from tenants import vendor_list
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


def people(response):
    return [
        re.sub(r"<[^>]+>", "", cell).strip()
        for cell in re.findall(r'<th scope="row">(.*?)</th>', text(response), re.DOTALL)
    ]


# Who may come


@pytest.mark.parametrize("page", PAGES)
def test_portal_is_not_there_for_others(cast, sign_in, grant, page):
    for who in ("ann", "bob", "sam", "rita", "olga", "otto"):
        assert sign_in(getattr(cast, who)).get(reverse(page)).status_code == 404
    assert sign_in(cast.vera).get(reverse(page)).status_code == 200


def test_portal_lists_nothing_of_another_vendor(cast, sign_in, grant):
    other = f.GrantFactory(
        subject=grant.subject, agreement=f.AgreementFactory(management=cast.anggrek), purpose=cast.purpose
    )
    vera = sign_in(cast.vera)
    assert people(vera.get(reverse("vendor_shared"))) == ["Ann Wijaya"]
    for page in PAGES:
        shown = text(vera.get(reverse(page)))
        assert other.number not in shown
        assert other.agreement.number not in shown


def test_portal_sends_strangers_to_sign_in(db, client):
    assert client.get("/vendor/").status_code == 302


@pytest.mark.parametrize("name", ["vendor_record", "vendor_request_new"])
def test_record_of_another_vendor_is_not_there_and_the_try_is_recorded(cast, sign_in, grant, name):
    other = f.GrantFactory(
        subject=grant.subject, agreement=f.AgreementFactory(management=cast.anggrek), purpose=cast.purpose
    )
    assert sign_in(cast.vera).get(reverse(name, args=[other.number])).status_code == 404
    assert sign_in(cast.ann).get(reverse(name, args=[grant.number])).status_code == 404
    assert sign_in(cast.vera).get(reverse(name, args=["IB-2026-9999"])).status_code == 404
    assert list(AccessRecord.objects.values_list("allowed", "reason", "hat")) == [(False, "not_yours", Role.VENDOR)] * 2


# The list


def test_list_calls_people_by_what_they_granted(cast, sign_in, grant):
    share(cast, "Secret Name", "B-07-02", [UNIT, PHONE])
    only_phone = share(cast, "Other Secret", "C-01-01", [PHONE])
    response = sign_in(cast.vera).get("/vendor/shared/", {"sort": "name"})
    building = cast.agreement.grants.get(fields=[UNIT, PHONE]).subject.tenant.occupancies.get().unit.building.name
    assert people(response)[0] == "Ann Wijaya"
    assert set(people(response)[1:]) == {f"{building}, B-07-02", only_phone.number}
    for secret in ("Secret", "C-01-01"):
        assert secret not in text(response)


def test_list_is_one_recorded_look_a_person(cast, sign_in, grant):
    other = share(cast, "Cut", "B-1", [PHONE])
    sign_in(cast.vera).get("/vendor/shared/")
    assert dict(AccessRecord.objects.values_list("grant", "fields")) == {
        grant.pk: [NAME, PHONE, UNIT],
        other.pk: [PHONE],
    }
    assert set(AccessRecord.objects.values_list("action", "allowed", "party")) == {("listed", True, cast.teknik.pk)}


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("wijaya", 1),
        ("WIJ", 1),
        ("A-12", 1),
        ("secret", 0),
        ("C-01", 0),
        ("B-07", 1),
        ("IB-", 3),
        ("0812", 0),
        ("%", 0),
        ("'", 0),
    ],
)
def test_search_finds_only_by_what_was_granted(cast, sign_in, grant, q, found):
    share(cast, "Secret Name", "B-07-02", [UNIT, PHONE])
    share(cast, "Other Secret", "C-01-01", [PHONE])
    response = sign_in(cast.vera).post("/vendor/shared/", {"q": q}, follow=True)
    assert len(people(response)) == found
    if not found:
        assert "No match for" in text(response)


def test_search_does_not_find_what_the_agreement_no_longer_allows(cast, sign_in, grant):
    cast.agreement.fields = [PHONE]
    cast.agreement.save()
    assert people(sign_in(cast.vera).post("/vendor/shared/", {"q": "wijaya"}, follow=True)) == []
    assert people(sign_in(cast.vera).get("/vendor/shared/", {"sort": "name"})) == [grant.number]


def test_sort_by_name_puts_those_who_hide_it_last(cast, sign_in):
    hidden = share(cast, "Aaa Hidden", "B-1", [PHONE], ends_at=timezone.now() + timedelta(days=1))
    share(cast, "Zul", "B-2", [NAME], ends_at=timezone.now() + timedelta(days=2))
    share(cast, "Budi", "B-3", [NAME], ends_at=timezone.now() + timedelta(days=3))
    client = sign_in(cast.vera)
    assert people(client.get("/vendor/shared/", {"sort": "name"})) == ["Budi", "Zul", hidden.number]
    assert people(client.get("/vendor/shared/")) == [hidden.number, "Zul", "Budi"]
    assert people(client.get("/vendor/shared/", {"sort": "phone"})) == [hidden.number, "Zul", "Budi"]


def test_sort_by_unit(cast, sign_in):
    share(cast, "Zul", "B-2", [NAME, UNIT])
    share(cast, "Budi", "B-1", [NAME, UNIT])
    assert people(sign_in(cast.vera).get("/vendor/shared/", {"sort": "unit"})) == ["Budi", "Zul"]


def test_list_has_pages_of_fifty_and_records_only_the_page_shown(cast, sign_in):
    for number in range(55):
        share(cast, f"Penghuni {number:02d}", f"B-{number}", [NAME])
    client = sign_in(cast.vera)
    assert len(people(client.get("/vendor/shared/"))) == 50
    assert AccessRecord.objects.count() == 50
    assert len(people(client.get("/vendor/shared/", {"page": 2}))) == 5
    assert AccessRecord.objects.count() == 55


def test_list_asks_the_same_queries_for_many_people(cast, sign_in, django_assert_num_queries):
    for number in range(3):
        share(cast, f"Penghuni {number}", f"B-{number}", [NAME, PHONE, UNIT])
    client = sign_in(cast.vera)
    client.get("/vendor/shared/")
    for params in ({}, {"q": encrypt_query("Penghuni", by=cast.vera), "sort": "name"}):
        with CaptureQueriesContext(connection) as few:
            client.get("/vendor/shared/", params)
        for number in range(10):
            share(cast, f"Penghuni {number}", f"C-{number}-{len(params)}", [NAME, PHONE, UNIT])
        with django_assert_num_queries(len(few)):
            client.get("/vendor/shared/", params)


def test_what_ended_today_is_shown_until_midnight_without_data(cast, sign_in, time_machine):
    time_machine.move_to(datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("Asia/Jakarta")), tick=False)
    now = timezone.now()
    ended = share(
        cast, "Gone Person", "B-1", [NAME], starts_at=now - timedelta(days=3), ends_at=now - timedelta(hours=12)
    )
    withdrawn = share(cast, "Withdrawn Person", "B-2", [NAME], withdrawn_at=now - timedelta(hours=1))
    long_gone = share(
        cast, "Older", "B-3", [NAME], starts_at=now - timedelta(days=3), ends_at=now - timedelta(hours=13)
    )
    client = sign_in(cast.vera)
    page = text(client.get("/vendor/shared/"))
    assert "Closed today" in page
    assert "Permission ended" in page
    assert "Permission withdrawn" in page
    assert ended.number in page
    assert withdrawn.number in page
    assert long_gone.number not in page
    assert "Person" not in page
    assert not AccessRecord.objects.exists()
    time_machine.move_to(datetime(2026, 11, 23, 0, 1, tzinfo=ZoneInfo("Asia/Jakarta")), tick=False)
    assert "Closed today" not in text(sign_in(cast.vera).get("/vendor/shared/"))


def test_list_says_when_nobody_shares(cast, sign_in):
    assert "No tenant shares data with your company at present." in text(sign_in(cast.vera).get("/vendor/shared/"))


def test_label_of_a_refused_permission_is_its_number(grant):
    assert vendor_list.label(grants.Shown(grant, reason=grants.Reason.WITHDRAWN)) == grant.number


# One record


def test_record_shows_the_granted_fields_and_no_other(cast, sign_in, grant):
    page = text(sign_in(cast.vera).get(reverse("vendor_record", args=[grant.number])))
    for words in (
        "Ann Wijaya",
        'href="tel:+6281234567890"',
        "+62 812-3456-7890",
        "A-12-03",
        "Repairs in the unit",
        "the tenant can see it",
    ):
        assert words in page
    for absent in ("3172", "ann@example.com", "Jalan Contoh", "Email", "Identity number", "birth"):
        assert absent not in page
    assert AccessRecord.objects.get().fields == [NAME, PHONE, UNIT]


def test_record_shows_nothing_that_the_vendor_was_not_given(cast, sign_in):
    grant = share(cast, "Secret Name", "B-1", [PHONE])
    page = text(sign_in(cast.vera).get(reverse("vendor_record", args=[grant.number])))
    assert "Secret" not in page
    assert "B-1<" not in page
    assert f"<h1>{grant.number}</h1>" in page


def test_record_is_refused_on_the_next_click_after_withdrawing(cast, sign_in, grant):
    client = sign_in(cast.vera)
    url = reverse("vendor_record", args=[grant.number])
    assert client.get(url).status_code == 200
    grants.withdraw(grant=grant, by=cast.ann)
    response = client.get(url)
    assert response.status_code == 403
    page = text(response)
    for words in ("This permission is closed", "Permission withdrawn", "ask for it again", "kantor@anggrek.example"):
        assert words in page
    for secret in ("Ann Wijaya", "6281234567890", "A-12-03"):
        assert secret not in page
    assert list(AccessRecord.objects.order_by("pk").values_list("allowed", "reason")) == [
        (True, ""),
        (False, "withdrawn"),
    ]


def test_record_under_a_suspended_agreement_is_refused_without_asking_again(cast, sign_in, grant):
    agreements.suspend(agreement=cast.agreement, by=cast.sam)
    response = sign_in(cast.vera).get(reverse("vendor_record", args=[grant.number]))
    assert response.status_code == 403
    assert "Agreement suspended" in text(response)
    assert "Ask for permission" not in text(response)


def test_record_of_an_ended_permission_says_when(cast, sign_in, grant, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=31))
    response = sign_in(cast.vera).get(reverse("vendor_record", args=[grant.number]))
    assert response.status_code == 403
    assert f"Permission {grant.number} ended on" in text(response)
