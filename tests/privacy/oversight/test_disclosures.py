"""Disclosures: asked by one, approved by a second, exported as approved, told at once or on their date (clause 6)."""

import csv
import io
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone

from privacy import parties
from privacy.errors import Refused
from privacy.files import uploads
from privacy.models import AccessRecord, Disclosure, DisclosureEvent, DisclosureSubject
from privacy.models.parties import MembershipRole
from privacy.oversight import disclosures
from privacy.rights import rights_requests
from privacy.scope import Role
from privacy.subjects import get_or_create_for
from tests import factories as f

PDF = b"%PDF-1.4 order"


def days(n):
    return timezone.localdate() + timedelta(days=n)


def refused(verb, **arguments):
    with pytest.raises(Refused) as caught:
        verb(**arguments)
    return caught.value.code


def new(cast, **fields):
    return Disclosure(
        **{
            "controller": cast.anggrek,
            "ground": "law",
            "instrument": "Order 12/Pdt/2026",
            "institution": "Pengadilan Negeri",
            "contact": "Panitera",
            "document": ContentFile(PDF, name="document.pdf"),
            "fields": ["tenants.tenant.name", "tenants.tenant.phone", "tenants.occupancy.unit"],
        }
        | fields
    )


def ask(cast, people=None, by=None, **fields):
    people = [cast.ann_entry.subject] if people is None else people
    return disclosures.ask(disclosure=new(cast, **fields), people=people, by=by or cast.officer)


@pytest.fixture
def cast(cast):
    """Beside sam, the head, an officer who asks."""
    cast.officer = f.UserFactory(email="officer@example.com", name="Ola")
    parties.appoint(user=cast.officer, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.otto)
    return cast


@pytest.fixture
def asked(cast):
    return ask(cast)


@pytest.fixture
def approved(cast, asked):
    return disclosures.approve(disclosure=asked, by=cast.sam)


@pytest.fixture
def delayed(cast, asked):
    approved = disclosures.approve(disclosure=asked, by=cast.sam, tell_on=days(10), delay_reason="An investigation")
    disclosures.export(disclosure=approved, by=cast.officer)
    approved.refresh_from_db()
    return approved


