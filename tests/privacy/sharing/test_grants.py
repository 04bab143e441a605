"""Permissions to share: who may ask, give, narrow and withdraw, and what a vendor may read at any moment."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from privacy.errors import Refused
from privacy.models import SharingAgreement, SharingEvent, SharingGrant, SharingRequest
from privacy.scope import Role
from privacy.sharing import grants
from privacy.sharing.grants import Reason, State
from privacy.subjects import get_or_create_for
from tests import factories as f

NAME, PHONE, UNIT = "tenants.tenant.name", "tenants.tenant.phone", "tenants.occupancy.unit"
FIELDS = [NAME, PHONE, UNIT]


def days(n):
    return timezone.localdate() + timedelta(days=n)


def refused(verb, **arguments):
    with pytest.raises(Refused) as caught:
        verb(**arguments)
    return caught.value.code


@pytest.fixture
def asked(cast):
    return f.SharingRequestFactory(subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose)


@pytest.fixture
def asking(cast):
    return {
        "subject": cast.ann_entry.subject,
        "agreement": cast.agreement,
        "purpose": cast.purpose,
        "fields": FIELDS,
        "until": days(14),
        "reason": "Leaking pipe",
        "by": cast.sam,
        "role": Role.STAFF,
    }


# Asking


def test_ask_as_staff_tells_the_tenant_by_a_mail_without_names(cast, asking):
    request = grants.ask(**asking)
    assert request.status == "waiting"
    assert request.asked_for_id == cast.anggrek.pk
    assert request.events.get().kind == SharingEvent.Kind.ASKED
    (letter,) = mail.outbox
    assert letter.to == ["ann@example.com"]
    assert f"/my-sharing/requests/{request.number}/" in letter.body
    for secret in ("Teknik", "Anggrek", "Ann Wijaya", "A-12-03", "Leaking"):
        assert secret not in letter.subject + letter.body


def test_ask_as_vendor_needs_a_tenant_who_has_shared_before(cast, asking, grant):
    request = grants.ask(**asking | {"by": cast.vera, "role": Role.VENDOR})
    assert request.asked_for_id == cast.teknik.pk


def test_ask_refuses_a_vendor_whom_the_tenant_does_not_know(cast, asking):
    assert refused(grants.ask, **asking | {"by": cast.vera, "role": Role.VENDOR}) == "stranger"
    assert not SharingRequest.objects.exists()


@pytest.mark.parametrize(
    ("who", "role"),
    [("rita", Role.STAFF), ("bob", Role.TENANT), ("sam", Role.VENDOR), ("vera", Role.STAFF), ("olga", Role.OPERATOR)],
)
def test_ask_refuses_everybody_else(cast, asking, who, role):
    assert refused(grants.ask, **asking | {"by": getattr(cast, who), "role": role}) == "not_party"


def test_ask_refuses_an_unclaimed_entry(cast, asking):
    entry = f.TenantFactory(management=cast.anggrek)
    assert refused(grants.ask, **asking | {"subject": entry.subject}) == "unclaimed"


def test_ask_refuses_a_vendor_who_knows_only_somebody_else(cast, asking, grant):
    neighbour = f.TenantFactory(management=cast.anggrek, subject__holder=cast.bob)
    asked_by_vera = asking | {"by": cast.vera, "role": Role.VENDOR, "subject": neighbour.subject}
    assert refused(grants.ask, **asked_by_vera) == "stranger"
    elsewhere = f.AgreementFactory(management=cast.anggrek, purposes=[cast.purpose])
    f.GrantFactory(subject=neighbour.subject, agreement=elsewhere, purpose=cast.purpose)
    assert refused(grants.ask, **asked_by_vera) == "stranger"


def test_ask_for_somebody_or_something_else_is_not_twice(cast, asking):
    neighbour = f.TenantFactory(management=cast.anggrek, subject__holder=cast.bob)
    cleaning = f.PurposeFactory(code="cleaning")
    cast.agreement.purposes.add(cleaning)
    other = f.AgreementFactory(management=cast.anggrek, vendor=cast.teknik, purposes=[cast.purpose])
    for change in ({}, {"subject": neighbour.subject}, {"purpose": cleaning}, {"agreement": other}):
        assert grants.ask(**asking | change).status == "waiting"


def test_ask_twice_is_once(cast, asking):
    grants.ask(**asking)
    assert refused(grants.ask, **asking) == "twice"
    assert SharingRequest.objects.count() == 1


def test_ask_again_soon_is_refused_to_a_vendor_only(cast, asking, grant, time_machine):
    request = grants.ask(**asking | {"by": cast.vera, "role": Role.VENDOR, "until": days(60)})
    grants.refuse(request=request, by=cast.ann)
    again = asking | {"by": cast.vera, "role": Role.VENDOR, "until": days(60)}
    assert refused(grants.ask, **again) == "soon"
    time_machine.move_to(timezone.now() + timedelta(days=29))
    assert refused(grants.ask, **again) == "soon"
    time_machine.move_to(timezone.now() + timedelta(days=1))
    assert grants.ask(**again).status == "waiting"


def test_ask_again_after_cancelling_waits_as_long(cast, asking, grant, time_machine):
    again = asking | {"by": cast.vera, "role": Role.VENDOR, "until": days(60)}
    grants.cancel(request=grants.ask(**again), by=cast.vera, role=Role.VENDOR)
    assert refused(grants.ask, **again) == "soon"
    time_machine.move_to(timezone.now() + timedelta(days=30))
    assert grants.ask(**again).status == "waiting"


def test_ask_again_after_a_withdrawal_waits_as_long(cast, asking, grant, time_machine):
    grants.withdraw(grant=grant, by=cast.ann)
    again = asking | {"by": cast.vera, "role": Role.VENDOR, "until": days(60)}
    assert refused(grants.ask, **again) == "soon"
    time_machine.move_to(timezone.now() + timedelta(days=30))
    assert grants.ask(**again).status == "waiting"


def test_ask_again_is_open_to_a_vendor_when_staff_cancelled_theirs(cast, asking, grant):
    grants.cancel(request=grants.ask(**asking), by=cast.sam, role=Role.STAFF)
    assert grants.ask(**asking | {"by": cast.vera, "role": Role.VENDOR}).status == "waiting"


def test_ask_again_is_possible_for_staff(cast, asking):
    grants.refuse(request=grants.ask(**asking), by=cast.ann)
    assert grants.ask(**asking).status == "waiting"


def test_ask_again_from_looks_at_what_this_person_declined(cast, asked):
    refused_once = f.SharingRequestFactory(
        subject=asked.subject, agreement=asked.agreement, purpose=asked.purpose,
        status="declined", settled_at=timezone.now(),
    )  # fmt: skip
    about = {"subject": asked.subject, "agreement": asked.agreement, "purpose": asked.purpose}
    assert grants.ask_again_from(**about) == days(30)
    other = f.AgreementFactory(management=cast.anggrek, vendor=cast.teknik, purposes=[cast.purpose])
    for change in (
        {"subject": cast.bob_entry.subject},
        {"purpose": f.PurposeFactory(code="cleaning")},
        {"agreement": other},
    ):
        assert grants.ask_again_from(**about | change) is None
    refused_once.status = "given"
    refused_once.save()
    assert grants.ask_again_from(**about) is None


def test_ask_again_from_is_open_when_nothing_was_declined(cast, asked):
    assert grants.ask_again_from(asked.subject, asked.agreement, asked.purpose) is None


# What a permission may contain: the same rules for asking and for giving


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fields": []}, "no_fields"),
        ({"fields": ["tenants.tenant.email"]}, "fields"),
        ({"fields": [NAME, "tenants.tenant.no_such"]}, "fields"),
        ({"until": -1}, "past"),
        ({"until": 301}, "beyond_agreement"),
        ({"purpose": "other"}, "purpose"),
        ({"purpose": "closed"}, "purpose"),
        ({"agreement": "bougenvil"}, "controller"),
        ({"agreement": "suspended"}, "agreement"),
        ({"agreement": "over"}, "agreement"),
    ],
)
def test_give_refuses(cast, change, code):
    arguments = {
        "subject": cast.ann_entry.subject,
        "agreement": cast.agreement,
        "purpose": cast.purpose,
        "fields": [NAME],
        "until": days(5),
        "by": cast.ann,
    }
    if "until" in change:
        change["until"] = days(change["until"])
    if change.get("purpose") == "other":
        change["purpose"] = f.PurposeFactory(code="cleaning")
    elif change.get("purpose") == "closed":
        cast.purpose.is_active = False
        cast.purpose.save()
        change["purpose"] = cast.purpose
    if change.get("agreement") == "bougenvil":
        change["agreement"] = f.AgreementFactory(management=cast.bougenvil, vendor=cast.teknik, purposes=[cast.purpose])
    elif change.get("agreement") == "suspended":
        change["agreement"] = f.AgreementFactory(
            management=cast.anggrek, vendor=cast.teknik, purposes=[cast.purpose], status="suspended"
        )
    elif change.get("agreement") == "over":
        change["agreement"] = f.AgreementFactory(
            management=cast.anggrek,
            vendor=cast.teknik,
            purposes=[cast.purpose],
            valid_from=days(-9),
            valid_until=days(-1),
        )
    assert refused(grants.give, **arguments | change) == code
    assert not SharingGrant.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fields": []}, "no_fields"),
        ({"fields": [NAME, "tenants.tenant.email"]}, "fields"),
        ({"until": -1}, "past"),
        ({"until": 301}, "beyond_agreement"),
    ],
)
def test_ask_refuses_what_could_not_be_given(cast, asking, change, code):
    if "until" in change:
        change = {"until": days(change["until"])}
    assert refused(grants.ask, **asking | change) == code
    assert not SharingRequest.objects.exists()


def test_ask_refuses_a_purpose_or_an_agreement_that_does_not_fit(cast, asking):
    foreign = {"subject": cast.bob_entry.subject}
    assert refused(grants.ask, **asking | foreign) == "controller"
    assert refused(grants.ask, **asking | {"purpose": f.PurposeFactory(code="cleaning")}) == "purpose"
    suspended = f.AgreementFactory(
        management=cast.anggrek, vendor=cast.teknik, purposes=[cast.purpose], status="suspended"
    )
    assert refused(grants.ask, **asking | {"agreement": suspended}) == "agreement"
    assert not SharingRequest.objects.exists()


def test_give_lasts_a_year_at_most(cast, settings):
    settings.GRANT_JOB_DAYS = 366  # longer sharing is asked about elsewhere
    cast.agreement.valid_until = days(900)
    cast.agreement.save()
    arguments = {
        "subject": cast.ann_entry.subject,
        "agreement": cast.agreement,
        "purpose": cast.purpose,
        "fields": [NAME],
        "by": cast.ann,
    }
    assert refused(grants.give, **arguments, until=days(366)) == "too_long"
    assert grants.give(**arguments, until=days(365)).ends_on == days(365)
    assert grants.latest_until(cast.agreement) == days(365)


def test_give_may_end_today_and_on_the_last_day_of_the_agreement(cast, settings):
    settings.GRANT_JOB_DAYS = 366
    arguments = {
        "subject": cast.ann_entry.subject,
        "agreement": cast.agreement,
        "purpose": cast.purpose,
        "fields": [NAME],
        "by": cast.ann,
    }
    for last in (days(0), cast.agreement.valid_until):
        assert grants.give(**arguments, until=last).ends_on == last


@pytest.mark.parametrize("who", ["bob", "sam", "vera", "olga", "otto"])
def test_give_is_for_the_person_alone(cast, who):
    arguments = {
        "subject": cast.ann_entry.subject,
        "agreement": cast.agreement,
        "purpose": cast.purpose,
        "fields": [NAME],
        "until": days(5),
    }
    assert refused(grants.give, **arguments, by=getattr(cast, who)) == "not_holder"


def test_until_includes_its_day_in_jakarta():
    assert grants.end_of(date(2026, 11, 30)) == datetime(2026, 12, 1, tzinfo=ZoneInfo("Asia/Jakarta"))


# Answering


def test_answer_gives_what_is_ticked_and_no_more(cast, asked):
    grant = grants.answer(request=asked, fields=[NAME], until=days(7), by=cast.ann)
    asked.refresh_from_db()
    assert (grant.fields, grant.ends_on, grant.request) == ([NAME], days(7), asked)
    assert (asked.status, asked.settled_at is not None) == ("given", True)
    assert grant.events.get().kind == SharingEvent.Kind.GIVEN
    assert grant.events.get().actor.holder == cast.ann


def test_answer_may_give_until_the_very_day_asked_for(cast, asked):
    assert grants.answer(request=asked, fields=[NAME], until=asked.until, by=cast.ann).ends_on == asked.until


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fields": [NAME, "tenants.tenant.email"]}, "not_asked"),
        ({"until": 15}, "too_long"),
        ({"by": "bob"}, "not_holder"),
        ({"fields": []}, "no_fields"),
    ],
)
def test_answer_refuses(cast, asked, change, code):
    arguments = {"request": asked, "fields": [NAME], "until": days(7), "by": cast.ann}
    change = {
        key: days(value) if key == "until" else getattr(cast, value) if key == "by" else value
        for key, value in change.items()
    }
    assert refused(grants.answer, **arguments | change) == code
    asked.refresh_from_db()
    assert asked.status == "waiting"
    assert not SharingGrant.objects.exists()


def test_answer_twice_gives_once(cast, asked):
    arguments = {"request": asked, "fields": [NAME], "until": days(7), "by": cast.ann}
    grants.answer(**arguments)
    assert refused(grants.answer, **arguments) == "answered"
    assert refused(grants.refuse, request=asked, by=cast.ann) == "answered"
    assert SharingGrant.objects.count() == 1


def test_answer_after_the_agreement_ended_gives_nothing(cast, asked):
    cast.agreement.status = "ended"
    cast.agreement.save()
    assert refused(grants.answer, request=asked, fields=[NAME], until=days(7), by=cast.ann) == "agreement"
    assert not SharingGrant.objects.exists()


def test_refuse_asks_no_reason(cast, asked):
    assert refused(grants.refuse, request=asked, by=cast.sam) == "not_holder"
    grants.refuse(request=asked, by=cast.ann)
    asked.refresh_from_db()
    assert asked.status == "declined"
    assert asked.events.get().kind == SharingEvent.Kind.DECLINED


def test_cancel_is_for_the_side_that_asked(cast, asked):
    assert refused(grants.cancel, request=asked, by=cast.sam, role=Role.STAFF) == "not_party"
    assert refused(grants.cancel, request=asked, by=cast.ann, role=Role.TENANT) == "not_party"
    grants.cancel(request=asked, by=cast.vera, role=Role.VENDOR)
    assert refused(grants.cancel, request=asked, by=cast.vera, role=Role.VENDOR) == "answered"
    assert refused(grants.answer, request=asked, fields=[NAME], until=days(7), by=cast.ann) == "answered"
    assert asked.events.get().kind == SharingEvent.Kind.CANCELLED


# Withdrawing and narrowing


def test_withdraw_takes_effect_at_once_and_twice_is_once(cast, grant):
    assert grants.can_read(cast.vera, grant.subject, NAME)
    first = grants.withdraw(grant=grant, by=cast.ann)
    second = grants.withdraw(grant=grant, by=cast.ann)
    assert second.withdrawn_at == first.withdrawn_at
    assert grant.events.filter(kind=SharingEvent.Kind.WITHDRAWN).count() == 1
    assert grants.can_read(cast.vera, grant.subject, NAME).reason is Reason.WITHDRAWN


def test_withdraw_is_for_the_person_alone(cast, grant):
    for who in (cast.bob, cast.sam, cast.vera, cast.otto):
        assert refused(grants.withdraw, grant=grant, by=who) == "not_holder"


def test_withdraw_leaves_an_ended_permission_ended(cast, grant, time_machine):
    time_machine.move_to(grant.ends_at)
    assert refused(grants.withdraw, grant=grant, by=cast.ann) == "over"
    assert grants.state(SharingGrant.objects.get()) is State.ENDED


def test_narrow_withdraws_and_gives_anew(cast, grant):
    narrower = grants.narrow(grant=grant, fields=[NAME], until=days(3), by=cast.ann)
    grant.refresh_from_db()
    assert (narrower.fields, narrower.ends_on, narrower.narrowed_from) == ([NAME], days(3), grant)
    assert grant.withdrawn_at is not None
    assert grants.can_read(cast.vera, grant.subject, NAME)
    assert not grants.can_read(cast.vera, grant.subject, PHONE)
    assert grants.state(grant) is State.NARROWED
    assert list(narrower.events.values_list("kind", flat=True).order_by("pk")) == ["given", "narrowed"]


def test_narrow_may_change_the_end_alone_or_the_data_alone(cast, grant):
    shorter = grants.narrow(grant=grant, fields=FIELDS, until=days(3), by=cast.ann)
    assert shorter.ends_on == days(3)
    assert grants.narrow(grant=shorter, fields=[NAME], until=days(3), by=cast.ann).fields == [NAME]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fields": [*FIELDS, "tenants.tenant.email"]}, "wider"),
        ({"until": 99}, "wider"),
        ({}, "same"),
        ({"fields": []}, "no_fields"),
        ({"by": "bob"}, "not_holder"),
    ],
)
def test_narrow_refuses(cast, grant, change, code):
    arguments = {"grant": grant, "fields": FIELDS, "until": grant.ends_on, "by": cast.ann}
    change = {
        key: days(value) if key == "until" else getattr(cast, value) if key == "by" else value
        for key, value in change.items()
    }
    assert refused(grants.narrow, **arguments | change) == code
    grant.refresh_from_db()
    assert grant.withdrawn_at is None
    assert SharingGrant.objects.count() == 1


def test_narrow_refuses_what_is_over(cast, grant):
    grants.withdraw(grant=grant, by=cast.ann)
    assert refused(grants.narrow, grant=grant, fields=[NAME], until=days(1), by=cast.ann) == "over"


@pytest.mark.parametrize("status", ["suspended", "ended"])
def test_narrow_refuses_while_the_agreement_is_not_in_force(cast, grant, status):
    SharingAgreement.objects.filter(pk=cast.agreement.pk).update(status=status)
    assert refused(grants.narrow, grant=grant, fields=[NAME], until=days(1), by=cast.ann) == "over"


def test_narrow_refuses_what_its_date_has_ended(cast, grant, time_machine):
    time_machine.move_to(grant.ends_at)
    assert refused(grants.narrow, grant=grant, fields=[NAME], until=days(0), by=cast.ann) == "over"


def test_what_closed_since_a_moment_is_either_withdrawn_or_ended(cast, grant):
    now, hour = timezone.now(), timedelta(hours=1)
    past = {"subject": grant.subject, "agreement": cast.agreement, "purpose": cast.purpose, "starts_at": now - 9 * hour}
    ended = f.GrantFactory(**past, ends_at=now - hour)
    f.GrantFactory(**past, ends_at=now - 3 * hour)
    withdrawn = f.GrantFactory(**past, ends_at=now - hour, withdrawn_at=now - hour)
    f.GrantFactory(**past, ends_at=now + hour, withdrawn_at=now - 3 * hour)
    assert list(SharingGrant.objects.ended_since(now - 2 * hour)) == [ended]
    assert list(SharingGrant.objects.withdrawn_since(now - 2 * hour)) == [withdrawn]


@pytest.mark.parametrize("verb", ["give", "narrow"])
def test_what_is_locked_is_locked_in_the_order_of_an_erasure(cast, grant, verb):
    """The record, the account, then the rest; otherwise PostgreSQL ends one of the two."""
    until = timezone.localdate() + timedelta(days=5)
    get_or_create_for(cast.ann)
    with CaptureQueriesContext(connection) as queries:
        if verb == "narrow":
            grants.narrow(grant=grant, fields=grant.fields[:1], until=until, by=cast.ann)
        else:
            grants.give(
                subject=grant.subject, agreement=cast.agreement, purpose=cast.purpose, fields=grant.fields,
                until=until, by=cast.ann,
            )  # fmt: skip
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    locks = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"] or "FOR UPDATE" in query["sql"]]
    assert [grant.subject_id.hex in sql.replace("-", "") for sql in locks[:2]] == [True, False]
    assert get_or_create_for(cast.ann).pk.hex in locks[1].replace("-", "")
    assert all("NO KEY" in sql for sql in locks[:2])
