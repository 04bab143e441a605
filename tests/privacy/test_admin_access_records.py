"""Whatever way a page of the admin shows somebody's data, the access log has it; also what was refused."""

from copy import copy

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from privacy.models import AccessRecord
from privacy.models.access import AccessReason, Action
from privacy.rights import profile_updates
from tenants.models import Tenant
from tests import factories as f
from tests.tenants.test_claims_admin import waiting

CHANGE = "admin:tenants_tenant_change"


@pytest.fixture
def sam(cast, sign_in):
    return sign_in(cast.sam)


@pytest.fixture
def request_(cast):
    proposal = copy(cast.ann_entry)
    proposal.address = "Jalan Baru 2"
    return profile_updates.ask(record=cast.ann_entry, proposal=proposal, by=cast.ann)


@pytest.fixture
def claim(cast):
    entry = f.TenantFactory(management=cast.anggrek)
    f.OccupancyFactory(tenant=entry)
    return waiting(entry, f.UserFactory())


def looks(subject):
    return AccessRecord.objects.filter(subject=subject, action=Action.VIEWED, allowed=True)


def test_a_form_that_comes_back_with_a_mistake_is_a_look(cast, sam):
    assert sam.post(reverse(CHANGE, args=[cast.ann_entry.pk]), {"name": ""}).status_code == 200
    assert looks(cast.ann_entry.subject).count() == 1


def test_a_decision_that_comes_back_with_a_mistake_is_a_look(cast, sam, request_):
    assert sam.post(reverse("admin:privacy_profileupdaterequest_change", args=[request_.pk]), {"x": "1"}).content
    assert looks(cast.ann_entry.subject).get().why == AccessReason.UPDATE


def test_a_claim_is_looked_at_once_however_it_is_shown(sam, claim):
    page = reverse("admin:tenants_claim_change", args=[claim.pk])
    sam.get(page, follow=True)
    assert [looks(subject).count() for subject in (claim.claimant, claim.entry.subject)] == [1, 1]
    sam.post(reverse("admin:tenants_claim_decide", args=[claim.pk]), {"x": "1"})
    assert [looks(subject).count() for subject in (claim.claimant, claim.entry.subject)] == [2, 2]


@pytest.mark.parametrize("page", ["change", "delete"])
def test_a_refused_post_is_recorded(cast, sam, page):
    assert sam.post(reverse(f"admin:tenants_tenant_{page}", args=[cast.bob_entry.pk]), {"x": "1"}).status_code == 404
    assert not AccessRecord.objects.get(subject=cast.bob_entry.subject).allowed


@pytest.mark.parametrize("method", ["options", "put", "patch", "delete", "trace"])
def test_the_admin_shows_nothing_by_other_methods(cast, sam, method):
    assert getattr(sam, method)(reverse(CHANGE, args=[cast.ann_entry.pk])).status_code == 405


def test_staff_who_may_only_read_decide_nothing_by_post_either(cast, sam, request_):
    for group in cast.sam.groups.all():
        group.permissions.remove(*Permission.objects.filter(codename="change_profileupdaterequest"))
    line = request_.lines.get()
    sam.post(
        reverse("admin:privacy_profileupdaterequest_change", args=[request_.pk]),
        {f"line-{line.pk}-decision": "approved"},
    )
    request_.refresh_from_db()
    assert request_.is_waiting
    assert Tenant.objects.get(pk=cast.ann_entry.pk).address == cast.ann_entry.address


def test_opening_an_account_is_recorded_for_its_owner(cast, sign_in):
    sign_in(cast.otto).get(f"/admin/accounts/user/{cast.ann.pk}/change/")
    record = AccessRecord.objects.get(subject__holder=cast.ann, subject__own=True)
    assert (record.why, record.fields) == (AccessReason.OVERSIGHT, ["accounts.user.email", "accounts.user.name"])


def test_an_unknown_account_is_404(cast, sign_in):
    assert sign_in(cast.otto).get("/admin/accounts/user/0/change/").status_code == 404