def rows_of(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def seen_by(user):
    return list(
        DisclosureSubject.objects.visible_to(user, role=Role.TENANT).values_list("disclosure__number", flat=True)
    )


def letters():
    return [letter for letter in mail.outbox if letter.subject == "A notice about your data"]


def kinds(disclosure, **only):
    return list(disclosure.events.filter(**only).order_by("at", "pk").values_list("kind", flat=True))


# Asking


def test_ask_numbers_it_and_notes_the_check_code_of_the_document(cast, asked):
    assert asked.number.startswith("PK-")
    assert (asked.status, asked.asked_by) == ("asked", get_or_create_for(cast.officer))
    assert asked.document_hash == uploads.sha256(ContentFile(PDF))
    assert [row.subject for row in asked.people.all()] == [cast.ann_entry.subject]
    assert kinds(asked, subject=None, actor=get_or_create_for(cast.officer)) == ["asked"]


def test_ask_names_each_person_once(cast):
    assert ask(cast, people=[cast.ann_entry.subject] * 2).people.count() == 1


@pytest.mark.parametrize("who", ["rita", "ann", "vera", "olga", "otto"])
def test_only_staff_of_the_management_ask(cast, who):
    assert refused(ask, cast=cast, by=getattr(cast, who)) == "not_staff"
    assert not Disclosure.objects.exists()


def test_ask_refuses_without_anybody_concerned(cast):
    assert refused(ask, cast=cast, people=[]) == "nobody"


def test_ask_refuses_too_many_people(cast, monkeypatch):
    monkeypatch.setattr(disclosures, "MOST_PEOPLE", 1)
    more = f.TenantFactory(management=cast.anggrek)
    assert refused(ask, cast=cast, people=[cast.ann_entry.subject, more.subject]) == "too_many"
    assert ask(cast).pk


@pytest.mark.parametrize("both", [True, False])
def test_ask_refuses_people_of_another_register(cast, both):
    people = [cast.bob_entry.subject, *([cast.ann_entry.subject] if both else [])]
    assert refused(ask, cast=cast, people=people) == "not_here"


def test_ask_refuses_an_accounts_own_subject(cast):
    assert refused(ask, cast=cast, people=[get_or_create_for(cast.ann)]) == "not_here"


def test_nobody_asks_about_herself(cast):
    mine = f.TenantFactory(management=cast.anggrek, subject__holder=cast.officer)
    assert refused(ask, cast=cast, people=[mine.subject]) == "concerned"


@pytest.mark.parametrize("ground", ["law", "authority"])
def test_a_demand_from_outside_needs_its_document(cast, ground):
    assert refused(ask, cast=cast, ground=ground, document="") == "no_document"


@pytest.mark.parametrize("ground", ["terms", "operations", "rights"])
def test_an_own_reason_needs_no_document(cast, ground):
    kept = ask(cast, ground=ground, document="")
    assert kept.document_hash == ""


@pytest.mark.parametrize(
    "change",
    [
        {"fields": []},
        {"fields": ["tenants.tenant.management"]},
        {"fields": ["tenants.tenant.name", "tenants.tenant.name"]},
        {"fields": ["tenants.tenant.identity_index"]},
        {"fields": ["tenants.tenant.identity_scan"]},
        {"fields": "tenants.tenant.name"},
        {"ground": "curiosity"},
        {"institution": ""},
        {"instrument": ""},
    ],
)
def test_ask_refuses_what_makes_no_sense(cast, change):
    assert refused(ask, cast=cast, **change) == "invalid"


def test_everything_that_an_entry_says_can_be_disclosed(cast):
    assert ask(cast, fields=["tenants.tenant.other", "tenants.tenant.identity_number"]).pk


@pytest.mark.parametrize(
    ("day", "reason", "code"), [(0, "x", "past"), (366, "x", "too_long"), (5, " ", "no_delay_reason")]
)
def test_a_delay_is_ahead_bounded_and_has_a_reason(cast, asked, day, reason, code):
    wish = {"tell_on": days(day), "delay_reason": reason}
    assert refused(ask, cast=cast, **wish) == code
    assert refused(disclosures.approve, disclosure=asked, by=cast.sam, **wish) == code


# Deciding


def test_approve_by_the_head(cast, approved):
    assert (approved.status, approved.decided_by, approved.tell_on) == ("approved", get_or_create_for(cast.sam), None)
    assert kinds(approved, actor=get_or_create_for(cast.sam)) == ["approved"]


def test_approve_by_the_data_protection_officer(cast, asked):
    assert disclosures.approve(disclosure=asked, by=cast.olga).status == "approved"


def test_the_second_person_decides_the_delay_whatever_was_wished(cast):
    asked = ask(cast, tell_on=days(5), delay_reason="Wish")
    assert asked.delayed_by is None
    approved = disclosures.approve(disclosure=asked, by=cast.sam, delay_reason="left over")
    assert (approved.tell_on, approved.delay_reason, approved.delayed_by) == (None, "", None)


def test_approving_with_a_delay_is_written_twice(cast, asked):
    approved = disclosures.approve(disclosure=asked, by=cast.sam, tell_on=days(5), delay_reason="Investigation")
    assert approved.delayed_by == get_or_create_for(cast.sam)
    assert kinds(approved) == ["asked", "approved", "delayed"]


DECISIONS = [
    (disclosures.approve, {}),
    (disclosures.refuse, {"reason": "x"}),
    (disclosures.delay, {"tell_on": None, "delay_reason": "x"}),
]


@pytest.mark.parametrize(("verb", "words"), DECISIONS)
@pytest.mark.parametrize("who", ["officer2", "rita", "vera", "ann", "otto"])
def test_nobody_else_decides(cast, asked, verb, words, who):
    cast.officer2 = f.UserFactory()
    parties.appoint(user=cast.officer2, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.otto)
    assert refused(verb, disclosure=asked, by=getattr(cast, who), **words) == "not_second"
    assert not disclosures.may_decide(asked, getattr(cast, who))


def test_a_head_elsewhere_is_no_second_person_here(cast, asked):
    parties.appoint(user=cast.rita, party=cast.bougenvil, role=MembershipRole.HEAD, by=cast.otto)
    assert refused(disclosures.approve, disclosure=asked, by=cast.rita) == "not_second"


@pytest.mark.parametrize(("verb", "words"), DECISIONS)
def test_who_asked_decides_nothing(cast, verb, words):
    asked = ask(cast, by=cast.sam)
    assert refused(verb, disclosure=asked, by=cast.sam, **words) == "second_person"
    assert not disclosures.may_decide(asked, cast.sam)
    assert disclosures.may_decide(asked, cast.olga)


@pytest.mark.parametrize(("verb", "words"), DECISIONS)
def test_who_is_concerned_decides_nothing(cast, verb, words):
    hers = f.TenantFactory(management=cast.anggrek, subject__holder=cast.sam)
    asked = ask(cast, people=[hers.subject])
    assert refused(verb, disclosure=asked, by=cast.sam, **words) == "concerned"


def test_refuse_says_why_and_hands_over_nothing(cast, asked):
    found = disclosures.refuse(disclosure=asked, reason=" The order is not signed. ", by=cast.sam)
    assert (found.status, found.refusal) == ("refused", "The order is not signed.")
    assert kinds(found) == ["asked", "refused"]
    assert refused(disclosures.export, disclosure=found, by=cast.officer) == "step"
    assert seen_by(cast.ann) == []


def test_refuse_needs_a_reason(cast, asked):
    assert refused(disclosures.refuse, disclosure=asked, reason=" ", by=cast.sam) == "no_reason"


def test_a_decision_is_made_once(cast, approved):
    assert refused(disclosures.approve, disclosure=approved, by=cast.olga) == "answered"
    assert refused(disclosures.refuse, disclosure=approved, reason="x", by=cast.olga) == "answered"


# Exporting


def test_export_holds_exactly_the_approved_fields_of_the_approved_people(cast):
    other = f.TenantFactory(management=cast.anggrek, name="Cici Paramita")
    asked = ask(cast, people=[cast.ann_entry.subject, other.subject])
    disclosures.approve(disclosure=asked, by=cast.sam)
    f.TenantFactory(management=cast.anggrek, name="Dewi Anggraini")
    head, *rows = rows_of(disclosures.export(disclosure=asked, by=cast.officer))
    assert head == ["Row", "Name", "Phone number", "Unit"]
    by_name = {row[1]: row[2:] for row in rows}
    assert set(by_name) == {"Ann Wijaya", "Cici Paramita"}
    assert by_name["Ann Wijaya"][0] == "+62 812-3456-7890"
    assert by_name["Ann Wijaya"][1].endswith("A-12-03")
    assert by_name["Cici Paramita"] == ["", ""]


def test_export_writes_sealed_values_dates_and_other_information(cast):
    cast.ann_entry.other = "=1+1"
    cast.ann_entry.save()
    asked = ask(
        cast,
        fields=[
            "tenants.tenant.identity_number",
            "tenants.tenant.birth_date",
            "tenants.tenant.other",
            "tenants.tenant.gender",
        ],
    )
    disclosures.approve(disclosure=asked, by=cast.sam)
    _head, row = rows_of(disclosures.export(disclosure=asked, by=cast.officer))
    assert row[1:] == ["3172 0555 0490 0001", "1990-04-15", "'=1+1", "female"]


def test_export_is_recorded_for_each_person_with_the_fields(cast, approved):
    disclosures.export(disclosure=approved, by=cast.officer)
    record = AccessRecord.objects.get(action="exported")
    assert (record.subject, record.why, record.reference) == (cast.ann_entry.subject, "disclosure", approved.number)
    assert record.fields == approved.fields
    assert record.party_id == cast.anggrek.pk
    assert kinds(approved, subject=cast.ann_entry.subject) == ["exported", "told"]


def test_export_needs_an_approval(cast, asked):
    assert refused(disclosures.export, disclosure=asked, by=cast.officer) == "step"


@pytest.mark.parametrize("who", ["rita", "olga", "otto", "ann", "vera"])
def test_only_staff_of_the_management_export(cast, approved, who):
    assert refused(disclosures.export, disclosure=approved, by=getattr(cast, who)) == "not_staff"


def test_an_old_approval_opens_nothing(cast, approved, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=31))
    assert refused(disclosures.export, disclosure=approved, by=cast.officer) == "too_late"


