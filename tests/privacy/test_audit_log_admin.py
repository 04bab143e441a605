"""The security journal in the admin: read, searched by number and kind, and changed by nobody."""

import pytest
from django.urls import reverse

from privacy import audit_log
from privacy.models import AuditLogEntry
from privacy.models.audit_log import Kind

pytestmark = pytest.mark.django_db
LIST = reverse("admin:privacy_auditlogentry_changelist")


def found(client, **query):
    response = client.get(LIST, query)
    assert response.status_code == 200
    return set(response.context["cl"].queryset)


@pytest.fixture
def entries(cast):
    return {
        "sam": audit_log.record(Kind.SIGNED_IN, by=cast.sam, about=cast.sam),
        "vera": audit_log.record(Kind.DEACTIVATED, by=cast.olga, about=cast.vera),
        "unit": audit_log.record(Kind.CHANGED, row=cast.ann_entry, facts={"changes": {"phone": ["•••", "•••"]}}),
        "failed": AuditLogEntry.objects.create(kind=Kind.FAILED, network="203.0.113.0/24", request="1A2B3C4D"),
    }


def test_search_by_account_request_network_and_row(cast, entries, sign_in):
    olga = sign_in(cast.olga)
    ours = set(entries.values())
    assert found(olga, q=str(cast.sam.pk)) & ours == {entries["sam"]}
    assert found(olga, q=str(cast.olga.pk)) & ours == {entries["vera"]}
    assert found(olga, q="1a2b3c4d") == {entries["failed"]}
    assert found(olga, q="203.0.113.0/24") == {entries["failed"]}
    assert entries["unit"] in found(olga, q=f"tenants.Tenant {cast.ann_entry.pk}")
    assert entries["unit"] in found(olga, q="tenants.tenant")
    assert entries["unit"] in found(olga, q=f"tenant {cast.ann_entry.pk}")
    assert found(olga, q="tenants.Tenant 0") == found(olga, q="Tenant 0") == set()
    assert found(olga, q="nothing") == set()
    assert ours <= found(olga, q=" ")


def test_filters_by_kind_and_time(cast, entries, sign_in):
    assert found(sign_in(cast.olga), kind__exact="failed") == {entries["failed"]}
    assert "at__gte" in sign_in(cast.olga).get(LIST).content.decode()


def test_an_entry_says_what_happened_in_words(cast, entries, sign_in):
    client = sign_in(cast.olga)
    for entry, words in (
        (entries["unit"], ["Phone number: ••• → •••", f"Tenant {cast.ann_entry.pk}"]),
        (entries["vera"], ["Account deactivated", f"Account {cast.vera.pk}", f"Account {cast.olga.pk}"]),
    ):
        html = client.get(reverse("admin:privacy_auditlogentry_change", args=[entry.pk])).content.decode()
        assert not [word for word in words if word not in html], html
        assert "Vera" not in html


@pytest.mark.parametrize("facts", [{"role": ["officer", None]}, {"given": ["DPO"]}, {"rows": 3}, {}])
def test_facts_of_every_shape_are_shown(cast, sign_in, facts):
    entry = audit_log.record(Kind.RIGHTS, about=cast.ann, facts=facts)
    page = sign_in(cast.olga).get(reverse("admin:privacy_auditlogentry_change", args=[entry.pk]))
    assert page.status_code == 200


def test_a_former_account_is_said(cast, sign_in):
    entry = audit_log.record(Kind.SIGNED_IN, by=cast.ann, about=cast.ann)
    entry.about.holder = None
    entry.about.save()
    assert "A former account" in sign_in(cast.olga).get(LIST).content.decode()


def test_heads_find_their_own_people_only(cast, entries, sign_in):
    sam = sign_in(cast.sam)
    assert found(sam) & set(entries.values()) == {entries["sam"]}
    assert sam.get(reverse("admin:privacy_auditlogentry_change", args=[entries["vera"].pk])).status_code == 404
    assert found(sam, q=str(cast.vera.pk)) & set(entries.values()) == set()
    assert sign_in(cast.rita).get(LIST).status_code == 403
