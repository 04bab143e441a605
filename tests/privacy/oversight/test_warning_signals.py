"""Warning signals: counted in the last week, for the right eyes, each with a case to open."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.templatetags.dates import JAKARTA
from privacy.models import AccessRecord, AuditLogEntry, InvestigationCase
from privacy.models.access import AccessReason
from privacy.models.parties import MembershipRole
from privacy.oversight import warning_signals
from privacy.scope import Role
from privacy.subjects import get_or_create_for
from tests import factories as f

PAGE, ADD = "/admin/privacy/investigationcase/signals/", "/admin/privacy/investigationcase/add/"
NOW = datetime(2026, 11, 27, 11, 0, tzinfo=JAKARTA)  # a Friday
FRIDAY, NIGHT, SATURDAY = NOW, NOW.replace(hour=3), NOW - timedelta(days=6)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW + timedelta(hours=1), tick=False)


def look(cast, count=1, by=None, at=FRIDAY, subjects=(), **changed):
    """`count` looks by Sam at Ann's record in working hours, unless told otherwise."""
    seen = {
        "controller_id": cast.anggrek.pk,
        "actor": get_or_create_for(by or cast.sam),
        "party_id": cast.anggrek.pk,
        "hat": "staff",
        "action": "viewed",
        "allowed": True,
        "fields": ["tenants.tenant.name"],
        "why": AccessReason.RECORD,
        "at": at,
    }
    about = list(subjects) or [cast.ann_entry.subject] * count
    AccessRecord.objects.bulk_create(AccessRecord(subject=subject, **(seen | changed)) for subject in about)


def people(cast, count):
    return [f.TenantFactory(management=cast.anggrek).subject for _n in range(count)]


def sentences(user, role=Role.OPERATOR):
    found = warning_signals.sections(user, role)
    return {section.kind: [signal.sentence for signal in section.signals] for section in found if section.signals}


def test_nothing_is_noticed_in_ordinary_work(cast):
    look(cast, 40)
    look(cast, warning_signals.MANY_REFUSED - 1, allowed=False)
    look(cast, warning_signals.MANY_OUT_OF_HOURS - 1, at=NIGHT)
    look(cast, subjects=people(cast, warning_signals.MANY_PEOPLE - 2))  # and Ann
    assert sentences(cast.olga) == {}


def test_many_refused_looks(cast):
    look(cast, 5, allowed=False)
    look(cast, 2, allowed=False, at=NOW - timedelta(days=8))
    assert sentences(cast.olga) == {"refused": ["Sam from Pengelola Anggrek was refused 5 looks in 7 days."]}


def test_refused_looks_of_a_tenant_count_too(cast):
    look(cast, 5, by=cast.bob, allowed=False, hat="tenant", party_id=None)
    assert sentences(cast.olga) == {"refused": [f"Account {cast.bob.pk} was refused 5 looks in 7 days."]}


def test_many_people_in_one_day(cast):
    everybody = people(cast, 52)
    look(cast, subjects=everybody[:50])
    look(cast, subjects=everybody[:50])
    look(cast, subjects=everybody, at=FRIDAY - timedelta(days=1))
    said = "Sam from Pengelola Anggrek looked at the data of 52 people in one day."
    assert sentences(cast.olga) == {"bulk": [said]}


def test_many_people_over_many_days_are_ordinary(cast):
    everybody = people(cast, 60)
    look(cast, subjects=everybody[:30])
    look(cast, subjects=everybody[30:], at=FRIDAY - timedelta(days=1))
    assert sentences(cast.olga) == {}


@pytest.mark.parametrize(
    ("at", "noticed"),
    [
        (NOW.replace(hour=7, minute=59), True),
        (NOW.replace(hour=8), False),
        (NOW.replace(hour=11), False),
        (NOW - timedelta(hours=17, minutes=1), False),  # yesterday 17:59
        (NOW - timedelta(hours=17), True),  # yesterday 18:00
        (SATURDAY, True),
        (SATURDAY + timedelta(days=1), True),
        (SATURDAY + timedelta(days=2), False),  # Monday
    ],
)
def test_looks_outside_office_hours_in_jakarta(cast, at, noticed):
    look(cast, 10, at=at)
    said = {"hours": ["Sam from Pengelola Anggrek looked at data 10 times outside office hours in 7 days."]}
    assert sentences(cast.olga) == (said if noticed else {})


def test_a_tenants_own_nights_are_her_affair(cast):
    look(cast, 20, by=cast.ann, at=NIGHT, hat="tenant", action="revealed", party_id=None)
    assert sentences(cast.olga) == {}


def fail(account, count, network="203.0.113.0/24", at=None):
    about = get_or_create_for(account) if account else None
    AuditLogEntry.objects.bulk_create(
        AuditLogEntry(kind="failed", about=about, network=network, at=at or timezone.now()) for _n in range(count)
    )


def test_failed_sign_ins_of_an_account_and_from_a_network(cast):
    fail(cast.sam, 5)
    fail(cast.ann, 4)
    assert sentences(cast.olga) == {"sign-in": ["Signing in as Sam failed 5 times in 7 days."]}
    fail(None, 11)
    said = sentences(cast.olga)["network"]
    assert said == ["20 sign-ins from the network 203.0.113.0/24 failed in 7 days."]


def test_old_failures_are_forgotten(cast):
    fail(cast.sam, 5, at=NOW - timedelta(days=8))
    assert sentences(cast.olga) == {}


