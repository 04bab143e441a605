"""Claims: what opens by itself, what waits for staff, and what nobody may do."""

from datetime import date, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from privacy import parties
from privacy.errors import Refused
from privacy.models.parties import MembershipRole
from tenants import claims
from tenants.models import Claim, Tenant
from tests import factories as f

Status = Claim.Status
BORN = date(1992, 6, 11)
NUMBER = "3172051106920003"


@pytest.fixture
def entry(cast):
    """Cici is in Anggrek's register, with everything known, and nobody has claimed her entry."""
    cache.clear()
    entry = f.TenantFactory(
        management=cast.anggrek,
        name="Cici Lestari",
        identity_kind="ktp",
        identity_number=NUMBER,
        birth_date=BORN,
        email="cici@example.com",
    )
    f.OccupancyFactory(
        tenant=entry, unit__number="A-15-01", unit__building=cast.ann_entry.occupancies.get().unit.building
    )
    return entry


@pytest.fixture
def cici(db):
    return f.UserFactory(email="cici@example.com")


def claim(entry, by, **changed):
    said = {
        "building": entry.occupancies.get().unit.building,
        "unit_number": "a-15-01",
        "identity_kind": "ktp",
        "identity_number": NUMBER,
        "birth_date": BORN,
        "message": "",
    }
    made = claims.claim(**{**said, **changed}, by=by)
    made.refresh_from_db()
    return made


def test_claim_that_fits_exactly_opens_by_itself(entry, cici):
    made = claim(entry, cici)
    entry.subject.refresh_from_db()
    assert (made.status, entry.subject.holder) == (Status.OPENED, cici)
    assert mail.outbox[-1].subject == "Your claim has been checked"


def test_claim_leaves_no_value_behind_once_settled(entry, cici):
    made = claim(entry, cici, message="Please help")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unit_number, identity_number, identity_index, birth_date, message FROM tenants_claim WHERE id = %s",
            [made.pk],
        )
        assert cursor.fetchone() == ("",) * 5


def test_claim_values_are_sealed_while_it_waits(entry, cici):
    made = claim(entry, f.UserFactory(), message="Please help")
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_number, birth_date, message FROM tenants_claim WHERE id = %s", [made.pk])
        stored = "".join(cursor.fetchone())
    assert not any(value in stored for value in (NUMBER, "1992", "help"))


@pytest.mark.parametrize(
    "changed",
    [{"unit_number": "A-15-02"}, {"birth_date": date(1992, 6, 12)}, {"identity_number": "3172051106920004"}],
    ids=["unit", "birth date", "number"],
)
def test_claim_that_nearly_fits_waits_for_staff(entry, cici, changed):
    made = claim(entry, cici, **changed)
    assert (made.status, made.entry) == (Status.WAITING, entry)
    assert not Tenant.objects.filter(subject__holder=cici).exists()


def test_claim_minds_no_capitals_in_the_email_of_the_register(entry, cici):
    Tenant.objects.filter(pk=entry.pk).update(email="Cici@Example.com")
    assert claim(entry, cici).status == Status.OPENED


def test_claim_with_another_email_waits_for_staff(entry, cici):
    assert claim(entry, f.UserFactory()).status == Status.WAITING


def test_claim_of_a_look_alike_waits_for_staff(entry):
    """PostgreSQL compares by capitals in `iexact`, where ı is an I."""
    assert claim(entry, f.UserFactory(email="cıcı@example.com")).status == Status.WAITING


def test_claim_of_a_child_without_a_guardian_waits_for_staff(entry, cici):
    born = date(2015, 6, 11)
    Tenant.objects.filter(pk=entry.pk).update(birth_date=born)
    made = claim(entry, cici, birth_date=born)
    assert (made.status, made.entry) == (Status.WAITING, entry)


def test_claim_with_an_unconfirmed_email_waits_for_staff(entry, cici):
    EmailAddress.objects.update(verified=False)
    assert claim(entry, cici).status == Status.WAITING


def test_claim_of_a_claimed_entry_waits_for_staff(entry, cici, cast):
    entry.subject.holder = cast.bob
    entry.subject.save()
    assert claim(entry, cici).status == Status.WAITING
    entry.subject.refresh_from_db()
    assert entry.subject.holder == cast.bob


def test_claim_after_moving_out_waits_for_staff(entry, cici):
    entry.occupancies.update(moved_out_on=timezone.localdate() - timedelta(days=1))
    assert claim(entry, cici).status == Status.WAITING


def test_claim_never_matches_another_management(entry, cici, cast):
    elsewhere = cast.bob_entry.occupancies.get().unit.building
    assert claim(entry, cici, building=elsewhere).status == Status.UNMATCHED


def test_claim_that_fits_nothing_reaches_staff_only_with_a_question(entry, cici):
    nothing = {"unit_number": "Z-1", "identity_number": "3172051106920099", "birth_date": date(1992, 6, 11)}
    made = claim(entry, cici, **nothing)
    assert made.status == Status.UNMATCHED
    claims.add_message(claim=made, message="I moved in last week", by=cici)
    made.refresh_from_db()
    assert made.status == Status.WAITING
    assert claim(entry, cici, **nothing, message="Again").status == Status.WAITING


def test_add_message_by_someone_else_is_refused(entry, cici, cast):
    made = claim(entry, cici, unit_number="A-15-02")
    with pytest.raises(Refused):
        claims.add_message(claim=made, message="?", by=cast.bob)


def test_add_message_to_an_answered_claim_is_refused(entry, cici):
    with pytest.raises(Refused):
        claims.add_message(claim=claim(entry, cici), message="?", by=cici)


