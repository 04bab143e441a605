"""Retention, holds and the state of the evidence in the admin: who may, what the pages say, and what a press does."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from privacy.models import Checkpoint, Erasure, LegalHold, RetentionRule, RetentionRun, SharingEvent
from privacy.oversight import evidence_checks
from privacy.rights import erasures, legal_holds
from privacy.rights.models.erasures import ErasureReason
from tenants.models import Tenant
from tests import factories as f
from tests.database import in_spite_of_triggers

pytestmark = pytest.mark.django_db
PLAN = "/admin/privacy/retentionrun/plan/"
VERIFY = "/admin/privacy/checkpoint/verify/"


@pytest.fixture(autouse=True)
def _journal(settings, tmp_path):
    settings.EVIDENCE_JOURNAL = tmp_path / "journal.jsonl"


@pytest.fixture
def gone(cast):
    RetentionRule.objects.create(kind="tenants.Tenant", days=10, law="Pasal 43")
    entry = f.TenantFactory(management=cast.anggrek, name="Cici Paramita")
    f.OccupancyFactory(tenant=entry, moved_out_on=timezone.localdate() - timedelta(days=40))
    return entry


def text(response):
    assert response.status_code == 200, response.headers
    return response.content.decode()


def test_the_plan_lists_who_goes_and_why_and_two_people_run_it(cast, gone, sign_in):
    client = sign_in(cast.olga)
    page = text(client.get(PLAN))
    assert "Will be erased (1)" in page
    assert "Cici Paramita" in page
    assert "2 people have not moved out" in page
    assert "The run is prepared." in text(client.post(PLAN, follow=True))
    run = RetentionRun.objects.get()
    assert "You prepared this run." in text(client.get(PLAN))
    address = reverse("admin:privacy_retentionrun_run", args=[run.pk])
    assert "You prepared this run." in text(client.post(address, follow=True))
    assert Tenant.objects.get(pk=gone.pk).name
    assert "1 row is erased." in text(sign_in(cast.otto).post(address, follow=True))
    assert Tenant.objects.get(pk=gone.pk).name == ""


def test_staff_see_no_plan_and_run_nothing(cast, gone, sign_in):
    RetentionRun.objects.create(number="JR-1", planned={"now": 1}, prepared_by=f.SubjectFactory())
    for user in (cast.sam, cast.rita, cast.vera):
        client = sign_in(user)
        assert client.get(PLAN).status_code in (302, 403)
        assert client.post(PLAN).status_code in (302, 403)
        assert client.post("/admin/privacy/retentionrun/1/run/").status_code in (302, 403, 404)
    assert Tenant.objects.get(pk=gone.pk).name


def test_a_calm_plan_says_so(cast, sign_in):
    assert "Nothing has ended yet" in text(sign_in(cast.olga).get(PLAN))


def test_a_hold_is_placed_by_one_and_released_by_another(cast, sign_in):
    data = {
        "tenant": cast.ann_entry.pk, "reason": "A case at court", "law": "123/Pdt.G/2026",
        "review_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    client = sign_in(cast.sam)
    assert client.post("/admin/privacy/legalhold/add/", data).status_code == 302
    hold = LegalHold.objects.get()
    address = f"/admin/privacy/legalhold/{hold.pk}/release/"
    page = text(client.get(f"/admin/privacy/legalhold/{hold.pk}/change/"))
    assert "A case at court" in page
    assert "You placed this hold." in text(client.post(address, follow=True))
    erasures.order(subject=cast.ann_entry.subject, why=ErasureReason.RIGHT)
    assert Tenant.objects.get(pk=cast.ann_entry.pk).name
    assert "The hold is released." in text(sign_in(cast.olga).post(address, follow=True))
    assert Tenant.objects.get(pk=cast.ann_entry.pk).name == ""
    certificate = Erasure.objects.get()
    page = text(sign_in(cast.sam).get(f"/admin/privacy/erasure/{certificate.pk}/change/"))
    assert certificate.number in page
    assert "Ann Wijaya" not in page


def test_a_hold_of_another_company_is_not_there(cast, sign_in):
    hold = legal_holds.place(
        entry=cast.bob_entry, reason="x", law="x", review_on=timezone.localdate() + timedelta(days=3), by=cast.olga
    )
    client = sign_in(cast.sam)
    assert client.get(f"/admin/privacy/legalhold/{hold.pk}/change/").status_code == 404
    assert client.post(f"/admin/privacy/legalhold/{hold.pk}/release/").status_code == 404
    assert LegalHold.objects.active().count() == 1
    data = {"tenant": cast.bob_entry.pk, "reason": "x", "law": "x", "review_on": "2099-01-01"}
    assert "Choose the tenant." in text(client.post("/admin/privacy/legalhold/add/", data))


def test_the_evidence_is_checked_on_demand_and_a_fault_is_named(cast, grant, sign_in):
    f.VersionFactory()
    for user in (cast.ann, cast.olga):
        f.agree(user)
    evidence_checks.checkpoint()
    client = sign_in(cast.olga)
    assert "The evidence is whole" not in text(client.get(VERIFY))
    assert "The evidence is whole" in text(client.post(VERIFY))
    exported = client.get("/admin/privacy/checkpoint/checkpoints.json").json()
    assert exported[0]["hash"] == Checkpoint.objects.get().hash
    in_spite_of_triggers(SharingEvent, "DELETE FROM {table}")
    in_spite_of_triggers(Checkpoint, "UPDATE {table} SET heads = 99")
    assert "The evidence does not hold." in text(client.post(VERIFY))


def test_only_the_operators_people_check_the_evidence(cast, sign_in):
    assert sign_in(cast.sam).get(VERIFY).status_code == 403
    assert sign_in(cast.sam).get("/admin/privacy/checkpoint/checkpoints.json").status_code == 403


def test_the_dashboard_says_how_things_stand(cast, gone, sign_in):
    f.VersionFactory()
    for user in (cast.ann, cast.olga, cast.sam, cast.rita):
        f.agree(user)
    legal_holds.place(
        entry=cast.ann_entry, reason="x", law="x", review_on=timezone.localdate() + timedelta(days=3), by=cast.olga
    )
    evidence_checks.checkpoint()
    page = text(sign_in(cast.olga).get("/admin/"))
    order = [
        "Queue", "Agreed to the policy in force", "Ending within", "Refused and bulk looks",
        "Holds and coming erasures", "State of the evidence",
    ]  # fmt: skip
    places = [page.find(heading) for heading in order]
    assert places == sorted(places)
    assert -1 not in places
    assert "1 legal hold is in force." in page
    assert "Checkpoint 1" in page
    sam = text(sign_in(cast.sam).get("/admin/"))
    assert "1 legal hold is in force." in sam
    assert "State of the evidence" not in text(sign_in(cast.rita).get("/admin/"))
