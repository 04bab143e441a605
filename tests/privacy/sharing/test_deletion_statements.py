"""Deletion statements: what is due and since when, who may state it, and that nobody is reminded twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from privacy import parties
from privacy.errors import Refused
from privacy.models import AttestationReminder, DeletionStatement, SharingAgreement, SharingGrant
from privacy.models.parties import MembershipRole
from privacy.scope import Role
from privacy.sharing import agreements, deletion_statements, grants
from privacy.subjects import get_or_create_for
from tests import factories as f

pytestmark = pytest.mark.django_db
NAME, PHONE, UNIT = "tenants.tenant.name", "tenants.tenant.phone", "tenants.occupancy.unit"
HOW = "Deleted from the job sheet and from both phones."


def due():
    return set(SharingGrant.objects.attestation_due())


def ended(cast, *, days_ago, **more):
    now = timezone.now()
    return f.GrantFactory(
        subject=cast.ann_entry.subject,
        agreement=cast.agreement,
        purpose=cast.purpose,
        starts_at=now - timedelta(days=days_ago + 10),
        ends_at=now - timedelta(days=days_ago),
        **more,
    )


def refused(code, grant, by, means=HOW):
    with pytest.raises(Refused) as caught:
        deletion_statements.state(grant=grant, by=by, means=means)
    assert caught.value.code == code
    assert DeletionStatement.objects.count() == (code == "stated")


# What is due


def test_an_open_permission_owes_no_statement(cast, grant):
    assert due() == set()
    assert (grant.ended_at, grant.attest_on) == (None, None)


def test_a_permission_past_its_date_owes_one(cast):
    grant = ended(cast, days_ago=2)
    assert due() == {grant}
    assert grant.ended_at == grant.ends_at
    assert grant.attest_on == timezone.localdate(grant.ends_at) + timedelta(days=14)


def test_a_withdrawn_permission_owes_one_since_its_withdrawal(cast, grant):
    grant = grants.withdraw(grant=grant, by=cast.ann)
    assert due() == {grant}
    assert grant.ended_at == grant.withdrawn_at


def test_a_permission_whose_agreement_ended_owes_one_since_then(cast, grant):
    agreements.end(agreement=cast.agreement, by=cast.sam)
    grant = SharingGrant.objects.get()
    assert due() == {grant}
    assert grant.ended_at == grant.agreement.status_at


def test_a_suspended_agreement_or_a_closed_purpose_ends_nothing(cast, grant):
    agreements.suspend(agreement=cast.agreement, by=cast.sam)
    cast.purpose.is_active = False
    cast.purpose.save()
    assert due() == set()
    assert SharingGrant.objects.get().ended_at is None


def test_a_withdrawal_after_the_end_does_not_move_it(cast, grant):
    """Whoever withdraws what is over already gives the vendor no more time."""
    early = timezone.now() - timedelta(days=5)
    SharingAgreement.objects.update(status="ended", status_at=early)
    grant.refresh_from_db()
    grants.withdraw(grant=grant, by=cast.ann)
    found = SharingGrant.objects.with_end().get()
    assert found.ended == found.ended_at == early


def test_a_narrowed_permission_owes_what_was_dropped(cast, grant):
    narrower = grants.narrow(grant=grant, fields=[PHONE], until=grant.ends_on, by=cast.ann)
    grant.refresh_from_db()
    assert due() == {grant}
    assert grant.given_up == [NAME, UNIT]
    grants.withdraw(grant=narrower, by=cast.ann)
    assert {tuple(one.given_up) for one in due()} == {(NAME, UNIT), (PHONE,)}


def test_a_permission_narrowed_in_time_only_owes_nothing(cast, grant):
    narrower = grants.narrow(
        grant=grant, fields=[UNIT, PHONE, NAME], until=grant.ends_on - timedelta(days=3), by=cast.ann
    )
    grant.refresh_from_db()
    assert due() == set()
    assert (grant.given_up, grant.attest_on) == ([], None)
    grants.withdraw(grant=narrower, by=cast.ann)
    assert due() == {narrower}


def test_what_is_stated_is_no_longer_due(cast):
    grant, other = ended(cast, days_ago=2), ended(cast, days_ago=3)
    deletion_statements.state(grant=grant, by=cast.vera, means=HOW)
    assert due() == {other}


@pytest.mark.parametrize(("days_ago", "is_overdue"), [(13, False), (14, False), (15, True)])
def test_a_statement_is_overdue_the_day_after_its_last_day(cast, days_ago, is_overdue):
    grant = ended(cast, days_ago=days_ago)
    assert SharingGrant.objects.attestation_overdue().exists() is is_overdue
    assert (grant.attest_on < timezone.localdate()) is is_overdue


def test_the_days_are_a_setting(cast, settings):
    settings.ATTEST_DAYS = 1
    grant = ended(cast, days_ago=2)
    assert grant.attest_on == timezone.localdate() - timedelta(days=1)
    assert SharingGrant.objects.attestation_overdue().exists()


@pytest.mark.parametrize(
    ("days_ago", "urgency", "words"),
    [
        (1, "info", "13 days left"),
        (10, "info", "4 days left"),
        (11, "waiting", "3 days left"),
        (13, "waiting", "1 day left"),
        (14, "waiting", "Due today"),
        (15, "late", "1 day past the deadline"),
        (24, "late", "10 days past the deadline"),
    ],
)
def test_the_clock_counts_days(cast, days_ago, urgency, words):
    one = deletion_statements.Due(ended(cast, days_ago=days_ago))
    assert (one.urgency, one.time_left) == (urgency, words)


def test_due_is_what_one_may_see_most_urgent_first(cast):
    late, soon = ended(cast, days_ago=20), ended(cast, days_ago=1)
    other = f.GrantFactory(agreement=f.AgreementFactory(), purpose=cast.purpose, withdrawn_at=timezone.now())
    assert list(deletion_statements.due(cast.vera, Role.VENDOR)) == [late, soon]
    assert list(deletion_statements.due(cast.sam, Role.STAFF)) == [late, soon]
    assert list(deletion_statements.due(cast.rita, Role.STAFF)) == []
    assert set(deletion_statements.due(cast.olga, Role.OPERATOR)) == {late, soon, other}


# Stating it


def test_state_records_who_when_and_what(cast, grant):
    narrower = grants.narrow(grant=grant, fields=[PHONE], until=grant.ends_on, by=cast.ann)
    statement = deletion_statements.state(grant=grant, by=cast.vera, means=f"  {HOW} ")
    assert (statement.grant, statement.subject, statement.vendor_id) == (grant, grant.subject, cast.teknik.pk)
    assert (statement.fields, statement.means, statement.stated_by) == ([NAME, UNIT], HOW, get_or_create_for(cast.vera))
    assert statement.at > grant.given_at
    assert str(statement) == f"Statement on {grant.number}"
    assert SharingGrant.objects.get(pk=grant.pk).statement == statement
    assert narrower.statement is None


@pytest.mark.parametrize("who", ["ann", "sam", "olga", "otto"])
def test_state_is_for_the_vendors_people_only(cast, who):
    refused("not_vendor", ended(cast, days_ago=1), getattr(cast, who))


def test_state_is_not_for_another_vendor(cast):
    other = f.UserFactory()
    parties.appoint(user=other, party=f.VendorFactory(), role=MembershipRole.VENDOR, by=cast.otto)
    refused("not_vendor", ended(cast, days_ago=1), other)


def test_state_refuses_a_permission_that_is_open(cast, grant):
    refused("open", grant, cast.vera)


def test_state_refuses_a_permission_whose_data_was_handed_on(cast, grant):
    grants.narrow(grant=grant, fields=grant.fields, until=grant.ends_on - timedelta(days=3), by=cast.ann)
    refused("handed_on", grant, cast.vera)


def test_state_refuses_a_second_statement(cast):
    grant = ended(cast, days_ago=1)
    deletion_statements.state(grant=grant, by=cast.vera, means=HOW)
    refused("stated", grant, cast.vera)


@pytest.mark.parametrize("means", ["", "   ", "\u200b\u2060", "\u3164"])
def test_state_refuses_a_statement_that_says_nothing(cast, means):
    refused("means", ended(cast, days_ago=1), cast.vera, means)


# Reminders


def subjects_of(mailoutbox):
    return sorted((letter.to[0], letter.subject) for letter in mailoutbox)


def test_remind_writes_when_it_is_nearly_due_and_when_overdue_once_each(cast, mailoutbox):
    colleague = f.UserFactory(email="victor@example.com")
    parties.appoint(user=colleague, party=cast.teknik, role=MembershipRole.VENDOR, by=cast.otto)
    ended(cast, days_ago=10)
    mailoutbox.clear()
    now = timezone.now()
    assert deletion_statements.remind(now) == 0
    for _run in range(2):
        deletion_statements.remind(now + timedelta(days=1))
    soon = "A deletion statement is nearly due"
    assert subjects_of(mailoutbox) == [("vera@example.com", soon), ("victor@example.com", soon)]
    assert "http://testserver/vendor/deletions/" in mailoutbox[0].body
    for days in (2, 4):  # the day before, and the last day itself
        deletion_statements.remind(now + timedelta(days=days))
    assert len(mailoutbox) == 2
    for _run in range(2):
        deletion_statements.remind(now + timedelta(days=5))
    assert [letter.subject for letter in mailoutbox[2:]] == ["A deletion statement is overdue"] * 2
    assert AttestationReminder.objects.count() == 2


def test_remind_writes_one_letter_for_many_permissions(cast, mailoutbox):
    for _each in range(3):
        ended(cast, days_ago=12)
    assert deletion_statements.remind() == 3
    (letter,) = mailoutbox
    assert "3 permissions to share that your company held are over" in letter.body
    ended(cast, days_ago=12)
    assert deletion_statements.remind() == 1
    assert "1 permission to share that your company held is over" in mailoutbox[1].body


def test_remind_of_what_is_overdue_does_not_say_nearly_due_too(cast, mailoutbox):
    ended(cast, days_ago=30)
    deletion_statements.remind()
    assert [letter.subject for letter in mailoutbox] == ["A deletion statement is overdue"]


def test_remind_says_nothing_of_what_is_stated(cast, mailoutbox):
    deletion_statements.state(grant=ended(cast, days_ago=12), by=cast.vera, means=HOW)
    assert deletion_statements.remind() == 0
    assert mailoutbox == []


def test_remind_waits_until_there_is_somebody_to_tell(cast, mailoutbox):
    ended(cast, days_ago=12)
    cast.vera.is_active = False
    cast.vera.save()
    assert deletion_statements.remind() == 0
    cast.vera.is_active = True
    cast.vera.save()
    assert deletion_statements.remind() == 1
    assert len(mailoutbox) == 1


def test_a_reminder_carries_no_number_and_no_name(cast, mailoutbox):
    grant = ended(cast, days_ago=12)
    deletion_statements.remind()
    for secret in (grant.number, "Ann", "PT Teknik Andal"):
        assert secret not in mailoutbox[0].subject + mailoutbox[0].body