def test_what_changed_after_approval_is_not_exported(cast, approved):
    Disclosure.objects.filter(pk=approved.pk).update(fields=["tenants.tenant.name", "tenants.tenant.identity_number"])
    assert refused(disclosures.export, disclosure=approved, by=cast.officer) == "changed"


def test_a_person_added_after_approval_is_not_exported(cast, approved):
    DisclosureSubject.objects.create(disclosure=approved, subject=f.TenantFactory(management=cast.anggrek).subject)
    assert refused(disclosures.export, disclosure=approved, by=cast.officer) == "changed"


def test_a_second_export_is_recorded_and_tells_nobody_twice(cast, approved):
    disclosures.export(disclosure=approved, by=cast.officer)
    disclosures.export(disclosure=approved, by=cast.sam)
    assert AccessRecord.objects.filter(action="exported").count() == 2
    assert len(letters()) == 1


# Telling


def test_the_tenant_is_told_at_once(cast, approved):
    assert seen_by(cast.ann) == []
    disclosures.export(disclosure=approved, by=cast.officer)
    approved.refresh_from_db()
    assert approved.status == "told"
    assert approved.told_at is not None
    assert seen_by(cast.ann) == [approved.number]
    assert seen_by(cast.bob) == []
    (letter,) = letters()
    assert letter.to == ["ann@example.com"]
    link = f"/my-disclosures/{approved.people.get().pk}/"
    assert link in letter.body
    told = [approved.institution, approved.instrument, approved.number, "Ann", "disclos"]
    assert not [word for word in told if word in letter.subject + letter.body.replace(link, "")]


