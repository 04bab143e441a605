"""May a vendor see a field at this moment: every combination, every reason, and no by default."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from privacy import parties
from privacy.models import SharingGrant
from privacy.models.parties import MembershipRole
from privacy.sharing import grants
from privacy.sharing.grants import Reason, State
from tests import factories as f

NAME, PHONE, UNIT, PHOTO = (
    "tenants.tenant.name",
    "tenants.tenant.phone",
    "tenants.occupancy.unit",
    "tenants.tenant.photo",
)
FIELDS = [NAME, PHONE, UNIT]


def days(n):
    return timezone.localdate() + timedelta(days=n)


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
    "restricted_at": None,
    "fields": [NAME],
    "allowed": [NAME],
    "assessed": True,
}


def make(
    vendor, withdrawn_at, starts_at, ends_at, status, valid_from, valid_until, purpose, restricted_at, fields, allowed,
    assessed,
):  # fmt: skip
    agreement = SimpleNamespace(
        vendor_id=vendor,
        status=status,
        valid_from=valid_from,
        valid_until=valid_until,
        fields=allowed,
        is_assessed=lambda keys, day: assessed,
    )
    return SimpleNamespace(
        agreement=agreement,
        purpose=SimpleNamespace(is_active=purpose),
        subject=SimpleNamespace(restricted_at=restricted_at),
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
    ({"valid_from": date(2026, 11, 23)}, Reason.AGREEMENT_NOT_BEGUN),
    ({"valid_until": date(2026, 11, 21)}, Reason.AGREEMENT_OVER),
    ({"purpose": False}, Reason.PURPOSE_CLOSED),
    ({"restricted_at": NOW}, Reason.RESTRICTED),
    ({"fields": [PHONE]}, Reason.NOT_IN_GRANT),
    ({"allowed": [PHONE]}, Reason.NOT_IN_AGREEMENT),
    ({"assessed": False}, Reason.NOT_ASSESSED),
]


def test_decide_allows_when_every_condition_holds():
    assert decide() is Reason.ALLOWED
    assert decide(starts_at=NOW, valid_from=date(2026, 11, 22), valid_until=date(2026, 11, 22)) is Reason.ALLOWED


@pytest.mark.parametrize(("change", "reason"), BROKEN)
def test_decide_names_the_condition_that_fails(change, reason):
    assert decide(**change) is reason


def test_decide_refuses_a_field_that_is_not_declared_shareable():
    broken = make(**OPEN | {"fields": ["tenants.tenant.other"], "allowed": ["tenants.tenant.other"]})
    assert grants.decide(broken, "tenants.tenant.other", vendors={7}, now=NOW) is Reason.NOT_DECLARED


moments = st.sampled_from([NOW - HOUR, NOW, NOW + HOUR])
dates = st.sampled_from([date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23)])
keys = st.lists(st.sampled_from([NAME, PHONE, "tenants.tenant.other"]), unique=True)
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
        "restricted_at": st.none() | moments,
        "fields": keys,
        "allowed": keys,
        "assessed": st.booleans(),
    }
)


@given(
    everything,
    st.sampled_from([NAME, PHONE, "tenants.tenant.other", "tenants.tenant.no_such", ""]),
    st.sets(st.sampled_from([7, 9])),
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
        and row["restricted_at"] is None
        and key in {NAME, PHONE}
        and key in row["fields"]
        and key in row["allowed"]
        and row["assessed"]
    )
    reason = grants.decide(make(**row), key, vendors=vendors, now=NOW)
    assert (reason is Reason.ALLOWED) == expected


def assessments(cast):
    """Whether a photo may be seen under each: none, a valid one, run out, not begun, for others, for something else."""
    mine = {"controller": cast.anggrek, "fields": [PHOTO]}
    return {
        None: False,
        f.AssessmentFactory(**mine, valid_until=days(0)): True,
        f.AssessmentFactory(**mine, assessed_on=days(-9), valid_until=days(-1)): False,
        f.AssessmentFactory(**mine, assessed_on=days(1), valid_until=days(9)): False,
        f.AssessmentFactory(**mine | {"controller": cast.bougenvil}): False,
        f.AssessmentFactory(**mine | {"fields": ["tenants.tenant.identity_scan"]}): False,
    }


def test_can_read_opens_specific_data_only_under_a_valid_assessment(cast):
    """Article 34: what was assessed once is closed again when the assessment runs out; the rest stays open."""
    keys = [NAME, PHOTO]
    for assessment, opens in assessments(cast).items():
        agreement = f.AgreementFactory(management=cast.anggrek, vendor=cast.teknik, fields=keys, assessment=assessment)
        grant = f.GrantFactory(agreement=agreement, fields=keys)
        expected = Reason.ALLOWED if opens else Reason.NOT_ASSESSED
        assert grants.can_read(cast.vera, grant.subject, PHOTO).reason is expected
        assert grants.can_read(cast.vera, grant.subject, NAME).reason is Reason.ALLOWED
        assert grants.readable(SharingGrant.objects.to_decide().get(pk=grant.pk), cast.vera)[0] == keys[: 1 + opens]


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
        {"subject": f.SubjectFactory(restricted_at=now)},
    ]
    base = {
        "starts_at": now - HOUR,
        "ends_at": now + HOUR,
        "agreement__vendor": cast.teknik,
        "subject": cast.ann_entry.subject,
    }
    photo = {"fields": [NAME, PHOTO], "agreement__fields": [NAME, PHOTO]}
    changes += [photo | {"agreement__assessment": assessment} for assessment in assessments(cast)]
    for change in changes:
        f.GrantFactory(**base | {"agreement__management": cast.anggrek} | change)
    for key in (NAME, PHONE, UNIT, PHOTO, "tenants.tenant.other"):
        found = SharingGrant.objects.to_decide()
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
    parties.appoint(user=other, party=f.VendorFactory(), role=MembershipRole.VENDOR, by=cast.otto)
    assert grants.can_read(other, grant.subject, NAME).reason is Reason.NO_GRANT


def test_can_read_opens_nothing_about_somebody_else(cast, grant):
    neighbour = f.TenantFactory(management=cast.anggrek)
    assert grants.can_read(cast.vera, neighbour.subject, NAME).reason is Reason.NO_GRANT


def test_can_read_says_no_to_a_deactivated_account(cast, grant):
    cast.vera.is_active = False
    cast.vera.save()
    assert not grants.can_read(cast.vera, grant.subject, NAME)


# What is taken away from a permission that opens the name → the reason that `can_read` gives
TAKEN = [
    ({}, Reason.ALLOWED),
    ({"agreement__vendor": "other"}, Reason.NO_GRANT),
    ({"withdrawn_at": timedelta()}, Reason.WITHDRAWN),
    ({"starts_at": HOUR}, Reason.NOT_STARTED),
    ({"starts_at": -2 * HOUR, "ends_at": -HOUR}, Reason.ENDED),
    ({"agreement__status": "suspended"}, Reason.AGREEMENT_SUSPENDED),
    ({"agreement__status": "ended"}, Reason.AGREEMENT_ENDED),
    ({"agreement__status": "draft"}, Reason.AGREEMENT_ENDED),
    ({"agreement__valid_from": 1}, Reason.AGREEMENT_NOT_BEGUN),
    ({"agreement__valid_from": -9, "agreement__valid_until": -1}, Reason.AGREEMENT_OVER),
    ({"purpose__is_active": False, "purpose__code": "closed"}, Reason.PURPOSE_CLOSED),
    ({"subject__restricted_at": timedelta()}, Reason.RESTRICTED),
    ({"fields": [PHONE]}, Reason.NOT_IN_GRANT),
    ({"agreement__fields": [PHONE]}, Reason.NOT_IN_AGREEMENT),
]


@pytest.mark.parametrize(("change", "reason"), TAKEN)
def test_can_read_gives_each_missing_condition_its_own_reason(cast, change, reason):
    def real(value):
        if isinstance(value, timedelta):
            return timezone.now() + value
        return f.VendorFactory() if value == "other" else days(value) if type(value) is int else value

    grant = f.GrantFactory(**{"agreement__vendor": cast.teknik} | {name: real(value) for name, value in change.items()})
    answer = grants.can_read(cast.vera, grant.subject, NAME)
    assert (answer.reason, bool(answer)) == (reason, reason is Reason.ALLOWED)
    listed = grant in SharingGrant.objects.opening(NAME).filter(agreement__vendor=cast.teknik)
    assert listed == bool(answer)


@pytest.mark.parametrize("key", [NAME, PHOTO])
def test_decide_asks_no_query(cast, key, django_assert_num_queries):
    assessment = f.AssessmentFactory(controller=cast.anggrek, fields=[PHOTO])
    agreement = f.AgreementFactory(
        management=cast.anggrek, vendor=cast.teknik, fields=[NAME, PHOTO], assessment=assessment
    )
    f.GrantFactory(agreement=agreement, fields=[NAME, PHOTO])
    found = SharingGrant.objects.to_decide().get()
    with django_assert_num_queries(0):
        assert grants.decide(found, key, vendors={cast.teknik.pk}, now=timezone.now()) is Reason.ALLOWED


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
        ({"subject__restricted_at": 0}, State.SUSPENDED),
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


def test_state_changes_at_the_very_end_and_not_on_the_last_day_of_the_agreement(cast, grant):
    assert grants.state(grant, now=grant.ends_at) is State.ENDED
    assert grants.state(grant, now=grant.ends_at - timedelta(seconds=1)) is State.ACTIVE
    cast.agreement.valid_until = days(0)
    cast.agreement.save()
    grant.refresh_from_db()
    assert grants.state(grant) is State.ACTIVE


def test_every_condition_has_a_reason_of_its_own():
    """`state` and NO_GRANT aside, each reason stands for one condition, and none is left over."""
    told = [reason for _change, reason in BROKEN] + [Reason.NOT_DECLARED, Reason.RESTORED]
    assert set(told) == set(Reason) - {Reason.ALLOWED, Reason.NO_GRANT}
