"""Investigation cases: two people, exactly these fields of exactly these people, until then; all of it recorded."""

from datetime import timedelta

import pytest
from django.utils import timezone

from privacy import access_log, parties
from privacy.errors import Refused
from privacy.models import AccessRecord, CaseEvent, InvestigationCase
from privacy.models.parties import MembershipRole
from privacy.oversight import investigations
from privacy.subjects import get_or_create_for
from tests import factories as f

FIELDS = ["tenants.tenant.name", "tenants.tenant.phone"]
Status = InvestigationCase.Status


def day(n):
    return timezone.localdate() + timedelta(days=n)


def head(party, name="Dewi"):
    user = f.UserFactory(name=name)
    f.MembershipFactory(user=user, party=party, role=MembershipRole.HEAD)
    return user


@pytest.fixture
def ann(cast):
    return cast.ann_entry.subject


@pytest.fixture
def open_(cast, ann):
    def _open(**changed):
        asked = {"people": [ann], "fields": FIELDS, "reason": "Many looks at night", "until": day(7), "by": cast.sam}
        return investigations.open_(**(asked | changed))

    return _open


@pytest.fixture
def case(open_):
    return open_()


@pytest.fixture
def approved(cast, case):
    return investigations.approve(case=case, by=cast.olga)


def refused(verb, code, **arguments):
    with pytest.raises(Refused) as found:
        verb(**arguments)
    assert found.value.code == code


def fresh(case):
    return InvestigationCase.objects.get(pk=case.pk)


# Opening


def test_open_keeps_the_scope_and_writes_an_event(cast, ann, case):
    assert case.number.startswith("KS-")
    assert (case.controller_id, case.opened_by, case.approved_by) == (
        cast.anggrek.pk,
        get_or_create_for(cast.sam),
        None,
    )
    assert (case.fields, [row.subject for row in case.people.all()]) == (FIELDS, [ann])
    assert timezone.localdate(case.expires_at - timedelta(seconds=1)) == day(7)
    event = CaseEvent.objects.get()
    assert (event.case, event.kind, event.actor) == (case, "opened", get_or_create_for(cast.sam))


def test_open_is_for_the_data_protection_officer_too(cast, open_):
    assert open_(by=cast.olga).controller_id == cast.anggrek.pk


@pytest.mark.parametrize("who", ["ann", "bob", "vera", "rita", "otto"])
def test_open_is_refused_to_everyone_else(cast, open_, who):
    refused(open_, "not_head", by=getattr(cast, who))


def test_open_is_refused_to_an_officer_and_to_the_head_of_another_management(cast, open_):
    officer = f.UserFactory()
    f.MembershipFactory(user=officer, party=cast.anggrek)
    refused(open_, "not_head", by=officer)
    refused(open_, "not_head", by=head(cast.bougenvil))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"people": []}, "people"),
        ({"reason": "  "}, "no_reason"),
        ({"fields": []}, "no_fields"),
        ({"fields": ["tenants.tenant.name", "tenants.tenant.other"]}, "no_fields"),
        ({"fields": ["tenants.tenant.identity_scan"]}, "no_fields"),
        ({"until": -9}, "past"),
        ({"until": 99}, "too_long"),
    ],
)
def test_open_is_refused_without_people_reason_fields_or_a_near_end(open_, changed, code):
    if "until" in changed:
        changed = {"until": day(changed["until"])}
    refused(open_, code, **changed)
    assert not InvestigationCase.objects.exists()


def test_open_is_refused_for_people_of_two_managements_or_of_no_register(cast, ann, open_):
    refused(open_, "people", people=[ann, cast.bob_entry.subject], by=cast.olga)
    refused(open_, "people", people=[get_or_create_for(cast.bob)], by=cast.olga)


def test_open_is_refused_about_oneself(cast, open_):
    entry = f.TenantFactory(management=cast.anggrek, subject__holder=cast.sam)
    refused(open_, "own", people=[entry.subject])


# Deciding


def test_approve_by_the_dpo_or_another_head(cast, open_):
    for decider in (cast.olga, head(cast.anggrek)):
        case = investigations.approve(case=open_(), by=decider)
        assert (case.current_status, case.approved_by) == (Status.APPROVED, get_or_create_for(decider))
        assert case.events.first().kind == "approved"


@pytest.mark.parametrize("verb", ["approve", "refuse"])
def test_who_opened_it_does_not_decide_it(cast, case, verb):
    more = {"reason": "x"} if verb == "refuse" else {}
    refused(getattr(investigations, verb), "second_person", case=case, by=cast.sam, **more)
    assert fresh(case).status == Status.ASKED


@pytest.mark.parametrize("who", ["rita", "vera", "bob", "otto"])
def test_others_do_not_decide(cast, case, who):
    refused(investigations.approve, "not_head", case=case, by=getattr(cast, who))


def test_the_head_of_another_management_does_not_decide(cast, case):
    refused(investigations.approve, "not_head", case=case, by=head(cast.bougenvil))


def test_nobody_decides_a_case_about_herself(cast, open_):
    dewi = head(cast.anggrek)
    entry = f.TenantFactory(management=cast.anggrek, subject__holder=dewi)
    refused(investigations.approve, "concerned", case=open_(people=[entry.subject]), by=dewi)


def test_refuse_keeps_the_reason(cast, case):
    refused(investigations.refuse, "no_reason", case=case, reason=" ", by=cast.olga)
    assert investigations.refuse(case=case, reason="Too wide", by=cast.olga).current_status == Status.REFUSED
    assert case.events.first().reason == "Too wide"
    refused(investigations.approve, "decided", case=case, by=cast.olga)


