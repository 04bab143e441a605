"""A list runs as many queries for 13 rows as for 3: no queries per row."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from privacy.consent import chain
from privacy.models import (
    AccessRecord,
    AuditLogEntry,
    Breach,
    BreachNotice,
    BreachSubject,
    CaseEvent,
    CaseSubject,
    Checkpoint,
    CheckpointHead,
    ConsentEvent,
    CorporateTransfer,
    DeletionStatement,
    Disclosure,
    DisclosureEvent,
    DisclosureSubject,
    DocumentVersion,
    InvestigationCase,
    ProfileUpdateLine,
    ProfileUpdateRequest,
    Purpose,
    PurposeVersion,
    RightsEvent,
    RightsRequest,
    SharingEvent,
    SharingGrant,
    SharingRequest,
    Subject,
    TransferEvent,
)
from privacy.models.access import AccessReason
from privacy.subjects import get_or_create_for
from tenants.models import Building, Bulletin, Claim, Invitation, Occupancy, PageUse, Tenant, Unit
from tests import factories as f
from tests.rules.site import client_for

pytestmark = pytest.mark.django_db
FEW, MANY = 3, 13
# Page → who opens it. Lists with one row per person or object
PORTAL = {
    "/my-access-log/": "ann",
    "/announcements/": "ann",
    "/my-access-log/access-log.csv": "ann",
    "/my-sharing/": "ann",
    "/my-disclosures/": "ann",
    "/my-consents/": "ann",
    "/my-data/": "ann",
    "/home/": "ann",
    "/my-privacy/": "ann",
    "/my-rights/": "ann",
    "/my-rights/ask/copy/": "ann",
    "/my-rights/download/": "ann",
    "/claim/sent/": "ann",
    "/claim/": "ann",
    "/vendor/": "vera",
    "/vendor/shared/": "vera",
    "/vendor/requests/": "vera",
    "/vendor/agreements/": "vera",
    "/vendor/deletions/": "vera",
    "/privacy.html": "anonymous",
    "/admin/": "sam",
    "/admin/record-of-processing/": "otto",
    "/admin/record-of-processing/file.xlsx": "sam",
}
LISTS = {reverse(f"admin:{m._meta.app_label}_{m._meta.model_name}_changelist"): "otto" for m in admin.site._registry}
REGISTER = {
    "/admin/tenants/tenant/": "sam",
    "/admin/tenants/claim/": "sam",
    "/admin/privacy/profileupdaterequest/": "sam",
    "/admin/privacy/investigationcase/": "sam",
    "/admin/privacy/disclosure/": "sam",
    "/admin/privacy/disclosure/add/": "sam",
    "/admin/privacy/rightsrequest/": "sam",
}
NARROWER = {  # the same lists for other users, and with a search
    "/admin/tenants/tenant/?q=Penghuni": "sam",
    "/admin/tenants/unit/?q=Q-": "sam",
    "/vendor/shared/?q=Penghuni": "vera",
    "/vendor/shared/?sort=name": "vera",
    "/my-access-log/?show=staff": "ann",
    "/admin/privacy/investigationcase/signals/": "olga",
    "/admin/tenants/tenant/export/": "sam",
    "/admin/autocomplete/": "sam",
}
SENT = {"/admin/autocomplete/": {"app_label": "tenants", "model_name": "occupancy", "field_name": "unit", "term": "Q"}}
PAGES = [*PORTAL.items(), *LISTS.items(), *REGISTER.items(), *NARROWER.items()]


def grow(world, count):
    """Add `count` rows of everything that a list shows, each with its own people and units."""
    now, me = timezone.now(), get_or_create_for(world.ann)
    start = Subject.objects.count()
    mine = world.ann_entry.subject
    units = Unit.objects.bulk_create(
        Unit(building=world.rows["anggrek"][Building], number=f"Q-{start}-{n}") for n in range(count)
    )
    holders = [f.UserFactory.build(email=f"holder.{start}.{n}@example.com", password="!") for n in range(count)]
    type(world.ann).objects.bulk_create(holders)
    subjects = Subject.objects.bulk_create(Subject(holder=holder) for holder in holders)
    claimants = Subject.objects.bulk_create(Subject(holder=holder, own=True) for holder in holders)
    entries = Tenant.objects.bulk_create(
        Tenant(
            management=world.anggrek,
            subject=s,
            name=f"Penghuni {start} {n}",
            phone="+6281200000001",
            email=f"p{n}@example.com",
        )
        for n, s in enumerate(subjects)
    )
    Occupancy.objects.bulk_create(
        Occupancy(tenant=entry, unit=unit) for entry, unit in zip(entries, units, strict=True)
    )
    purposes = Purpose.objects.bulk_create(
        Purpose(code=f"p-{start}-{n}", name_ind="Tujuan", name_en="Purpose", description_ind="x", description_en="x")
        for n in range(count)
    )
    Bulletin.objects.bulk_create(
        Bulletin(
            management=world.anggrek,
            title_ind="x",
            title_en="x",
            text_ind="x",
            text_en="x",
            published_by=get_or_create_for(world.sam),
        )
        for _n in range(count)
    )
    PageUse.objects.bulk_create(PageUse(day=now.date(), page="my_data", subject=s, count=9) for s in claimants)
    vendors = [f.VendorFactory(name=f"Penyedia {start} {n}") for n in range(count)]
    for vendor in vendors:
        f.AgreementFactory(management=world.anggrek, vendor=vendor, purposes=[world.purpose])
        f.AgreementFactory(management=f.ManagementFactory(), vendor=world.teknik, purposes=[world.purpose])
        f.BuildingFactory(management=world.anggrek, name=f"Gedung {vendor.pk}")
        f.MembershipFactory(user=f.UserFactory(), party=world.anggrek)
        f.MembershipFactory(user=f.UserFactory(), party=world.teknik, role="vendor")
    common = {"agreement": world.agreement, "fields": ["tenants.tenant.name", "tenants.tenant.phone"]}
    ends = {"starts_at": now - timedelta(days=1), "ends_at": now + timedelta(days=9)}
    grants = SharingGrant.objects.bulk_create(
        [
            SharingGrant(number=f"IB-{start}-{n}", subject=s, purpose=world.purpose, **ends, **common)
            for n, s in enumerate(subjects)
        ]
        + [
            SharingGrant(number=f"IM-{start}-{n}", subject=mine, purpose=p, **ends, **common)
            for n, p in enumerate(purposes)
        ]
    )
    closed = SharingGrant.objects.bulk_create(
        SharingGrant(
            number=f"IO-{start}-{n}", subject=s, purpose=world.purpose, **(ends | {"withdrawn_at": now}), **common
        )
        for n, s in enumerate([*subjects, *[mine] * count])
    )
    DeletionStatement.objects.bulk_create(
        DeletionStatement(
            grant=grant,
            subject_id=grant.subject_id,
            vendor=world.teknik,
            fields=["tenants.tenant.name"],
            means="x",
            stated_by=me,
        )
        for grant in closed[::2]
    )
    asked = {"until": timezone.localdate(), "reason": "x", "asked_by": me, "asked_for": world.teknik}
    SharingRequest.objects.bulk_create(
        [
            SharingRequest(number=f"PI-{start}-{n}", subject=s, purpose=world.purpose, **asked, **common)
            for n, s in enumerate(subjects)
        ]
        + [
            SharingRequest(number=f"PM-{start}-{n}", subject=mine, purpose=p, **asked, **common)
            for n, p in enumerate(purposes)
        ]
    )
    SharingEvent.objects.bulk_create(
        SharingEvent(subject=grant.subject, kind="given", grant=grant, actor=grant.subject) for grant in grants
    )
    updates = ProfileUpdateRequest.objects.bulk_create(
        ProfileUpdateRequest(number=f"PD-{start}-{n}", subject=s, controller=world.anggrek)
        for n, s in enumerate([*subjects, *[mine] * count])
    )
    ProfileUpdateLine.objects.bulk_create(
        ProfileUpdateLine(request=update, field="tenants.tenant.phone", old="+62811", new="+62812")
        for update in updates
    )
    asked_rights = RightsRequest.objects.bulk_create(
        RightsRequest(
            number=f"HK-{start}-{n}", kind="copy", subject=s, controller=world.anggrek, recorded_by=me, line=None,
            assigned_to=claimants[n % count], **settled,
        )
        for settled, people in (({}, subjects), ({"status": "withdrawn", "settled_at": now}, [mine] * count))
        for n, s in enumerate(people, start=0 if not settled else count)
    )  # fmt: skip
    RightsEvent.objects.bulk_create(
        RightsEvent(subject=right.subject, happened="received", request=right, actor=me) for right in asked_rights
    )
    Claim.objects.bulk_create(
        Claim(
            number=f"KL-{start}-{n}",
            claimant=s,
            management=world.anggrek,
            building=world.rows["anggrek"][Building],
            unit_number="Q",
            identity_kind="ktp",
            identity_number="3172055504900001",
            birth_date="1990-04-15",
            status="waiting",
            entry=entries[n],
        )
        for n, s in enumerate(claimants)
    )
    Invitation.objects.bulk_create(
        Invitation(tenant=e, email=e.email, token_hash=f"{start}-{n}", created_by=me, expires_at=now)
        for n, e in enumerate(entries)
    )
    seen = {
        "controller": world.anggrek,
        "party": world.anggrek,
        "hat": "staff",
        "action": "viewed",
        "allowed": True,
        "fields": ["tenants.tenant.name"],
    }
    AccessRecord.objects.bulk_create(
        AccessRecord(
            subject=mine,
            actor=s,
            why=AccessReason.RECORD,
            reference=f"{start}-{n}",
            grant=grants[n],
            at=now - timedelta(days=n),
            **seen,
        )
        for n, s in enumerate(claimants)
    )
    [f.AssessmentFactory(controller=world.anggrek, entered_by=me) for _n in range(count)]
    late = {"controller_id": world.anggrek.pk, "opened_by": me, "due_at": now}
    breaches = Breach.objects.bulk_create(Breach(number=f"KG-{start}-{n}", **late) for n in range(count))
    concerned = [(breach, mine) for breach in breaches] + [(world.rows["anggrek"][Breach], s) for s in subjects]
    BreachSubject.objects.bulk_create(BreachSubject(breach=breach, subject=s) for breach, s in concerned)
    BreachNotice.objects.bulk_create(
        BreachNotice(breach=breach, subject=s, channel="email", words={}, words_hash="0", actor=me)
        for breach, s in concerned
    )
    cases = InvestigationCase.objects.bulk_create(
        InvestigationCase(
            number=f"KS-{start}-{n}",
            controller=world.anggrek,
            reason="x",
            fields=["tenants.tenant.name"],
            opened_by=s,
            expires_at=now + timedelta(days=1),
        )
        for n, s in enumerate(claimants)
    )
    CaseSubject.objects.bulk_create(CaseSubject(case=case, subject=s) for case, s in zip(cases, subjects, strict=True))
    CaseSubject.objects.bulk_create(
        CaseSubject(case=world.rows["anggrek"][InvestigationCase], subject=s) for s in subjects
    )
    CaseEvent.objects.bulk_create(
        CaseEvent(case=case, kind="opened", actor=s) for case in (*cases, *[cases[0]] * count) for s in [case.opened_by]
    )
    AccessRecord.objects.bulk_create(
        AccessRecord(subject=mine, actor=s, why=AccessReason.RECORD, reference="x", at=now, **seen | {"allowed": False})
        for s in claimants
        for _try in range(5)
    )
    AuditLogEntry.objects.bulk_create(
        AuditLogEntry(kind="failed", about=get_or_create_for(holder), network=f"10.{n}.{start % 256}.0/24")
        for n, holder in enumerate(holders)
        for _try in range(20)
    )
    handed = {"institution": "x", "instrument": "x", "status": "told", "tell_from": now, "exported_at": now}
    decided = {"asked_by": me, "decided_by": claimants[0], "decided_at": now}
    disclosed = Disclosure.objects.bulk_create(
        Disclosure(
            number=f"PK-{start}-{n}",
            controller=world.anggrek,
            ground="law",
            fields=["tenants.tenant.name"],
            **handed,
            **decided,
        )
        for n in range(count)
    )
    DisclosureSubject.objects.bulk_create(DisclosureSubject(disclosure=d, subject=mine) for d in disclosed)
    DisclosureEvent.objects.bulk_create(
        DisclosureEvent(disclosure=d, subject=mine, kind="told", check_code="x", actor=claimants[n])
        for n, d in enumerate(disclosed)
    )
    moving = {"from_party": world.anggrek, "to_name": "x", "kind": "sale", "planned_on": timezone.localdate()}
    moved = CorporateTransfer.objects.bulk_create(
        CorporateTransfer(number=f"PU-{start}-{n}", announced_at=now, announced_to=1, **moving) for n in range(count)
    )
    TransferEvent.objects.bulk_create(
        TransferEvent(transfer=t, kind="announced", accounts=1, actor=claimants[n]) for n, t in enumerate(moved)
    )
    version = DocumentVersion.objects.published().first()
    answer = {"decision": "given", "language": "id", "text_hash": "x", "method": "portal", "capacity": "self"}
    chain.append(
        [
            ConsentEvent(subject=me, version=version, recorded_by=me, number=f"TT-{start}-{n}", **answer)
            for n in range(count)
        ]
    )
    noted = Checkpoint.objects.order_by("sequence").first()
    CheckpointHead.objects.bulk_create(
        CheckpointHead(checkpoint=noted, subject=s, sequence=1, hash="x") for s in subjects
    )
    Checkpoint.objects.bulk_create(
        Checkpoint(sequence=1 + start + n, counts={}, heads=0, heads_hash="x", hash="x") for n in range(count)
    )
    PurposeVersion.objects.bulk_create(
        PurposeVersion(
            purpose=p, number=1, basis="consent", category="ServiceProvision", data=[], optional=True,
            texts={key: {"name": "x", "description": "x", "retention": ""} for key in ("id", "en")},
        )
        for p in purposes
    )  # fmt: skip
    DocumentVersion.objects.bulk_create(
        DocumentVersion(
            document=version.document, number=start * 1000 + n, body_ind="x", body_en="x", drafted_by=claimants[n]
        )
        for n in range(count)
    )


def queries_of(client, address):
    cache.clear()
    with CaptureQueriesContext(connection) as found:
        response = client.post(address, SENT[address]) if address in SENT else client.get(address, follow=True)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    # Savepoints depend on whether an access record was written, not on rows; session updates on time
    passing = ("SAVEPOINT", "RELEASE", 'UPDATE "django_session"')
    return [query["sql"] for query in found if not query["sql"].startswith(passing)]


def test_every_list_asks_as_often_for_many_rows_as_for_few(world):
    grow(world, FEW)
    clients = {who: client_for(world, who) for _address, who in PAGES}
    for address, who in PAGES:
        queries_of(clients[who], address)  # run queries that are made once per process
    few = {(address, who): queries_of(clients[who], address) for address, who in PAGES}
    grow(world, MANY - FEW)
    grown = []
    for address, who in PAGES:
        many = queries_of(clients[who], address)
        if len(many) > len(few[address, who]):
            more = [sql for sql in many if many.count(sql) > 1] or many
            counts = f"{len(few[address, who])} queries at {FEW} rows, {len(many)} at {MANY}"
            grown.append(f"{address} as {who}: {counts}; for example {more[-1][:160]}")
    assert not grown, "Fetch what a row needs with select_related or prefetch_related:\n  " + "\n  ".join(grown)


def test_a_list_page_is_not_free_of_rows(world):
    """The pages counted above show the rows that were added."""
    grow(world, FEW)
    assert len(client_for(world, "vera").get("/vendor/shared/").context["people"]) >= FEW
    assert client_for(world, "sam").get("/admin/tenants/tenant/").context["cl"].result_count >= FEW
    assert client_for(world, "ann").get("/my-sharing/").content.count(b"IM-") >= FEW


def test_every_admin_list_is_counted():
    assert len(LISTS) == len(admin.site._registry)
    assert {reverse("admin:tenants_tenant_changelist"), reverse("admin:privacy_accessrecord_changelist")} <= set(LISTS)
