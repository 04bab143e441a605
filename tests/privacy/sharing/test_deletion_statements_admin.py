"""Deletion statements as staff and the operator read them: what is due, what is overdue, what was stated."""

from datetime import timedelta

import pytest
from django.utils import timezone

from privacy.models import AccessRecord, DeletionStatement
from privacy.sharing import deletion_statements
from tests import factories as f

pytestmark = pytest.mark.django_db
GRANTS, STATEMENTS = "/admin/privacy/sharinggrant/", "/admin/privacy/deletionstatement/"
HOW = "Deleted from the job sheet and from both phones."


def text(response):
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def ended(cast):
    """One permission nearly due, one overdue, one stated."""
    now = timezone.now()
    found = [
        f.GrantFactory(
            subject=cast.ann_entry.subject,
            agreement=cast.agreement,
            purpose=cast.purpose,
            starts_at=now - timedelta(days=60),
            ends_at=now - timedelta(days=days),
        )
        for days in (12, 20, 3)
    ]
    deletion_statements.state(grant=found[2], by=cast.vera, means=HOW)
    return found


@pytest.mark.parametrize(("wanted", "places"), [("due", [0, 1]), ("overdue", [1]), ("stated", [2]), ("", [0, 1, 2, 3])])
@pytest.mark.parametrize("who", ["sam", "olga"])
def test_permissions_are_listed_by_their_statement(cast, sign_in, ended, grant, who, wanted, places):
    rows = [*ended, grant]
    page = text(sign_in(getattr(cast, who)).get(GRANTS, {"statement": wanted} if wanted else {}))
    assert [row.number in page for row in rows] == [place in places for place in range(4)]


def test_a_permission_says_how_its_statement_stands(cast, sign_in, ended, grant):
    nearly, overdue, stated = ended
    deletion_statements.remind()
    client = sign_in(cast.sam)
    page = text(client.get(f"{GRANTS}{nearly.pk}/change/"))
    assert "2 days left" in page
    assert "Reminded by email on" in page
    assert "6 days past the deadline" in text(client.get(f"{GRANTS}{overdue.pk}/change/"))
    page = text(client.get(f"{GRANTS}{stated.pk}/change/"))
    assert f"{STATEMENTS}{stated.statement.pk}/change/" in page
    assert "past the deadline" not in page
    assert "days left" not in text(client.get(f"{GRANTS}{grant.pk}/change/"))


def test_statements_are_listed_and_one_of_them_is_read(cast, sign_in, ended):
    statement = DeletionStatement.objects.get()
    client = sign_in(cast.sam)
    page = text(client.get(STATEMENTS))
    assert ended[2].number in page
    assert "Ann Wijaya" in page
    page = text(client.get(f"{STATEMENTS}{statement.pk}/change/"))
    for words in (HOW, "Vera", "PT Teknik Andal", "Name, phone number, unit", f"{GRANTS}{ended[2].pk}/change/"):
        assert words in page
    record = AccessRecord.objects.get()
    assert (record.reference, record.why) == (ended[2].number, "sharing")
    assert ended[2].number in text(client.get(STATEMENTS, {"q": ended[2].number}))
    assert ended[2].number not in text(client.get(STATEMENTS, {"q": "IB-1999-0001"}))


def test_a_statement_outlives_the_account_that_made_it(cast, sign_in, ended):
    statement = DeletionStatement.objects.get()
    cast.vera.name = ""
    cast.vera.save()
    assert "An account without a name" in text(sign_in(cast.olga).get(f"{STATEMENTS}{statement.pk}/change/"))


def test_statements_of_another_management_are_not_there(cast, sign_in, ended):
    statement = DeletionStatement.objects.get()
    rita = sign_in(cast.rita)
    page = text(rita.get(STATEMENTS))
    assert ended[2].number not in page
    assert "No statements yet." in page
    assert rita.get(f"{STATEMENTS}{statement.pk}/change/").status_code == 404
    assert rita.get(f"{STATEMENTS}999999/change/").status_code == 404
    assert AccessRecord.objects.get().allowed is False


@pytest.mark.parametrize("who", ["sam", "olga", "otto"])
def test_nobody_writes_statements_in_the_admin(cast, sign_in, ended, who):
    client, statement = sign_in(getattr(cast, who)), DeletionStatement.objects.get()
    assert client.get(f"{STATEMENTS}add/").status_code == 403
    assert client.post(f"{STATEMENTS}{statement.pk}/change/", {"means": "x"}).status_code == 403
    assert client.post(f"{STATEMENTS}{statement.pk}/delete/", {"post": "yes"}).status_code == 403
    assert DeletionStatement.objects.get().means == HOW


def test_the_dashboard_counts_what_vendors_owe(cast, sign_in, ended):
    page = text(sign_in(cast.sam).get("/admin/"))
    assert "Deletion statements" in page
    assert "1 vendor statement is overdue." in page
    assert "6 days past the deadline" in page
    assert "Vendors owe no statement." in text(sign_in(cast.rita).get("/admin/"))


def test_the_dashboard_says_when_nothing_is_late(cast, sign_in, ended):
    deletion_statements.state(grant=ended[1], by=cast.vera, means=HOW)
    page = text(sign_in(cast.olga).get("/admin/"))
    assert "nothing is past its deadline" in page
    assert "2 days left" in page