def test_heads_see_their_own_companys_only(cast):
    look(cast, 5, allowed=False)
    fail(cast.ann, 5)
    fail(cast.sam, 6)
    fail(cast.bob, 7, network="198.51.100.0/24")
    fail(cast.rita, 20, network="198.51.100.0/24")
    failed = "Signing in as {} failed {} times in 7 days."
    assert sentences(cast.sam, Role.STAFF) == {
        "refused": ["Sam from Pengelola Anggrek was refused 5 looks in 7 days."],
        "sign-in": [failed.format("Sam", 6), failed.format(f"Account {cast.ann.pk}", 5)],
    }
    assert sentences(cast.rita, Role.STAFF) == {
        "sign-in": [failed.format("Rita", 20), failed.format(f"Account {cast.bob.pk}", 7)]
    }
    assert set(sentences(cast.olga)) == {"refused", "sign-in", "network"}


def test_the_number_of_queries_does_not_grow(cast):
    def count():
        with CaptureQueriesContext(connection) as queries:
            warning_signals.sections(cast.olga, Role.OPERATOR)
        return len(queries)

    look(cast, 5, allowed=False)
    few = count()
    for number in range(10):
        user = f.UserFactory(name=f"Staff {number}")
        look(cast, 12, by=user, allowed=False)
        look(cast, 12, by=user, at=NIGHT)
        fail(user, 6, network=f"192.0.{number}.0/24")
    assert count() == few


# The page


def text(response):
    return " ".join(response.content.decode().split())


def test_page_shows_a_sentence_a_bar_and_a_link(cast, sign_in):
    look(cast, 10, allowed=False)
    look(cast, 5, by=cast.vera, allowed=False, hat="vendor", party_id=cast.teknik.pk)
    page = text(sign_in(cast.olga).get(PAGE))
    assert "was refused 10 looks" in page
    assert "Vera from PT Teknik Andal was refused 5 looks" in page
    assert 'width="100%" height="13" rx="3" />' in page
    assert 'class="bar-fill" width="50%"' in page
    assert f"{ADD}?signal=refused%3A{get_or_create_for(cast.sam).pk}" in page
    assert "Nothing noticed." in page
    assert "Failed sign-ins from one network" in page
    assert "Failed sign-ins from one network" not in text(sign_in(cast.sam).get(PAGE))


@pytest.mark.parametrize(("who", "status"), [("rita", 403), ("ann", 302), ("vera", 302), ("sam", 200), ("olga", 200)])
def test_page_is_for_heads_and_the_dpo(cast, sign_in, who, status):
    assert sign_in(getattr(cast, who)).get(PAGE).status_code == status


def test_page_offers_no_case_to_who_may_open_none(cast, sign_in):
    look(cast, 5, allowed=False)
    page = text(sign_in(cast.otto).get(PAGE))
    assert "was refused 5 looks" in page
    assert "?signal=" not in page


def test_the_link_begins_a_case_with_its_sentence_and_people(cast, sign_in):
    look(cast, 5, allowed=False)
    client = sign_in(cast.sam)
    form = client.get(ADD, {"signal": f"refused:{get_or_create_for(cast.sam).pk}"}).context["form"]
    assert form["reason"].value() == "Sam from Pengelola Anggrek was refused 5 looks in 7 days."
    assert form["people"].value() == [cast.ann_entry.pk]
    assert "Ann Wijaya" in text(client.get(ADD, {"signal": f"refused:{get_or_create_for(cast.sam).pk}"}))
    assert not InvestigationCase.objects.exists()


def test_a_signal_of_sign_ins_begins_a_case_about_the_entries_of_the_account(cast, sign_in):
    fail(cast.ann, 5)
    fail(None, 20, network="198.51.100.0/24")
    form = sign_in(cast.olga).get(ADD, {"signal": f"sign-in:{cast.ann.pk}"}).context["form"]
    assert form["people"].value() == [cast.ann_entry.pk]
    form = sign_in(cast.olga).get(ADD, {"signal": "network:198.51.100.0/24"}).context["form"]
    assert form["people"].value() == []
    assert "198.51.100.0/24" in form["reason"].value()


@pytest.mark.parametrize("key", ["", "refused:", "refused:nonsense", "nonsense", "sign-in:1' OR 1=1", "hours:0"])
def test_an_unknown_signal_begins_an_empty_case(cast, sign_in, key):
    form = sign_in(cast.sam).get(ADD, {"signal": key}).context["form"]
    assert not form["reason"].value()


def test_a_signal_of_another_company_begins_an_empty_case(cast, sign_in):
    look(cast, 5, allowed=False)
    other = f.UserFactory(is_staff=True)
    f.MembershipFactory(user=other, party=cast.bougenvil, role=MembershipRole.HEAD)
    other.groups.set(cast.sam.groups.all())
    client = sign_in(other)
    assert "Sam" not in text(client.get(PAGE))
    assert (
        not client.get(ADD, {"signal": f"refused:{get_or_create_for(cast.sam).pk}"}).context["form"]["reason"].value()
    )


def test_people_are_of_the_one_management_most_concerned(cast):
    look(cast, 3, allowed=False)
    look(cast, subjects=[cast.bob_entry.subject] * 3, allowed=False, controller_id=cast.bougenvil.pk)
    found = warning_signals.prefill(f"refused:{get_or_create_for(cast.sam).pk}", cast.olga, Role.OPERATOR)
    assert found["people"] == [cast.ann_entry.pk]
    assert timezone.localdate() == NOW.date()
