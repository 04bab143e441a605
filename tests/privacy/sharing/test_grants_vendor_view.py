"""What a vendor is shown: exactly the granted values, every look recorded, in a few queries."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from privacy import declarations, value_display
from privacy.models import AccessRecord
from privacy.scope import Role
from privacy.sharing import grants
from tests import factories as f

NAME, PHONE, UNIT = "tenants.tenant.name", "tenants.tenant.phone", "tenants.occupancy.unit"
FIELDS = [NAME, PHONE, UNIT]


def days(n):
    return timezone.localdate() + timedelta(days=n)


def test_open_shared_shows_the_granted_fields_and_nothing_else(cast, grant):
    shown = grants.open_shared(number=grant.number, by=cast.vera)
    assert {key: values[0].text for key, values in shown.values.items()} == {
        NAME: "Ann Wijaya",
        PHONE: "+62 812-3456-7890",
        UNIT: "Menara 0, A-12-03".replace("Menara 0", cast.ann_entry.occupancies.get().unit.building.name),
    }
    assert shown.values[PHONE][0].href == "tel:+6281234567890"
    record = AccessRecord.objects.get(subject=grant.subject)
    assert (record.allowed, record.hat, record.party_id, record.grant, record.fields) == (
        True,
        Role.VENDOR,
        cast.teknik.pk,
        grant,
        FIELDS,
    )


def test_open_shared_after_withdrawing_is_refused_and_recorded(cast, grant):
    grants.withdraw(grant=grant, by=cast.ann)
    shown = grants.open_shared(number=grant.number, by=cast.vera)
    assert (shown.allowed, shown.values, shown.keys) == (False, {}, [])
    record = AccessRecord.objects.get(subject=grant.subject)
    assert (record.allowed, record.reason) == (False, "withdrawn")


def test_open_shared_shows_less_when_the_agreement_allows_less(cast, grant):
    cast.agreement.fields = [NAME]
    cast.agreement.save()
    assert grants.open_shared(number=grant.number, by=cast.vera).keys == [NAME]
    assert AccessRecord.objects.get().fields == [NAME]


def test_list_shared_takes_the_same_queries_for_ten_people_as_for_fifty(cast, django_assert_num_queries):
    def share(count):
        for _each in range(count):
            entry = f.TenantFactory(management=cast.anggrek)
            f.OccupancyFactory(tenant=entry)
            f.GrantFactory(subject=entry.subject, agreement=cast.agreement, purpose=cast.purpose)

    share(10)
    grants.list_shared(grants.shown_to(cast.vera), by=cast.vera)  # makes vera's own subject
    with CaptureQueriesContext(connection) as ten:
        grants.list_shared(grants.shown_to(cast.vera), by=cast.vera)
    share(40)
    with django_assert_num_queries(len(ten)):
        shown = grants.list_shared(grants.shown_to(cast.vera), by=cast.vera)
    assert len(shown) == 50
    assert sum("INSERT" in query["sql"] for query in ten.captured_queries) == 1
    assert AccessRecord.objects.filter(action="listed").count() == 10 + 10 + 50


def test_list_shared_keeps_each_persons_fields_apart(cast, grant):
    other = f.TenantFactory(management=cast.anggrek, name="Cut Nyak", phone="+6281211112222")
    f.GrantFactory(subject=other.subject, agreement=cast.agreement, purpose=cast.purpose, fields=[PHONE])
    shown = {one.grant.subject_id: one for one in grants.list_shared(grants.shown_to(cast.vera), by=cast.vera)}
    assert set(shown[other.subject_id].values) == {PHONE}
    assert set(shown[grant.subject_id].values) == set(FIELDS)


def test_shown_values_opens_no_sealed_field_that_was_not_asked_for(cast, django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        value_display.shown_values([cast.ann_entry.subject_id], [NAME])
    assert '"identity_number"' not in queries.captured_queries[0]["sql"]
    values = value_display.shown_values(
        [cast.ann_entry.subject_id],
        [
            "tenants.tenant.identity_number",
            "tenants.tenant.birth_date",
            "tenants.tenant.email",
            "tenants.tenant.nationality",
        ],
    )
    texts = {
        key: [(value.text, value.kind) for value in found] for key, found in values[cast.ann_entry.subject_id].items()
    }
    assert texts["tenants.tenant.identity_number"] == [("3172 0555 0490 0001", "")]
    assert texts["tenants.tenant.email"] == [("ann@example.com", "email")]
    assert "1990" in texts["tenants.tenant.birth_date"][0][0]
    assert texts["tenants.tenant.nationality"] == [("Indonesia", "")]


def test_shown_values_links_files_to_the_one_file_door(cast):
    cast.ann_entry.photo = "photos/x.jpg"
    cast.ann_entry.save()
    values = value_display.shown_values(
        [cast.ann_entry.subject_id], ["tenants.tenant.photo", "tenants.tenant.identity_scan"]
    )[cast.ann_entry.subject_id]
    assert values["tenants.tenant.photo"][0].href == f"/files/tenants.tenant/{cast.ann_entry.pk}/photo/"
    assert values["tenants.tenant.identity_scan"] == []


def test_declared_keys_have_labels_even_when_they_are_not_shareable():
    assert declarations.labels(["tenants.tenant.phone", "tenants.tenant.other", "gone.field"]) == [
        "phone number",
        "other information",
        "gone.field",
    ]