def test_who_has_no_account_is_noted_as_not_reached(cast):
    asked = ask(cast, people=[f.TenantFactory(management=cast.anggrek).subject])
    disclosures.approve(disclosure=asked, by=cast.sam)
    disclosures.export(disclosure=asked, by=cast.officer)
    assert kinds(asked, subject__isnull=False) == ["exported", "unreached"]
    assert not letters()


def test_a_delayed_disclosure_is_silent_until_its_date_and_then_appears_by_itself(cast, delayed, time_machine):
    assert delayed.status == "exported"
    assert seen_by(cast.ann) == []
    assert not letters()
    time_machine.move_to(delayed.tell_from - timedelta(seconds=1))
    assert seen_by(cast.ann) == []
    time_machine.move_to(delayed.tell_from)
    assert seen_by(cast.ann) == [delayed.number]
    assert timezone.localdate() == delayed.tell_on


def test_tell_due_writes_when_the_date_has_come_and_once(cast, delayed, time_machine):
    assert disclosures.tell_due() == 0
    time_machine.move_to(delayed.tell_from)
    assert disclosures.tell_due() == 1
    assert disclosures.tell_due() == 0
    delayed.refresh_from_db()
    assert delayed.status == "told"
    assert len(letters()) == 1
    told = DisclosureEvent.objects.get(kind="told")
    assert (told.subject, told.actor) == (cast.ann_entry.subject, None)


def test_the_daily_run_writes_what_is_due(cast, delayed, time_machine):
    time_machine.move_to(delayed.tell_from)
    call_command("run_jobs", verbosity=0)
    assert len(letters()) == 1


def test_an_export_after_the_day_of_the_delay_tells_at_once(cast, asked, time_machine):
    disclosures.approve(disclosure=asked, by=cast.sam, tell_on=days(3), delay_reason="x")
    time_machine.move_to(timezone.now() + timedelta(days=5))
    disclosures.export(disclosure=asked, by=cast.officer)
    assert seen_by(cast.ann) == [asked.number]
    assert len(letters()) == 1


def test_delay_moves_the_notice(cast, delayed, time_machine):
    moved = disclosures.delay(disclosure=delayed, tell_on=days(20), delay_reason="Still open", by=cast.olga)
    assert moved.delayed_by == get_or_create_for(cast.olga)
    time_machine.move_to(delayed.tell_from)
    assert seen_by(cast.ann) == []
    assert disclosures.tell_due() == 0
    time_machine.move_to(moved.tell_from)
    assert seen_by(cast.ann) == [delayed.number]
    assert kinds(delayed, kind="delayed", actor=get_or_create_for(cast.olga)) == ["delayed"]


