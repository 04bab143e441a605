"""Exports, imports and log entries of the admin: own rows only, and no names."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db.models.fields.files import FieldFile
from django.urls import reverse

from privacy.models import AccessRecord, SharingGrant
from tenants.models import PendingImport, Tenant, Unit
from tests.rules.sides import SIDES, both_sides, foreign_row, own_row, place, text_of
from tests.rules.site import client_for

pytestmark = pytest.mark.django_db


# Export and import


@both_sides
def test_export_holds_own_rows_only_and_is_recorded(world, who):
    own, foreign = own_row(world, who, Tenant), foreign_row(world, who, Tenant)
    mine = set(Tenant.objects.present().filter(management=own.management_id).values_list("subject", flat=True))
    for kind in ("csv", "xlsx"):
        last = AccessRecord.objects.order_by("pk").last().pk
        data = {
            "names": ["name", "phone", "email"],
            "kind": kind,
            "reason": "Yearly report",
            "management": foreign.management_id,
        }
        content = client_for(world, who).post(place(Tenant, "export"), data).content
        assert kind == "xlsx" or own.name in content.decode()
        assert not [word for word in world.marks[SIDES[who][1]] if word.encode() in content]
        written = AccessRecord.objects.filter(pk__gt=last)
        assert {record.subject_id for record in written} == mine
        assert {(record.action, record.reference, record.actor.holder) for record in written} == {
            ("exported", "Yearly report", getattr(world, who))
        }


@both_sides
def test_export_cannot_be_widened_by_the_address(world, who):
    foreign = foreign_row(world, who, Tenant)
    client = client_for(world, who)
    data = {"names": ["name"], "kind": "csv", "reason": "Yearly report"}
    for query in (
        f"?id__exact={foreign.pk}",
        f"?management__id__exact={foreign.management_id}",
        f"?q={foreign.name}",
        "?e=1",
    ):
        response = client.post(place(Tenant, "export") + query, data)
        assert foreign.name not in text_of(response), query


@both_sides
def test_an_import_of_another_is_as_unknown(world, who):
    foreign = foreign_row(world, who, PendingImport)
    client = client_for(world, who)
    for answer in ("confirm", "discard"):
        assert (
            client.post(
                reverse("admin:tenants_tenant_import_preview", args=[foreign.pk]), {"answer": answer}
            ).status_code
            == 404
        )
    assert PendingImport.objects.filter(pk=foreign.pk, used_at=None).exists()


# Log entries of the admin, and the role it uses


def test_the_admins_history_names_nobody(world):
    """Log entries are kept forever, and every colleague may read them."""
    client = client_for(world, "sam")
    entry = own_row(world, "sam", Tenant)
    client.post(
        place(Unit, "add"), {"building": own_row(world, "sam", Unit).building_id, "number": "A-99", "floor": "9"}
    )
    page = client.get(place(Tenant, "change", entry.pk)).context
    formset = page["inline_admin_formsets"][0].formset
    forms = [page["adminform"].form, formset.management_form, *formset.initial_forms]
    data = {
        form.add_prefix(name): value
        for form in forms
        for name, value in form.initial.items()
        if value is not None and not isinstance(value, FieldFile)
    }
    data |= {form.add_prefix("id"): form.instance.pk for form in formset.initial_forms}
    data |= {"phone": "+6281211112222", "address": "Jalan Rahasia 9"}
    response = client.post(place(Tenant, "change", entry.pk), data, follow=True)
    entry.refresh_from_db()
    assert entry.address == "Jalan Rahasia 9"
    told = [*world.secrets, "Rahasia", "6281211112222"]
    assert LogEntry.objects.exists()
    for line in LogEntry.objects.all():
        assert not [
            text for text in told if text in f"{line.object_repr} {line.change_message} {line.get_change_message()}"
        ]
    assert not [text for message in response.context["messages"] for text in told if text in str(message)]


def test_a_hat_worn_elsewhere_opens_nothing_here(world):
    """Rita is also a tenant of Anggrek: the admin of Bougenvil must not show that entry."""
    entry = own_row(world, "sam", Tenant)
    entry.subject.holder = world.rita
    entry.subject.save()
    client = client_for(world, "rita")
    assert client.get(place(Tenant, "change", entry.pk)).status_code == 404
    assert entry.name not in client.get(place(Tenant, "changelist")).content.decode()
    assert client.get(place(SharingGrant, "change", own_row(world, "sam", SharingGrant).pk)).status_code == 404
