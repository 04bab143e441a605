"""The rights desk's verbs: who may ask, check, assign, answer and cancel, what is written down, and every refusal."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from privacy import access, subjects
from privacy.errors import Refused
from privacy.models import AccessRecord, Party, RightsEvent, RightsRequest
from privacy.models.access import AccessReason
from privacy.models.parties import PartyKind
from privacy.rights import rights_requests
from privacy.rights.models.rights_requests import Ground, HowChecked, RightKind
from privacy.scope import Role
from tests import factories as f


@pytest.fixture
def ask(cast):
    def _ask(kind="restrict", **given):
        given = {"subject": cast.ann_entry.subject, "by": cast.ann, "details": "While my complaint runs."} | given
        return rights_requests.ask(kind=kind, **given)

    return _ask


@pytest.fixture
def visit(cast):
    """Sam writes down what somebody without an account came to ask."""
    unclaimed = f.TenantFactory(management=cast.anggrek)

    def _record(**given):
        given = {"subject": unclaimed.subject, "kind": "copy", "channel": "visit", "by": cast.sam} | given
        return rights_requests.record(**given)

    return _record


def refused(verb, code, **arguments):
    with pytest.raises(Refused) as refusal:
        verb(**arguments)
    assert refusal.value.code == code


def happened(request):
    return list(RightsEvent.objects.filter(request=request).order_by("pk").values_list("happened", flat=True))


# Asking


def test_ask_starts_the_clock_and_counts_as_checked_by_sign_in(cast, ask):
    made = ask()
    assert made.number.startswith("HK-")
    assert made.due_at - made.received_at == timedelta(hours=72)
    assert (made.controller_id, made.channel, made.how_checked) == (cast.anggrek.pk, "online", "signed_in")
    assert made.recorded_by == made.checked_by == subjects.get_or_create_for(cast.ann)
    assert happened(made) == ["received", "checked"]


def test_ask_about_the_account_goes_to_the_operator(cast):
    made = rights_requests.ask(subject=subjects.get_or_create_for(cast.ann), kind="erase", by=cast.ann)
    assert made.controller_id == cast.operator.pk


def test_ask_keeps_the_words_sealed(cast, ask):
    ask()
    with pytest.raises(Exception, match="encrypted"):
        RightsRequest.objects.filter(details="x").exists()


def test_ask_about_a_line_of_the_log_keeps_it(cast, ask):
    (line,) = access.record_access(cast.ann_entry, by=cast.sam, role=Role.STAFF, why=AccessReason.RECORD)
    made = ask("copy", line=line)
    assert made.line == line
    assert ask("copy").line is None
    refused(ask, "twice", kind="copy", line=line)


def test_ask_refuses_who_does_not_hold_the_record(cast, ask):
    for who in (cast.bob, cast.sam, cast.olga, cast.otto):
        refused(ask, "not_holder", by=who)


def test_ask_refuses_the_same_right_twice(ask):
    ask()
    refused(ask, "twice")
    assert ask("copy").is_waiting


def test_ask_refuses_a_line_about_somebody_else(cast, ask):
    (line,) = access.record_access(cast.bob_entry, by=cast.rita, role=Role.STAFF, why=AccessReason.RECORD)
    refused(ask, "line", kind="copy", line=line)


def test_ask_refuses_the_recovery_of_an_account(ask):
    refused(ask, "not_online", kind="recover")


def test_ask_refuses_an_unknown_right(ask):
    refused(ask, "kind", kind="nonsense")


def test_ask_refuses_to_lift_what_is_not_restricted(ask):
    refused(ask, "not_restricted", kind="lift")


def test_ask_refuses_about_an_erased_record(cast, ask):
    cast.ann_entry.subject.erased_at = timezone.now()
    cast.ann_entry.subject.save()
    refused(ask, "erased")


def test_ask_refuses_when_nobody_answers(cast):
    stray = f.SubjectFactory(holder=cast.ann)
    refused(rights_requests.ask, "nobody", subject=stray, kind="copy", by=cast.ann)


# Recording


def test_record_runs_the_clock_from_the_receipt(cast, visit):
    received = timezone.now() - timedelta(hours=30)
    made = visit(received_at=received, details="Please print it.", how="original")
    assert made.due_at == received + timedelta(hours=72)
    assert (made.how_checked, made.checked_by) == ("original", subjects.get_or_create_for(cast.sam))
    assert visit(kind="erase").checked_at is None


def test_record_refuses_staff_of_another_management_and_outsiders(cast, visit):
    for who in (cast.rita, cast.olga, cast.otto, cast.vera, cast.ann):
        refused(visit, "not_staff", by=who)


def test_record_refuses_an_accounts_own_subject(cast, visit):
    refused(visit, "not_staff", subject=subjects.get_or_create_for(cast.ann))


def test_record_refuses_ones_own_request(cast, visit):
    mine = f.TenantFactory(management=cast.anggrek, subject__holder=cast.sam)
    refused(visit, "own", subject=mine.subject)


@pytest.mark.parametrize("channel", ["online", "pigeon"])
def test_record_refuses_a_channel_that_is_none(visit, channel):
    refused(visit, "channel", channel=channel)


def test_record_refuses_a_receipt_in_the_future(visit):
    refused(visit, "future", received_at=timezone.now() + timedelta(minutes=1))


def test_record_refuses_the_same_right_twice(visit):
    visit()
    refused(visit, "twice")


@pytest.mark.parametrize("how", ["signed_in", "by eye"])
def test_record_refuses_an_identity_check_that_cannot_be(visit, how):
    refused(visit, "how", how=how)
    assert not RightsRequest.objects.exists()


# Preparing


def test_check_identity_notes_how_and_by_whom(cast, visit):
    made = rights_requests.check_identity(request=visit(), how="known", by=cast.sam)
    assert (made.how_checked, made.checked_by) == ("known", subjects.get_or_create_for(cast.sam))
    assert happened(made) == ["received", "checked"]
    assert RightsEvent.objects.get(happened="checked").detail == "known"


def test_check_identity_refuses_what_is_no_check(cast, visit):
    refused(rights_requests.check_identity, "how", request=visit(), how="signed_in", by=cast.sam)


def test_assign_gives_it_to_a_colleague(cast, ask):
    dewi = f.UserFactory(name="Dewi")
    f.MembershipFactory(user=dewi, party=cast.anggrek)
    made = rights_requests.assign(request=ask(), to=dewi, by=cast.sam)
    assert made.assigned_to == subjects.get_or_create_for(dewi)
    assert happened(made)[-1] == "assigned"


def test_assign_refuses_who_does_not_work_there_or_is_the_person_herself(cast, ask):
    made = ask()
    f.MembershipFactory(user=cast.ann, party=cast.anggrek)
    for who in (cast.rita, cast.vera, cast.olga, cast.ann):
        refused(rights_requests.assign, "not_colleague", request=made, to=who, by=cast.sam)


# Answering


def test_grant_answers_and_tells_the_person(cast, ask):
    made = rights_requests.grant(request=ask("copy"), answer=" Here it is. ", by=cast.sam)
    made.refresh_from_db()
    assert (made.status, made.answer, made.settled_by) == (
        "granted",
        "Here it is.",
        subjects.get_or_create_for(cast.sam),
    )
    assert happened(made)[-1] == "granted"
    (letter,) = mail.outbox
    assert letter.to == ["ann@example.com"]
    assert f"/my-rights/requests/{made.number}/" in letter.body
    assert "Here it is" not in letter.body


def test_grant_of_a_restriction_restricts_at_once(cast, ask):
    made = rights_requests.grant(request=ask(), answer="Done.", by=cast.sam)
    cast.ann_entry.subject.refresh_from_db()
    assert cast.ann_entry.subject.is_restricted
    assert happened(made)[-2:] == ["granted", "restricted"]


def test_grant_of_lifting_lifts_at_once(cast, ask):
    rights_requests.restrict(subject=cast.ann_entry.subject, by=cast.sam)
    rights_requests.grant(request=ask("lift"), answer="Done.", by=cast.sam)
    cast.ann_entry.subject.refresh_from_db()
    assert not cast.ann_entry.subject.is_restricted
    assert RightsEvent.objects.filter(happened="lifted").exists()


def test_grant_and_its_effect_stand_or_fall_together(cast, ask, monkeypatch):
    made = ask()

    def broken(**what):
        raise RuntimeError

    monkeypatch.setattr(rights_requests, "restrict", broken)
    with pytest.raises(RuntimeError):
        rights_requests.grant(request=made, answer="Done.", by=cast.sam)
    made.refresh_from_db()
    assert made.is_waiting
    assert not mail.outbox


def test_grant_of_an_erasure_has_one_place_to_begin_it(cast, ask, monkeypatch):
    begun = []
    monkeypatch.setattr(rights_requests.erasures, "order", lambda **what: begun.append(what["subject"].pk))
    rights_requests.grant(request=ask("erase"), answer="Begun.", by=cast.sam)
    assert begun == [cast.ann_entry.subject_id]


def test_grant_answers_by_letter_who_has_no_account(cast, visit):
    assert (
        rights_requests.grant(request=visit(how="original"), answer="See the letter.", by=cast.sam).status == "granted"
    )
    assert not mail.outbox


def test_refuse_keeps_ground_words_and_review(cast, ask):
    day = timezone.localdate() + timedelta(days=90)
    made = rights_requests.refuse(
        request=ask("erase"), ground=Ground.RETENTION, answer="Not yet.", review_on=day, by=cast.sam
    )
    made.refresh_from_db()
    assert (made.status, made.ground, made.answer, made.review_on) == ("refused", "retention", "Not yet.", day)
    assert RightsEvent.objects.get(happened="refused").detail == "retention"
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("kind", "ground"),
    [("erase", ""), ("erase", "whim"), ("copy", "retention"), ("copy", "enforcement"), ("withdraw", "harm")],
)
def test_refuse_takes_only_a_ground_that_the_law_gives_for_this_right(cast, ask, kind, ground):
    refused(rights_requests.refuse, "ground", request=ask(kind), ground=ground, answer="No.", by=cast.sam)


def test_every_right_has_its_grounds():
    assert set(rights_requests.GROUNDS) == set(RightKind)
    assert all(Ground.IDENTITY in rights_requests.grounds_of(kind) for kind in RightKind)


def test_refuse_takes_no_review_that_is_past(cast, ask):
    refused(
        rights_requests.refuse, "review", request=ask("erase"), ground="legal", answer="No.",
        review_on=timezone.localdate(), by=cast.sam,
    )  # fmt: skip


def test_answers_need_words(cast, ask):
    made = ask("erase")
    refused(rights_requests.grant, "no_answer", request=made, answer=" ", by=cast.sam)
    refused(rights_requests.refuse, "no_answer", request=made, ground="legal", answer="", by=cast.sam)


def test_answers_need_the_identity_checked_first(cast, visit):
    made = visit()
    refused(rights_requests.grant, "unchecked", request=made, answer="Yes.", by=cast.sam)
    refused(rights_requests.refuse, "unchecked", request=made, ground="identity", answer="No.", by=cast.sam)


def test_nothing_is_granted_to_somebody_not_confirmed_but_it_may_be_refused(cast, visit):
    made = visit(how=HowChecked.NOT_CONFIRMED)
    refused(rights_requests.grant, "not_confirmed", request=made, answer="Yes.", by=cast.sam)
    assert (
        rights_requests.refuse(request=made, ground="identity", answer="Who are you?", by=cast.sam).status == "refused"
    )


def desk(request, cast):
    """Every verb of the desk, ready to be called."""
    return [
        (rights_requests.check_identity, {"how": "known"}),
        (rights_requests.assign, {"to": cast.sam}),
        (rights_requests.grant, {"answer": "Yes."}),
        (rights_requests.refuse, {"ground": "identity", "answer": "No."}),
    ]


def test_nobody_decides_her_own_request(cast, ask):
    made = ask()
    f.MembershipFactory(user=cast.ann, party=cast.anggrek)
    for verb, given in desk(made, cast):
        refused(verb, "own", request=made, by=cast.ann, **given)


def test_only_the_company_that_answers_decides(cast, ask):
    made = ask()
    for who in (cast.rita, cast.vera, cast.bob, cast.olga, cast.otto):
        for verb, given in desk(made, cast):
            refused(verb, "not_staff", request=made, by=who, **given)


def test_the_operators_people_answer_for_accounts(cast):
    for who, kind in ((cast.olga, "copy"), (cast.otto, "move")):
        made = rights_requests.ask(subject=subjects.get_or_create_for(cast.ann), kind=kind, by=cast.ann)
        refused(rights_requests.grant, "not_staff", request=made, answer="Yes.", by=cast.sam)
        assert rights_requests.grant(request=made, answer="Yes.", by=who).status == "granted"


def test_what_is_answered_is_not_answered_again(cast, ask):
    made = rights_requests.grant(request=ask("copy"), answer="Yes.", by=cast.sam)
    for verb, given in desk(made, cast):
        refused(verb, "answered", request=made, by=cast.sam, **given)
    refused(rights_requests.cancel, "answered", request=made, by=cast.ann)


def test_cancel_takes_it_back_with_the_words(cast, ask):
    made = rights_requests.cancel(request=ask(), by=cast.ann)
    made.refresh_from_db()
    assert (made.status, made.details) == ("withdrawn", "")
    assert happened(made)[-1] == "withdrawn"
    assert not mail.outbox
    assert ask().is_waiting


def test_cancel_refuses_everybody_else(cast, ask):
    made = ask()
    for who in (cast.bob, cast.sam, cast.olga):
        refused(rights_requests.cancel, "not_holder", request=made, by=who)


# Restriction


def test_restrict_and_lift_leave_events_once(cast):
    subject = cast.ann_entry.subject
    since = rights_requests.restrict(subject=subject, by=cast.sam).restricted_at
    assert rights_requests.restrict(subject=subject, by=cast.sam).restricted_at == since
    rights_requests.lift(subject=subject, by=cast.sam)
    rights_requests.lift(subject=subject, by=cast.sam)
    assert list(RightsEvent.objects.order_by("pk").values_list("happened", flat=True)) == ["restricted", "lifted"]


@pytest.mark.parametrize("verb", [rights_requests.restrict, rights_requests.lift])
def test_restriction_is_for_the_company_that_keeps_the_record(cast, verb):
    for who in (cast.rita, cast.vera, cast.olga, cast.otto):
        refused(verb, "not_staff", subject=cast.ann_entry.subject, by=who)
    refused(verb, "own", subject=cast.ann_entry.subject, by=cast.ann)
    refused(verb, "not_staff", subject=subjects.get_or_create_for(cast.ann), by=cast.sam)
    assert verb(subject=subjects.get_or_create_for(cast.ann), by=cast.otto)


# Scope, evidence and the database


def test_requests_are_seen_by_the_person_the_company_and_the_operator(cast, ask):
    made = ask()
    seen = {
        (name, role)
        for name in ("ann", "bob", "sam", "rita", "vera", "olga", "otto")
        for role in Role
        if made in RightsRequest.objects.visible_to(getattr(cast, name), role=role)
    }
    assert seen == {
        ("ann", Role.TENANT), ("sam", Role.STAFF), ("olga", Role.OPERATOR), ("otto", Role.OPERATOR)
    }  # fmt: skip


def test_events_only_grow(ask):
    ask()
    with pytest.raises(Refused):
        RightsEvent.objects.update(detail="x")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE privacy_rightsevent SET detail = 'x'")


def test_waiting_puts_the_most_urgent_first(cast, ask, visit):
    later, sooner = ask(), visit(received_at=timezone.now() - timedelta(hours=5))
    assert list(RightsRequest.objects.waiting()) == [sooner, later]


def test_own_records_are_what_a_person_may_ask_about(cast):
    found = rights_requests.own_records(cast.ann)
    assert found == [
        (cast.ann_entry.subject, cast.anggrek.pk),
        (subjects.get_or_create_for(cast.ann), cast.operator.pk),
    ]
    Party.objects.filter(kind=PartyKind.OPERATOR).update(kind=PartyKind.VENDOR)
    assert rights_requests.own_records(cast.ann) == [(cast.ann_entry.subject, cast.anggrek.pk)]


def test_line_of_finds_ones_own_lines_only(cast):
    access.record_access(cast.ann_entry, by=cast.sam, role=Role.STAFF, why=AccessReason.RECORD)
    line = AccessRecord.objects.get()
    assert rights_requests.line_of(cast.ann, str(line.pk)) == line
    for who, text in ((cast.bob, str(line.pk)), (cast.ann, "nonsense"), (cast.ann, "")):
        assert rights_requests.line_of(who, text) is None
