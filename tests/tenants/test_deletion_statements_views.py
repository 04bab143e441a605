"""The vendor's pages about deletion: what is due, one press that states it, and for nobody else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from privacy.models import AccessRecord, DeletionStatement
from privacy.sharing import deletion_statements, grants
from tests import factories as f

pytestmark = pytest.mark.django_db
LIST = "/vendor/deletions/"
HOW = "Deleted from the job sheet and from both phones."


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def ended(cast, days_ago=2):
    now = timezone.now()
    return f.GrantFactory(
        subject=cast.ann_entry.subject,
        agreement=cast.agreement,
        purpose=cast.purpose,
        starts_at=now - timedelta(days=60),
        ends_at=now - timedelta(days=days_ago),
    )


def test_the_list_says_so_when_nothing_is_due(cast, sign_in, grant):
    page = text(sign_in(cast.vera).get(LIST))
    assert "No statement is due." in page
    assert grant.number not in page
    assert "Latest statements" not in page


def test_the_list_shows_what_is_due_most_urgent_first_and_nobodys_data(cast, sign_in):
    soon, late = ended(cast, 2), ended(cast, 20)
    page = text(sign_in(cast.vera).get(LIST))
    assert page.index(late.number) < page.index(soon.number)
    for words in ("6 days past the deadline", "12 days left", "Phone number", "Pengelola Anggrek"):
        assert words in page
    for secret in ("Ann Wijaya", "812-3456", "A-12-03"):
        assert secret not in page
    assert not AccessRecord.objects.exists()


def test_home_and_agreements_say_how_many_are_due_and_until_when(cast, sign_in):
    vera = sign_in(cast.vera)
    for address in ("/vendor/", "/vendor/agreements/"):
        assert "No statement is due." in text(vera.get(address))
    ended(cast, 2)
    ended(cast, 20)
    for address in ("/vendor/", "/vendor/agreements/"):
        page = text(vera.get(address))
        assert "2 permissions are over" in page
        assert "6 days past the deadline" in page


def test_stating_it_asks_once_says_what_and_is_done(cast, sign_in):
    grant, vera = ended(cast), sign_in(cast.vera)
    before = text(vera.get(f"{LIST}{grant.number}/"))
    for words in ("Phone number", "Vera, PT Teknik Andal", "The moment you press the button", "12 days left"):
        assert words in before
    after = vera.post(f"{LIST}{grant.number}/", {"means": HOW}, follow=True)
    assert after.redirect_chain == [(f"{LIST}{grant.number}/", 302)]
    for words in ("Your statement is recorded.", HOW, "Vera, PT Teknik Andal"):
        assert words in text(after)
    assert '<form method="post" novalidate' not in text(after)
    assert DeletionStatement.objects.get().grant == grant
    page = text(vera.get(LIST))
    assert "No statement is due." in page
    assert f"{LIST}{grant.number}/" in page


def test_stating_it_twice_is_once(cast, sign_in):
    grant, vera = ended(cast), sign_in(cast.vera)
    vera.post(f"{LIST}{grant.number}/", {"means": HOW})
    again = vera.post(f"{LIST}{grant.number}/", {"means": "Something else."}, follow=True)
    assert "We already have this." in text(again)
    assert DeletionStatement.objects.get().means == HOW


@pytest.mark.parametrize(
    ("means", "sentence"),
    [("", "Write in one sentence what was deleted"), ("\u200b\u2060", "Write in one sentence"), ("x" * 201, "200")],
)
def test_a_statement_without_words_is_refused_beside_its_box(cast, sign_in, means, sentence):
    page = text(sign_in(cast.vera).post(f"{LIST}{ended(cast).number}/", {"means": means}))
    assert page.count(sentence) >= 2  # in the summary and beside the box
    assert "<title>Error:" in page
    assert not DeletionStatement.objects.exists()


def test_a_permission_that_is_open_or_handed_on_has_no_such_page(cast, sign_in, grant):
    vera = sign_in(cast.vera)
    assert vera.get(f"{LIST}{grant.number}/").status_code == 404
    assert vera.post(f"{LIST}{grant.number}/", {"means": HOW}).status_code == 404
    grants.narrow(grant=grant, fields=grant.fields, until=grant.ends_on - timedelta(days=3), by=cast.ann)
    assert vera.post(f"{LIST}{grant.number}/", {"means": HOW}).status_code == 404
    assert not DeletionStatement.objects.exists()


@pytest.mark.parametrize("who", ["ann", "bob", "sam", "rita", "olga", "otto"])
def test_the_pages_are_not_there_for_others(cast, sign_in, who):
    client, grant = sign_in(getattr(cast, who)), ended(cast)
    assert client.get(LIST).status_code == 404
    assert client.get(f"{LIST}{grant.number}/").status_code == 404
    assert client.post(f"{LIST}{grant.number}/", {"means": HOW}).status_code == 404
    assert not DeletionStatement.objects.exists()


def test_another_vendors_permission_is_not_there_and_the_try_is_recorded(cast, sign_in):
    other = f.GrantFactory(
        subject=cast.ann_entry.subject,
        agreement=f.AgreementFactory(management=cast.anggrek),
        purpose=cast.purpose,
        withdrawn_at=timezone.now(),
    )
    vera = sign_in(cast.vera)
    assert other.number not in text(vera.get(LIST))
    assert vera.post(f"{LIST}{other.number}/", {"means": HOW}).status_code == 404
    assert vera.get(f"{LIST}IB-1999-0001/").status_code == 404
    assert AccessRecord.objects.get().allowed is False
    assert not DeletionStatement.objects.exists()


def test_a_closed_permission_leads_to_its_statement(cast, sign_in):
    grant, vera = ended(cast), sign_in(cast.vera)
    assert f"{LIST}{grant.number}/" in text(vera.get(f"/vendor/shared/{grant.number}/"), 403)
    vera.post(f"{LIST}{grant.number}/", {"means": HOW})
    assert f"{LIST}{grant.number}/" not in text(vera.get(f"/vendor/shared/{grant.number}/"), 403)


def test_the_list_asks_the_same_queries_for_many_statements(cast, sign_in):
    vera = sign_in(cast.vera)

    def more(count):
        for each in range(count):
            grant = ended(cast, 3)
            if each % 2:
                deletion_statements.state(grant=grant, by=cast.vera, means=HOW)

    more(3)
    vera.get(LIST)
    with CaptureQueriesContext(connection) as few:
        vera.get(LIST)
    more(10)
    with CaptureQueriesContext(connection) as many:
        vera.get(LIST)
    assert len(many) == len(few)


# What the tenant reads


def test_the_tenant_reads_whether_the_company_stated_it(cast, sign_in, client):
    grant = ended(cast, 2)
    day = "stated that it deleted this data on"
    for address in ("/my-sharing/", f"/my-sharing/{grant.number}/"):
        page = text(sign_in(cast.ann).get(address))
        assert "PT Teknik Andal has not stated yet that it deleted this data; due on" in page
        assert day not in page
    sign_in(cast.vera).post(f"{LIST}{grant.number}/", {"means": HOW})
    for address in ("/my-sharing/", f"/my-sharing/{grant.number}/"):
        page = text(sign_in(cast.ann).get(address))
        assert f"PT Teknik Andal {day}" in page
        assert "not stated yet" not in page
    assert HOW in page
    assert "Vera, PT Teknik Andal" in page


def test_the_tenant_reads_that_it_is_overdue(cast, sign_in):
    grant = ended(cast, 20)
    for address in ("/my-sharing/", f"/my-sharing/{grant.number}/"):
        assert "it was due on" in text(sign_in(cast.ann).get(address))


def test_an_open_permission_says_nothing_of_deletion(cast, sign_in, grant):
    for address in ("/my-sharing/", f"/my-sharing/{grant.number}/"):
        assert "deleted this data" not in text(sign_in(cast.ann).get(address))