def test_delay_before_the_export(cast, approved):
    disclosures.delay(disclosure=approved, tell_on=days(20), delay_reason="Open", by=cast.sam)
    disclosures.export(disclosure=approved, by=cast.officer)
    assert seen_by(cast.ann) == []


def test_delay_needs_a_day(cast, approved):
    assert refused(disclosures.delay, disclosure=approved, tell_on=None, delay_reason="x", by=cast.sam) == "no_day"


def test_delay_is_ahead_and_has_a_reason(cast, approved):
    words = {"disclosure": approved, "by": cast.sam}
    assert refused(disclosures.delay, tell_on=days(0), delay_reason="x", **words) == "past"
    assert refused(disclosures.delay, tell_on=days(5), delay_reason="", **words) == "no_delay_reason"


def test_nothing_is_delayed_before_approval_or_once_told(cast, asked):
    words = {"tell_on": days(5), "delay_reason": "x", "by": cast.olga}
    assert refused(disclosures.delay, disclosure=asked, **words) == "step"
    disclosures.approve(disclosure=asked, by=cast.sam)
    disclosures.export(disclosure=asked, by=cast.officer)
    assert refused(disclosures.delay, disclosure=asked, **words) == "step"


def test_a_notice_that_has_appeared_is_not_taken_back(cast, delayed, time_machine):
    time_machine.move_to(delayed.tell_from)
    words = {"tell_on": days(5), "delay_reason": "x", "by": cast.olga}
    assert refused(disclosures.delay, disclosure=delayed, **words) == "step"


# The access log


def log_of(user):
    return AccessRecord.objects.visible_to(user, role=Role.TENANT).filter(why="disclosure")


def test_the_access_log_says_nothing_of_a_disclosure_before_its_date(cast, delayed, time_machine):
    assert AccessRecord.objects.filter(why="disclosure").exists()
    assert not log_of(cast.ann).exists()
    assert AccessRecord.objects.visible_to(cast.sam, role=Role.STAFF).filter(why="disclosure").exists()
    time_machine.move_to(delayed.tell_from)
    assert log_of(cast.ann).get().action == "exported"


def test_looks_at_a_refused_disclosure_show_once_nothing_is_to_be_kept_silent(cast, time_machine):
    for wish in ({}, {"tell_on": days(5), "delay_reason": "x"}):
        asked = ask(cast, **wish)
        AccessRecord.objects.create(
            subject=cast.ann_entry.subject,
            actor=get_or_create_for(cast.sam),
            hat="staff",
            action="viewed",
            allowed=True,
            why="disclosure",
            reference=asked.number,
        )
        assert not log_of(cast.ann).filter(reference=asked.number).exists()
        disclosures.refuse(disclosure=asked, reason="x", by=cast.sam)
    assert log_of(cast.ann).count() == 1
    time_machine.move_to(timezone.now() + timedelta(days=6))
    assert log_of(cast.ann).count() == 2


def test_other_looks_stay_in_the_log(cast, asked):
    AccessRecord.objects.create(
        subject=cast.ann_entry.subject, actor=get_or_create_for(cast.sam), hat="staff", action="viewed", allowed=True,
        why="record", reference=asked.number,
    )  # fmt: skip
    assert AccessRecord.objects.visible_to(cast.ann, role=Role.TENANT).count() == 1


def test_each_step_keeps_the_check_code_of_what_it_was_about(cast, approved):
    first, second = ask(cast), ask(cast, fields=["tenants.tenant.name"])
    codes = [disclosures.check_code(row) for row in (approved, first, second)]
    assert len(set(codes)) == 3
    assert set(approved.events.values_list("check_code", flat=True)) == {codes[0]}


@pytest.mark.parametrize("ground", ["terms", "operations", "rights"])
def test_a_restriction_gives_way_only_to_what_the_law_demands(cast, ground):
    asked = ask(cast, ground=ground)
    approved = disclosures.approve(disclosure=asked, by=cast.sam)
    rights_requests.restrict(subject=cast.ann_entry.subject, by=cast.sam)
    assert refused(ask, cast=cast, ground=ground) == "restricted"
    assert refused(disclosures.export, disclosure=approved, by=cast.officer) == "restricted"
    demanded = disclosures.approve(disclosure=ask(cast, ground="law"), by=cast.sam)
    assert disclosures.export(disclosure=demanded, by=cast.officer)
