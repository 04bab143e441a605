"""The history of changes: by save, by query, in bulk; who did it, in which request; and what is never told."""

import pytest
from django.test import RequestFactory

from accounts import request_context
from privacy import change_tracking
from privacy.models import AuditLogEntry, Subject
from privacy.models.audit_log import Kind
from privacy.rights import erasures
from privacy.rights.models.erasures import ErasureReason
from privacy.subjects import get_or_create_for
from tenants.models import Tenant, Unit
from tests import factories as f

pytestmark = pytest.mark.django_db


def latest(kind, model=Tenant):
    return AuditLogEntry.objects.filter(kind=kind, model=model._meta.label).order_by("pk").last()


def test_a_correction_tells_the_fields_and_no_value(cast):
    cast.ann_entry.phone = "+6281299990000"
    cast.ann_entry.name = "Ann Baru"
    cast.ann_entry.save()
    entry = latest(Kind.CHANGED)
    assert entry.row == str(cast.ann_entry.pk)
    masked = [change_tracking.MASK, change_tracking.MASK]
    assert {name: entry.facts["changes"][name] for name in ("phone", "name")} == {"phone": masked, "name": masked}
    assert "9999" not in str(entry.facts)
    assert "Ann" not in str(entry.facts)


def test_saving_without_a_change_tells_nothing(cast):
    before = AuditLogEntry.objects.count()
    Unit.objects.first().save()
    cast.bob.save()
    assert AuditLogEntry.objects.count() == before


def test_a_sign_in_alone_is_no_change_of_the_account(cast, client):
    changes = AuditLogEntry.objects.filter(kind=Kind.CHANGED, model="accounts.User")
    before = changes.count()
    client.force_login(cast.ann)
    assert changes.count() == before


def test_only_the_fields_that_are_saved_are_compared(cast):
    cast.ann.name = "Ann"
    cast.ann.is_staff = True
    cast.ann.save(update_fields=["is_staff"])
    assert latest(Kind.CHANGED, type(cast.ann)).facts == {"changes": {"is_staff": [False, True]}}


def test_a_query_that_changes_rows_tells_each(cast):
    rows = list(Tenant.objects.order_by("pk"))
    assert Tenant.objects.update(other="of Ann") == len(rows)
    told = AuditLogEntry.objects.filter(kind=Kind.CHANGED, model="tenants.Tenant")
    assert {entry.row for entry in told} == {str(row.pk) for row in rows}
    assert {tuple(entry.facts["changes"]) for entry in told} == {("other",)}
    assert "Ann" not in str([entry.facts for entry in told])


def test_a_query_that_finds_nothing_tells_nothing(cast):
    before = AuditLogEntry.objects.count()
    assert Tenant.objects.filter(pk=0).update(other="x") == 0
    assert AuditLogEntry.objects.count() == before


def test_rows_made_in_bulk_are_told(cast):
    building = f.BuildingFactory(management=cast.anggrek)
    units = Unit.objects.bulk_create(Unit(building=building, number=f"X-{n}") for n in range(3))
    told = AuditLogEntry.objects.filter(kind=Kind.ADDED, model="tenants.Unit", row__in=[unit.pk for unit in units])
    assert [entry.facts["together"] for entry in told] == [3, 3, 3]


def test_what_is_removed_is_told(cast):
    membership = cast.vera.memberships.get()
    row = membership.pk
    membership.delete()
    assert latest(Kind.REMOVED, type(membership)).row == str(row)


def test_an_entry_names_who_acted_and_in_which_request(cast):
    request = RequestFactory().get("/x/")
    request.user, request.number = cast.sam, "1A2B3C4D"
    with request_context.answering(request):
        cast.ann_entry.other = "x"
        cast.ann_entry.save()
    entry = latest(Kind.CHANGED)
    assert (entry.actor, entry.request) == (get_or_create_for(cast.sam), "1A2B3C4D")


def test_outside_a_request_nobody_is_named(cast):
    cast.ann_entry.other = "x"
    cast.ann_entry.save()
    entry = latest(Kind.CHANGED)
    assert (entry.actor, entry.request) == (None, "")


def test_a_pseudonym_is_told_of_without_its_holder(cast):
    subject = cast.ann_entry.subject
    subject.holder = cast.bob
    subject.save()
    assert latest(Kind.CHANGED, Subject).facts == {"changes": {"holder": [change_tracking.MASK] * 2}}


def test_erasure_leaves_no_value_in_the_history(cast):
    cast.ann_entry.other = "keeps bees"
    cast.ann_entry.save()
    erasures.order(subject=cast.ann_entry.subject, why=ErasureReason.RIGHT)
    told = str(list(AuditLogEntry.objects.values_list("facts", "row", "route")))
    assert not [word for word in ("Ann Wijaya", "bees", "ann@example.com", "3172055504900001") if word in told]
