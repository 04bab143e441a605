"""Permissions to share: who may ask, give, narrow and withdraw, and what a vendor may read at any moment."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from privacy import declarations, grants, parties
from privacy.errors import Refused
from privacy.grants import Reason, State
from privacy.models import AccessRecord, SharingEvent, SharingGrant, SharingRequest
from privacy.models.parties import Role
from privacy.scope import Hat
from tests import factories as f

NAME, PHONE, UNIT = "tenant.name", "tenant.phone", "occupancy.unit"
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
        "as_": Hat.STAFF,
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
    request = grants.ask(**asking | {"by": cast.vera, "as_": Hat.VENDOR})
    assert request.asked_for_id == cast.teknik.pk


def test_ask_refuses_a_vendor_whom_the_tenant_does_not_know(cast, asking):
    assert refused(grants.ask, **asking | {"by": cast.vera, "as_": Hat.VENDOR}) == "stranger"
    assert not SharingRequest.objects.exists()


@pytest.mark.parametrize(
    ("who", "hat"),
    [("rita", Hat.STAFF), ("bob", Hat.TENANT), ("sam", Hat.VENDOR), ("vera", Hat.STAFF), ("olga", Hat.OPERATOR)],
)
def test_ask_refuses_everybody_else(cast, asking, who, hat):
    assert refused(grants.ask, **asking | {"by": getattr(cast, who), "as_": hat}) == "not_party"


def test_ask_refuses_an_unclaimed_entry(cast, asking):
    entry = f.TenantFactory(management=cast.anggrek)
    assert refused(grants.ask, **asking | {"subject": entry.subject}) == "unclaimed"


def test_ask_twice_is_once(cast, asking):
    grants.ask(**asking)
    assert refused(grants.ask, **asking) == "twice"
    assert SharingRequest.objects.count() == 1


def test_ask_again_soon_is_refused_to_a_vendor_only(cast, asking, grant, time_machine):
    request = grants.ask(**asking | {"by": cast.vera, "as_": Hat.VENDOR, "until": days(60)})
    grants.refuse(request=request, by=cast.ann)
    again = asking | {"by": cast.vera, "as_": Hat.VENDOR, "until": days(60)}
    assert refused(grants.ask, **again) == "soon"
    time_machine.move_to(timezone.now() + timedelta(days=29))
    assert refused(grants.ask, **again) == "soon"
    time_machine.move_to(timezone.now() + timedelta(days=1))
    assert grants.ask(**again).status == "waiting"


def test_ask_again_is_possible_for_staff(cast, asking):
    grants.refuse(request=grants.ask(**asking), by=cast.ann)
    assert grants.ask(**asking).status == "waiting"


def test_ask_again_from_is_open_when_nothing_was_declined(cast, asked):
    assert grants.ask_again_from(asked.subject, asked.agreement, asked.purpose) is None


# What a permission may contain: the same rules for asking and for giving


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fields": []}, "no_fields"),
        ({"fields": ["tenant.email"]}, "fields"),
        ({"fields": [NAME, "tenant.no_such"]}, "fields"),
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


def test_give_lasts_a_year_at_most(cast):
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
    assert (asked.status, asked.answered_at is not None) == ("given", True)
    assert grant.events.get().kind == SharingEvent.Kind.GIVEN
    assert grant.events.get().actor.holder == cast.ann


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fields": [NAME, "tenant.email"]}, "not_asked"),
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
    assert refused(grants.cancel, request=asked, by=cast.sam, as_=Hat.STAFF) == "not_party"
    assert refused(grants.cancel, request=asked, by=cast.ann, as_=Hat.TENANT) == "not_party"
    grants.cancel(request=asked, by=cast.vera, as_=Hat.VENDOR)
    assert refused(grants.cancel, request=asked, by=cast.vera, as_=Hat.VENDOR) == "answered"
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
    time_machine.move_to(timezone.now() + timedelta(days=31))
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


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fields": [*FIELDS, "tenant.email"]}, "wider"),
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


# Deciding


NOW = datetime(2026, 11, 22, 5, 0, tzinfo=ZoneInfo("UTC"))  # noon in Jakarta
HOUR = timedelta(hours=1)
OPEN = {
    "vendor": 7,
    "withdrawn_at": None,
    "starts_at": NOW - HOUR,
    "ends_at": NOW + HOUR,
    "status": "active",
    "valid_from": date(2026, 11, 1),
    "valid_until": date(2026, 11, 30),
    "purpose": True,
    "fields": [NAME],
    "allowed": [NAME],
}


def make(vendor, withdrawn_at, starts_at, ends_at, status, valid_from, valid_until, purpose, fields, allowed):
    agreement = SimpleNamespace(
        vendor_id=vendor, status=status, valid_from=valid_from, valid_until=valid_until, fields=allowed
    )
    return SimpleNamespace(
        agreement=agreement,
        purpose=SimpleNamespace(is_active=purpose),
        fields=fields,
        withdrawn_at=withdrawn_at,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def decide(**changes):
    return grants.decide(make(**OPEN | changes), NAME, vendors={7}, now=NOW)


# Each condition removed once → its own reason
BROKEN = [
    ({"vendor": 8}, Reason.NOT_MEMBER),
    ({"withdrawn_at": NOW}, Reason.WITHDRAWN),
    ({"starts_at": NOW + timedelta(seconds=1)}, Reason.NOT_STARTED),
    ({"ends_at": NOW}, Reason.ENDED),
    ({"status": "suspended"}, Reason.AGREEMENT_SUSPENDED),
    ({"status": "draft"}, Reason.AGREEMENT_ENDED),
    ({"status": "ended"}, Reason.AGREEMENT_ENDED),
    ({"valid_from": date(2026, 11, 23)}, Reason.AGREEMENT_ENDED),
    ({"valid_until": date(2026, 11, 21)}, Reason.AGREEMENT_ENDED),
    ({"purpose": False}, Reason.PURPOSE_CLOSED),
    ({"fields": [PHONE]}, Reason.NOT_IN_GRANT),
    ({"allowed": [PHONE]}, Reason.NOT_IN_AGREEMENT),
]


def test_decide_allows_when_every_condition_holds():
    assert decide() is Reason.ALLOWED
    assert decide(starts_at=NOW, valid_from=date(2026, 11, 22), valid_until=date(2026, 11, 22)) is Reason.ALLOWED


@pytest.mark.parametrize(("change", "reason"), BROKEN)
def test_decide_names_the_condition_that_fails(change, reason):
    assert decide(**change) is reason


def test_decide_refuses_a_field_that_is_not_declared_shareable():
    broken = make(**OPEN | {"fields": ["tenant.other"], "allowed": ["tenant.other"]})
    assert grants.decide(broken, "tenant.other", vendors={7}, now=NOW) is Reason.NOT_IN_GRANT


moments = st.sampled_from([NOW - HOUR, NOW, NOW + HOUR])
dates = st.sampled_from([date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23)])
keys = st.lists(st.sampled_from([NAME, PHONE, "tenant.other"]), unique=True)
everything = st.fixed_dictionaries(
    {
        "vendor": st.sampled_from([7, 8]),
        "withdrawn_at": st.none() | moments,
        "starts_at": moments,
        "ends_at": moments,
        "status": st.sampled_from(["draft", "active", "suspended", "ended", "unheard of"]),
        "valid_from": dates,
        "valid_until": dates,
        "purpose": st.booleans(),
        "fields": keys,
        "allowed": keys,
    }
)


@given(
    everything, st.sampled_from([NAME, PHONE, "tenant.other", "tenant.no_such", ""]), st.sets(st.sampled_from([7, 9]))
)
def test_decide_allows_exactly_what_the_truth_table_allows(row, key, vendors):
    today = date(2026, 11, 22)
    expected = (
        row["vendor"] in vendors
        and row["withdrawn_at"] is None
        and row["starts_at"] <= NOW < row["ends_at"]
        and row["status"] == "active"
        and row["valid_from"] <= today <= row["valid_until"]
        and row["purpose"]
        and key in {NAME, PHONE}
        and key in row["fields"]
        and key in row["allowed"]
    )
    reason = grants.decide(make(**row), key, vendors=vendors, now=NOW)
    assert (reason is Reason.ALLOWED) == expected


def test_opening_says_in_sql_what_decide_says(cast):
    """Search and order go by the SQL form: it must open neither more nor less."""
    now = timezone.now()
    changes = [
        {},
        {"withdrawn_at": now},
        {"starts_at": now + HOUR / 2},
        {"ends_at": now - HOUR / 2, "starts_at": now - HOUR},
        {"fields": [PHONE]},
        {"fields": [UNIT, PHONE]},
        {"agreement__status": "suspended"},
        {"agreement__status": "draft"},
        {"agreement__status": "ended"},
        {"agreement__valid_from": days(1)},
        {"agreement__valid_until": days(-1), "agreement__valid_from": days(-2)},
        {"purpose__is_active": False, "purpose__code": "closed"},
        {"agreement__fields": [PHONE]},
    ]
    base = {
        "starts_at": now - HOUR,
        "ends_at": now + HOUR,
        "agreement__vendor": cast.teknik,
        "subject": cast.ann_entry.subject,
    }
    for change in changes:
        f.GrantFactory(**base | change)
    for key in (NAME, PHONE, UNIT, "tenant.other"):
        found = SharingGrant.objects.select_related("agreement", "purpose")
        by_hand = {g.pk for g in found if grants.decide(g, key, vendors={cast.teknik.pk}, now=now) is Reason.ALLOWED}
        assert {g.pk for g in SharingGrant.objects.opening(key, now)} == by_hand


def test_can_read_denies_by_default(cast):
    answer = grants.can_read(cast.vera, cast.ann_entry.subject, NAME)
    assert not answer
    assert answer.reason is Reason.NO_GRANT


def test_can_read_is_for_the_vendors_own_people(cast, grant):
    assert grants.can_read(cast.vera, grant.subject, NAME)
    for who in (cast.ann, cast.bob, cast.sam, cast.olga, cast.otto):
        assert grants.can_read(who, grant.subject, NAME).reason is Reason.NO_GRANT
    other = f.UserFactory()
    parties.appoint(user=other, party=f.VendorFactory(), role=Role.VENDOR, by=cast.otto)
    assert grants.can_read(other, grant.subject, NAME).reason is Reason.NO_GRANT


def test_can_read_says_no_to_a_deactivated_account(cast, grant):
    cast.vera.is_active = False
    cast.vera.save()
    assert not grants.can_read(cast.vera, grant.subject, NAME)


def test_can_read_finds_the_one_permission_that_opens_the_field(cast, grant):
    grants.withdraw(grant=grant, by=cast.ann)
    other = f.GrantFactory(subject=grant.subject, agreement=cast.agreement, purpose=cast.purpose, fields=[PHONE])
    answer = grants.can_read(cast.vera, grant.subject, PHONE)
    assert answer.grant == other
    assert grants.can_read(cast.vera, grant.subject, NAME).reason is Reason.NOT_IN_GRANT


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, State.ACTIVE),
        ({"agreement__status": "suspended"}, State.SUSPENDED),
        ({"purpose__is_active": False, "purpose__code": "closed"}, State.SUSPENDED),
        ({"agreement__status": "ended"}, State.ENDED),
        ({"agreement__valid_from": -9, "agreement__valid_until": -1}, State.ENDED),
        ({"ends_at": -0.5}, State.ENDED),
        ({"withdrawn_at": 0}, State.WITHDRAWN),
    ],
)
def test_state_tells_ended_from_withdrawn(db, change, state):
    for key, value in change.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            moment = timezone.now() + timedelta(days=value)
            change[key] = moment.date() if "valid" in key else moment
    assert grants.state(f.GrantFactory(**change)) is state


# Showing


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
        Hat.VENDOR,
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
        grants.shown_values([cast.ann_entry.subject_id], [NAME])
    assert '"identity_number"' not in queries.captured_queries[0]["sql"]
    values = grants.shown_values(
        [cast.ann_entry.subject_id],
        ["tenant.identity_number", "tenant.birth_date", "tenant.email", "tenant.nationality"],
    )
    texts = {
        key: [(value.text, value.kind) for value in found] for key, found in values[cast.ann_entry.subject_id].items()
    }
    assert texts["tenant.identity_number"] == [("3172 0555 0490 0001", "")]
    assert texts["tenant.email"] == [("ann@example.com", "email")]
    assert "1990" in texts["tenant.birth_date"][0][0]
    assert texts["tenant.nationality"] == [("Indonesia", "")]


def test_shown_values_links_files_to_the_one_file_door(cast):
    cast.ann_entry.photo = "photos/x.jpg"
    cast.ann_entry.save()
    values = grants.shown_values([cast.ann_entry.subject_id], ["tenant.photo", "tenant.identity_scan"])[
        cast.ann_entry.subject_id
    ]
    assert values["tenant.photo"][0].href == f"/files/tenants.tenant/{cast.ann_entry.pk}/photo/"
    assert values["tenant.identity_scan"] == []


def test_declared_keys_have_labels_even_when_they_are_not_shareable():
    assert declarations.labels(["tenant.phone", "tenant.other", "gone.field"]) == [
        "phone number",
        "other information",
        "gone.field",
    ]