def test_claim_twice_is_one_claim(entry):
    person = f.UserFactory()
    claim(entry, person)
    with pytest.raises(Refused) as refusal:
        claim(entry, person)
    assert refusal.value.code == "twice"
    assert Claim.objects.count() == 1


def test_claim_corrected_replaces_the_open_one(entry, cici):
    wrong = claim(entry, cici, unit_number="Z-1", identity_number="3172051106920099")
    assert claim(entry, cici).status == Status.OPENED
    wrong.refresh_from_db()
    assert wrong.status == Status.CLOSED
    assert len(mail.outbox) == 1  # about the new one only


def test_claim_at_another_management_leaves_the_open_one(entry, cici, cast):
    first = claim(entry, cici, unit_number="A-15-02")
    claim(entry, cici, building=cast.bob_entry.occupancies.get().unit.building)
    first.refresh_from_db()
    assert first.status == Status.WAITING


def test_claim_anew_leaves_an_answered_one_as_it_is(entry, cast):
    person = f.UserFactory()
    first = claim(entry, person)
    claims.refuse(claim=first, reason="Please come to the office.", by=cast.sam)
    claim(entry, person)
    first.refresh_from_db()
    assert (first.status, first.reason) == (Status.REFUSED, "Please come to the office.")


def test_claim_for_the_same_number_in_another_building_waits_for_staff(entry, cici, cast):
    tower = f.BuildingFactory(management=cast.anggrek, name="Menara Lain")
    assert claim(entry, cici, building=tower).status == Status.WAITING


def waiting(entry, person=None, **changed):
    return claim(entry, person or f.UserFactory(), **changed)


def test_confirm_hands_the_entry_over(entry, cast):
    made = waiting(entry)
    claims.confirm(claim=made, entry=entry, by=cast.sam)
    made.refresh_from_db()
    entry.subject.refresh_from_db()
    assert (made.status, made.identity_number, entry.subject.holder) == (Status.CONFIRMED, "", made.claimant.holder)
    assert made.settled_by.holder == cast.sam
    assert mail.outbox[-1].subject == "Your claim has been checked"


def test_confirm_twice_is_refused(entry, cast):
    made = waiting(entry)
    claims.confirm(claim=made, entry=entry, by=cast.sam)
    with pytest.raises(Refused) as refusal:
        claims.confirm(claim=made, entry=entry, by=cast.sam)
    assert refusal.value.code == "answered"


def test_confirm_own_claim_is_refused(entry, cast):
    made = waiting(entry, cast.sam)
    with pytest.raises(Refused) as refusal:
        claims.confirm(claim=made, entry=entry, by=cast.sam)
    assert refusal.value.code == "own"


def test_confirm_by_other_staff_is_refused(entry, cast):
    made = waiting(entry)
    for outsider in (cast.rita, cast.olga, cast.vera, cast.ann):
        with pytest.raises(Refused) as refusal:
            claims.confirm(claim=made, entry=entry, by=outsider)
        assert refusal.value.code == "not_staff"


def test_confirm_for_an_entry_of_another_register_is_refused(entry, cast):
    free = f.TenantFactory(management=cast.bougenvil)
    with pytest.raises(Refused) as refusal:
        claims.confirm(claim=waiting(entry), entry=free, by=cast.sam)
    assert refusal.value.code == "entry"


def test_confirm_stays_in_the_register_that_was_claimed(entry, cast):
    parties.appoint(user=cast.sam, party=cast.bougenvil, role=MembershipRole.OFFICER, by=cast.otto)
    with pytest.raises(Refused) as refusal:
        claims.confirm(claim=waiting(entry), entry=f.TenantFactory(management=cast.bougenvil), by=cast.sam)
    assert refusal.value.code == "entry"


def test_confirm_by_staff_with_a_queue_of_their_own_is_refused(entry, cast):
    elsewhere = cast.bob_entry.occupancies.get().unit.building
    assert waiting(entry, building=elsewhere, unit_number="Z-1", message="Help").status == Status.WAITING
    with pytest.raises(Refused) as refusal:
        claims.confirm(claim=waiting(entry), entry=entry, by=cast.rita)
    assert refusal.value.code == "not_staff"


def test_confirm_for_a_claimed_entry_is_refused(entry, cast):
    with pytest.raises(Refused) as refusal:
        claims.confirm(claim=waiting(entry), entry=cast.ann_entry, by=cast.sam)
    assert refusal.value.code == "claimed"


def test_refuse_says_why(entry, cast):
    made = waiting(entry)
    with pytest.raises(Refused) as refusal:
        claims.refuse(claim=made, reason=" ", by=cast.sam)
    assert refusal.value.code == "no_reason"
    claims.refuse(claim=made, reason="Please come to the office.", by=cast.sam)
    made.refresh_from_db()
    assert (made.status, made.reason, made.birth_date) == (Status.REFUSED, "Please come to the office.", "")


def test_close_unmatched_at_the_deadline_only(entry, cici):
    made = claim(entry, cici, unit_number="Z-1", identity_number="3172051106920099")
    claims.close_claim.call(claim_id=made.pk)
    made.refresh_from_db()
    assert made.status == Status.UNMATCHED
    with time_machine.travel(made.due_at + timedelta(seconds=1)):
        claims.close_claim.call(claim_id=made.pk)
    made.refresh_from_db()
    assert made.status == Status.CLOSED
    assert mail.outbox[-1].subject == "Your claim has been checked"


def test_close_leaves_what_waits_for_staff_however_late(entry):
    made = waiting(entry)
    with time_machine.travel(made.due_at + timedelta(days=1)):
        claims.close_claim.call(claim_id=made.pk)
    made.refresh_from_db()
    assert made.status == Status.WAITING


def test_check_a_settled_claim_does_nothing(entry, cici):
    made = claim(entry, cici)
    assert claims.check(claim=made).status == Status.OPENED