def test_a_case_is_decided_once(cast, approved):
    refused(investigations.approve, "decided", case=approved, by=head(cast.anggrek))
    refused(investigations.refuse, "decided", case=approved, reason="x", by=cast.olga)


def test_an_expired_case_is_not_approved(cast, case, time_machine):
    time_machine.move_to(case.expires_at + timedelta(seconds=1))
    refused(investigations.approve, "expired", case=case, by=cast.olga)
    refused(investigations.close, "over", case=case, by=cast.sam)


def test_close_ends_it_at_once_and_only_once(cast, approved):
    refused(investigations.close, "not_head", case=approved, by=cast.rita)
    assert investigations.close(case=approved, by=head(cast.anggrek)).current_status == Status.CLOSED
    assert approved.events.first().kind == "closed"
    refused(investigations.close, "over", case=approved, by=cast.sam)


def test_states_are_told_by_the_clock(case, time_machine):
    assert list(InvestigationCase.objects.with_current_status("asked")) == [case]
    assert not InvestigationCase.objects.with_current_status("expired")
    time_machine.move_to(case.expires_at)
    assert case.current_status == Status.EXPIRED
    assert list(InvestigationCase.objects.with_current_status("expired")) == [case]
    assert not InvestigationCase.objects.with_current_status("asked")
    assert not InvestigationCase.objects.with_current_status("closed")


# Reading


def texts(values):
    return {key: [value.text for value in found] for key, found in values.items()}


@pytest.mark.parametrize("who", ["sam", "olga"])
def test_read_gives_exactly_the_fields_of_the_case_and_records_it(cast, ann, approved, who):
    values = investigations.read(case=approved, subject=ann, by=getattr(cast, who))
    assert texts(values) == {"tenants.tenant.name": ["Ann Wijaya"], "tenants.tenant.phone": ["+62 812-3456-7890"]}
    record = AccessRecord.objects.get()
    assert (record.subject, record.actor, record.allowed) == (ann, get_or_create_for(getattr(cast, who)), True)
    assert (record.why, record.reference, record.fields) == ("case", approved.number, FIELDS)
    assert record.controller_id == cast.anggrek.pk


def test_read_may_be_narrowed(cast, ann, approved):
    assert set(investigations.read(case=approved, subject=ann, by=cast.sam, fields=["tenants.tenant.phone"])) == {
        "tenants.tenant.phone"
    }
    assert AccessRecord.objects.get().fields == ["tenants.tenant.phone"]


def read_refused(code, **arguments):
    refused(investigations.read, code, **arguments)
    record = AccessRecord.objects.get()
    assert (record.allowed, record.reason, record.why) == (False, code, "case")
    assert (record.subject, record.reference) == (arguments["subject"], arguments["case"].number)


def test_read_is_refused_and_recorded_before_approval(cast, ann, case):
    read_refused("case_not_approved", case=case, subject=ann, by=cast.sam)


def test_read_is_refused_and_recorded_after_a_refusal(cast, ann, case):
    investigations.refuse(case=case, reason="x", by=cast.olga)
    read_refused("case_not_approved", case=case, subject=ann, by=cast.sam)


def test_read_is_refused_and_recorded_after_closing_whatever_the_caller_holds(cast, ann, approved):
    stale = fresh(approved)
    investigations.close(case=approved, by=cast.sam)
    read_refused("case_closed", case=stale, subject=ann, by=cast.sam)


def test_read_is_refused_and_recorded_after_its_time(cast, ann, approved, time_machine):
    time_machine.move_to(approved.expires_at)
    read_refused("case_expired", case=approved, subject=ann, by=cast.sam)


def test_read_is_refused_and_recorded_for_another_person(cast, approved):
    other = f.TenantFactory(management=cast.anggrek)
    read_refused("not_in_case", case=approved, subject=other.subject, by=cast.sam)


def test_read_is_refused_and_recorded_for_another_field(cast, ann, approved):
    read_refused(
        "not_in_case", case=approved, subject=ann, by=cast.sam, fields=["tenants.tenant.name", "tenants.tenant.address"]
    )
    assert AccessRecord.objects.get().fields == ["tenants.tenant.name", "tenants.tenant.address"]


@pytest.mark.parametrize("who", ["rita", "vera", "ann", "bob", "otto"])
def test_read_is_refused_and_recorded_for_who_does_not_work_on_the_case(cast, ann, approved, who):
    read_refused("not_case_party", case=approved, subject=ann, by=getattr(cast, who))


def test_read_is_refused_to_another_head_who_did_not_approve(cast, ann, approved):
    read_refused("not_case_party", case=approved, subject=ann, by=head(cast.anggrek))


def test_read_is_refused_to_a_head_who_left_the_company(cast, ann, approved):
    """Who opened a case and works there no longer reads nothing under it."""
    parties.dismiss(membership=cast.sam.memberships.get(), by=cast.otto)
    read_refused("not_case_party", case=approved, subject=ann, by=cast.sam)


def test_the_tenant_reads_of_it_in_her_log(cast, ann, approved):
    investigations.read(case=approved, subject=ann, by=cast.sam)
    with pytest.raises(Refused):
        investigations.read(case=approved, subject=ann, by=cast.sam, fields=["tenants.tenant.address"])
    last, first = AccessRecord.objects.order_by("-pk")
    said = access_log.sentence(first, cast.ann.pk)
    assert said == (
        f"Sam, staff of Pengelola Anggrek, looked at your name and phone number to investigate case {approved.number}."
    )
    said = access_log.sentence(last, cast.ann.pk)
    assert said.endswith("tried to look at your address and was refused: it is not part of the case.")
