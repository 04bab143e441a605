"""A vendor's list of 50 among a million permissions costs at most twice the plain indexed join of the same rows.

`BENCH_GRANTS` sets another size. What is compared is reading: the page's rows, the decision on each field and the
granted values, against one hand-written query of the same fifty rows and values.
"""

import os
import statistics
import time
from datetime import timedelta
from itertools import islice

import pytest
from django.db import connection
from django.utils import timezone

from privacy import value_display
from privacy.models import Membership, SharingAgreement, SharingGrant, Subject
from privacy.models.parties import MembershipRole
from privacy.sharing import grants
from privacy.sharing.grants.access_decisions import readable_by, vendors_of
from tenants import vendor_list
from tenants.models import Occupancy, Tenant
from tests import factories as f

SIZE = int(os.environ.get("BENCH_GRANTS", "1_000_000"))
MANAGEMENTS, VENDORS, GRANTS_A_TENANT, BATCH, ROUNDS, PAGE = 20, 50, 5, 5_000, 25, 50
BAR = 2.0
FIELDS = ["tenants.tenant.name", "tenants.tenant.phone", "tenants.occupancy.unit"]
PLAIN_JOIN = """
    SELECT g.*, a.*, p.*, t.name, t.phone, u.number, b.name
    FROM privacy_membership m
    JOIN privacy_sharingagreement a ON a.vendor_id = m.party_id
    JOIN privacy_sharinggrant g ON g.agreement_id = a.id
    JOIN privacy_purpose p ON p.id = g.purpose_id
    JOIN tenants_tenant t ON t.subject_id = g.subject_id
    LEFT JOIN tenants_occupancy o ON o.tenant_id = t.id AND o.moved_out_on IS NULL
    LEFT JOIN tenants_unit u ON u.id = o.unit_id
    LEFT JOIN tenants_building b ON b.id = u.building_id
    WHERE m.user_id = %s AND m.role = 'vendor' AND a.status = 'active' AND a.valid_from <= %s AND a.valid_until >= %s
      AND g.withdrawn_at IS NULL AND g.starts_at <= %s AND g.ends_at > %s AND p.is_active
    ORDER BY g.ends_at, g.id
    LIMIT 50
"""


def bulk(model, rows):
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        model.objects.bulk_create(batch)


@pytest.fixture
def vera(db):
    """Fifty vendors and twenty managements with agreements between all of them; Vera works for one of the vendors."""
    purpose = f.PurposeFactory()
    managements = f.ManagementFactory.create_batch(MANAGEMENTS)
    vendors = f.VendorFactory.create_batch(VENDORS)
    agreements = [f.AgreementFactory(management=m, vendor=v, purposes=[purpose]) for m in managements for v in vendors]
    by_management = {m.pk: [a for a in agreements if a.management_id == m.pk] for m in managements}
    units = {m.pk: f.UnitFactory(building__management=m) for m in managements}
    people = [Subject() for _each in range(SIZE // GRANTS_A_TENANT)]
    bulk(Subject, people)
    homes = [managements[number % MANAGEMENTS].pk for number in range(len(people))]
    bulk(
        Tenant,
        (
            Tenant(subject=person, management_id=home, name=f"Penghuni {number:07d}", phone=f"+62812{number:08d}")
            for number, (person, home) in enumerate(zip(people, homes, strict=True))
        ),
    )
    bulk(
        Occupancy,
        (
            Occupancy(tenant=tenant, unit=units[tenant.management_id])
            for tenant in Tenant.objects.only("pk", "management_id").iterator()
        ),
    )
    now = timezone.now()
    bulk(
        SharingGrant,
        (
            SharingGrant(
                number=f"IB-{number}",
                subject=people[number % len(people)],
                agreement=by_management[homes[number % len(people)]][(number * 7) % VENDORS],
                purpose=purpose,
                fields=FIELDS,
                starts_at=now - timedelta(days=90 + number % 200),
                given_at=now,
                ends_at=now + timedelta(days=number % 364 - 60, hours=1, seconds=number % 3600),
                withdrawn_at=now if number % 10 == 0 else None,
            )
            for number in range(SIZE)
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    user = f.UserFactory()
    Membership.objects.create(user=user, party=vendors[7], role=MembershipRole.VENDOR)
    return user


def plain(user):
    now, today = timezone.now(), timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(PLAIN_JOIN, [user.pk, today, today, now, now])
        return cursor.fetchall()


def ours(user, by="until"):
    page = list(vendor_list.sort(grants.shown_to(user), by)[:PAGE])
    vendors, now = vendors_of(user), timezone.now()
    readable = {grant.pk: readable_by(grant, vendors, now, restored=False) for grant in page}
    assert all(keys for keys, _reason in readable.values())
    return page, value_display.shown_values([grant.subject_id for grant in page], FIELDS)


def timed(*calls):
    """Milliseconds of each call, the median of rounds taken in turn."""
    took = {call: [] for call in calls}
    for _round in range(ROUNDS):
        for call in calls:
            start = time.perf_counter()
            call()
            took[call].append((time.perf_counter() - start) * 1000)
    return [statistics.median(took[call]) for call in calls]


def test_a_vendors_list_costs_at_most_twice_the_plain_join(vera):
    rows, (page, values) = plain(vera), ours(vera)
    assert [row[0] for row in rows] == [grant.pk for grant in page]
    assert len(values) == len({grant.subject_id for grant in page})
    join, listed = timed(lambda: plain(vera), lambda: ours(vera))
    count, by_name, searched, recorded = timed(
        lambda: grants.shown_to(vera).count(),
        lambda: ours(vera, "name"),
        lambda: list(vendor_list.search(grants.shown_to(vera), "Penghuni 000012").order_by("ends_at", "pk")[:PAGE]),
        lambda: grants.list_shared(vendor_list.sort(grants.shown_to(vera), "until")[:PAGE], by=vera),
    )
    midnight, all_of_them = timezone.now() - timedelta(hours=9), SharingGrant.objects.visible_to(vera, role="vendor")
    withdrawn, ended = timed(
        lambda: list(all_of_them.withdrawn_since(midnight).order_by("-pk")[:PAGE]),
        lambda: list(all_of_them.ended_since(midnight).order_by("-pk")[:PAGE]),
    )
    print(
        f"\n{connection.vendor}, {SharingGrant.objects.count():,} permissions, "
        f"{SharingAgreement.objects.count():,} agreements: "
        f"plain join {join:.1f} ms, a vendor's list {listed:.1f} ms = {listed / join:.2f}x (bar {BAR:.0f}x)\n"
        f"  for comparison: with records {recorded:.1f} ms, count {count:.1f} ms, sorted by name {by_name:.1f} ms, "
        f"searched {searched:.1f} ms, withdrawn today {withdrawn:.1f} ms, ended today {ended:.1f} ms"
    )
    assert listed <= BAR * join
