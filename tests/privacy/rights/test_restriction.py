"""A restriction is read: by sharing, by the register's export, by letters that serve others; never by one's rights."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from privacy import notifications, subjects
from privacy.consent import consents, purposes
from privacy.models import AccessRecord, Purpose, SharingGrant
from privacy.rights import rights_requests
from privacy.scope import Role
from privacy.sharing import grants
from privacy.sharing.grants import Reason, State
from tenants import exports
from tenants.models import Tenant
from tests import factories as f

BANNER = "The processing of your data is restricted since"


@pytest.fixture
def restrict(cast):
    def _restrict(who="ann"):
        entry = getattr(cast, f"{who}_entry")
        return rights_requests.restrict(subject=entry.subject, by=cast.sam if who == "ann" else cast.rita)

    return _restrict


def html(client, name, *args, **query):
    return client.get(reverse(name, args=args), query).content.decode()


# Sharing


def test_a_vendor_reads_nothing_while_it_is_restricted(cast, grant, restrict):
    assert grants.can_read(cast.vera, grant.subject, "tenants.tenant.name")
    restrict()
    assert grants.can_read(cast.vera, grant.subject, "tenants.tenant.name").reason is Reason.RESTRICTED
    assert not grants.shown_to(cast.vera).exists()
    assert not SharingGrant.objects.opening("tenants.tenant.name").exists()
    rights_requests.lift(subject=grant.subject, by=cast.sam)
    assert grants.can_read(cast.vera, grant.subject, "tenants.tenant.name")
    assert grants.shown_to(cast.vera).exists()


def test_a_vendors_page_says_why_it_is_closed_and_the_tenant_reads_it(cast, grant, restrict, sign_in):
    page = reverse("vendor_record", args=[grant.number])
    assert sign_in(cast.vera).get(page).status_code == 200
    restrict()
    response = sign_in(cast.vera).get(page)
    assert response.status_code == 403
    assert "Processing restricted by the tenant" in response.content.decode()
    assert cast.ann_entry.name not in response.content.decode()
    record = AccessRecord.objects.filter(allowed=False).get()
    assert record.reason == "restricted"
    assert "you had restricted the processing of your data" in html(sign_in(cast.ann), "access_log")


def test_a_vendors_scope_closes_with_it(cast, grant, restrict):
    visible = Tenant.objects.visible_to(cast.vera, role=Role.VENDOR)
    assert visible.exists()
    restrict()
    assert not visible.all().exists()


def test_the_tenant_sees_the_permission_suspended(cast, grant, restrict):
    grant = SharingGrant.objects.select_related("subject", "agreement", "purpose").get()
    assert grants.state(grant) is State.ACTIVE
    restrict()
    grant.subject.refresh_from_db()
    assert grants.state(grant) is State.SUSPENDED


# The register's export


def names(cast):
    entries = Tenant.objects.all()
    return exports.export(entries=entries, names=["name"], kind="csv", reason="report", by=cast.sam).decode()


def test_the_export_leaves_restricted_people_out(cast, restrict):
    f.TenantFactory(management=cast.anggrek, name="Cici Paramita")
    assert "Ann Wijaya" in names(cast)
    restrict()
    assert "Ann Wijaya" not in names(cast)
    assert "Cici Paramita" in names(cast)
    assert AccessRecord.objects.filter(subject=cast.ann_entry.subject).count() == 1  # of the first export


def test_the_export_page_says_how_many_are_left_out(cast, restrict, sign_in):
    f.TenantFactory(management=cast.anggrek)
    sam = sign_in(cast.sam)
    assert "left out" not in html(sam, "admin:tenants_tenant_export")
    restrict()
    restrict("bob")
    page = html(sam, "admin:tenants_tenant_export")
    assert "1 entry is left out, because the tenant restricted the processing of the data." in " ".join(page.split())
    assert "The file will hold 1 entry of your register." in " ".join(page.split())


# Letters


def ask_to_share(cast):
    other = f.PurposeFactory(code="delivery", name_en="Deliveries", name_ind="Pengantaran")
    cast.agreement.purposes.add(other)
    return grants.ask(
        subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=other, fields=["tenants.tenant.name"],
        until=timezone.localdate() + timedelta(days=5), reason="Parcel", by=cast.sam, role=Role.STAFF,
    )  # fmt: skip


def test_a_request_to_share_is_told_by_letter(cast):
    ask_to_share(cast)
    assert len(mail.outbox) == 1


def test_a_request_to_share_sends_no_letter_to_a_restricted_person(cast, restrict):
    restrict()
    assert ask_to_share(cast).status == "waiting"
    assert not mail.outbox


def test_letters_go_to_holders_whose_data_is_neither_restricted_nor_erased(cast, restrict):
    subject = cast.ann_entry.subject
    letter = {"template": "sharing_requested"}
    assert notifications.notify_subject(subject=subject, **letter)
    assert not notifications.notify_subject(subject=f.SubjectFactory(), **letter)
    restricted = restrict()
    assert not notifications.notify_subject(subject=restricted, **letter)
    subject.erased_at = timezone.now()
    assert not notifications.notify_subject(subject=subject, **letter)
    assert len(mail.outbox) == 1


def test_answers_to_her_own_requests_are_told_all_the_same(cast, restrict):
    restrict()
    made = rights_requests.ask(subject=cast.ann_entry.subject, kind="copy", by=cast.ann)
    rights_requests.grant(request=made, answer="Here.", by=cast.sam)
    assert len(mail.outbox) == 1


# Purposes


def test_no_purpose_may_use_restricted_data(cast, restrict):
    words = {"name_ind": "x", "name_en": "x", "description_ind": "x", "description_en": "x"}
    purposes.save(purpose=Purpose(code="billing", basis="contract", optional=False, for_sharing=False, **words))
    subject = cast.ann_entry.subject
    assert consents.allows(subject, "billing")
    assert not consents.allows(restrict(), "billing")


# The person's own pages


@pytest.mark.parametrize("name", ["tenant_home", "my_data", "hub", "rights", "sharing", "consents", "download"])
def test_every_own_page_says_that_it_is_restricted(cast, sign_in, restrict, name):
    ann = sign_in(cast.ann)
    assert BANNER not in html(ann, name)
    restrict()
    page = html(ann, name)
    assert BANNER in page
    assert reverse("rights_ask", args=["lift"]) in page


def test_the_banner_is_nobody_elses(cast, sign_in, restrict):
    restrict()
    assert BANNER not in html(sign_in(cast.bob), "rights")
    f.MembershipFactory(user=cast.ann, party=cast.teknik, role="vendor")
    assert BANNER not in html(sign_in(cast.ann), "vendor_home")


def test_restricted_since_is_the_first_of_ones_records(cast, restrict):
    assert subjects.restricted_since(cast.ann) is None
    assert subjects.restricted_since(cast.ann) is None
    restricted = restrict()
    assert subjects.restricted_since(cast.ann) == restricted.restricted_at
