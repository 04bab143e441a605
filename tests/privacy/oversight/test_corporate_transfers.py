"""Mergers, sales, dissolutions: a notice before and one after, and no step out of its turn (clause 6, article 48)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from privacy import parties
from privacy.errors import Refused
from privacy.models import CorporateTransfer
from privacy.models.parties import MembershipRole
from privacy.oversight import corporate_transfers
from privacy.scope import Role
from privacy.subjects import get_or_create_for
from tests import factories as f


def days(n):
    return timezone.localdate() + timedelta(days=n)


def refused(verb, **arguments):
    with pytest.raises(Refused) as caught:
        verb(**arguments)
    return caught.value.code


def new(cast, **fields):
    return CorporateTransfer(
        **{
            "from_party": cast.anggrek,
            "to_name": "PT Melati Baru",
            "kind": "merger",
            "planned_on": days(10),
            "description_ind": "Pengelola Anggrek bergabung.",
            "description_en": "Pengelola Anggrek merges.",
        }
        | fields
    )


@pytest.fixture
def draft(cast):
    return corporate_transfers.save(transfer=new(cast), by=cast.olga)


@pytest.fixture
def announced(cast, draft):
    return corporate_transfers.announce(transfer=draft, by=cast.olga)


@pytest.fixture
def completed(cast, announced, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=10))
    return corporate_transfers.complete(transfer=announced, by=cast.olga)


@pytest.fixture
def noticed(cast, completed):
    return corporate_transfers.give_second_notice(transfer=completed, by=cast.olga)


def seen_by(user):
    return list(CorporateTransfer.objects.visible_to(user, role=Role.TENANT))


def kinds(transfer):
    return list(transfer.events.order_by("at", "pk").values_list("kind", "accounts"))


def letters():
    return [letter.to[0] for letter in mail.outbox if letter.subject == "A notice about your data"]


def test_keep_numbers_a_draft_that_nobody_sees(cast, draft):
    assert draft.number.startswith("PU-")
    assert kinds(draft) == [("planned", None)]
    assert draft.events.get().actor == get_or_create_for(cast.olga)
    assert seen_by(cast.ann) == []


def test_keep_changes_a_draft_and_its_number_stays(cast, draft):
    number, draft.to_name = draft.number, "PT Lain"
    corporate_transfers.save(transfer=draft, by=cast.otto)
    draft.refresh_from_db()
    assert (draft.number, draft.to_name) == (number, "PT Lain")
    assert len(kinds(draft)) == 1


@pytest.mark.parametrize(
    "change",
    [{"kind": "other"}, {"to_name": ""}, {"description_ind": ""}, {"description_en": ""}, {"from_party": "teknik"}],
)
def test_keep_refuses_what_makes_no_sense(cast, change):
    change = {key: cast.teknik if value == "teknik" else value for key, value in change.items()}
    assert refused(corporate_transfers.save, transfer=new(cast, **change), by=cast.olga) == "invalid"


def test_a_dissolution_may_have_no_successor(cast):
    assert corporate_transfers.save(transfer=new(cast, kind="dissolution", to_name=""), by=cast.olga).pk


def test_keep_refuses_what_is_announced(cast, announced):
    assert refused(corporate_transfers.save, transfer=announced, by=cast.olga) == "announced"


@pytest.mark.parametrize("who", ["sam", "rita", "vera", "ann"])
def test_only_the_operator_and_the_officer_act(cast, draft, who):
    by = getattr(cast, who)
    assert refused(corporate_transfers.save, transfer=new(cast), by=by) == "not_operator"
    for verb in (
        corporate_transfers.announce,
        corporate_transfers.complete,
        corporate_transfers.give_second_notice,
        corporate_transfers.close,
    ):
        assert refused(verb, transfer=draft, by=by) == "not_operator"


def test_announce_tells_every_account_with_an_entry_once(cast, draft):
    f.TenantFactory(management=cast.anggrek, subject__holder=cast.ann)
    f.TenantFactory(management=cast.anggrek)
    gone = f.UserFactory(is_active=False)
    f.TenantFactory(management=cast.anggrek, subject__holder=gone)
    announced = corporate_transfers.announce(transfer=draft, by=cast.olga)
    assert letters() == ["ann@example.com"]
    assert (announced.status, announced.announced_to) == ("announced", 1)
    assert announced.announced_at is not None
    assert kinds(announced)[-1] == ("announced", 1)
    assert seen_by(cast.ann) == [announced]
    assert seen_by(cast.bob) == []


def test_the_operators_own_business_concerns_everybody_with_an_entry(cast):
    draft = corporate_transfers.save(transfer=new(cast, from_party=cast.operator), by=cast.otto)
    corporate_transfers.announce(transfer=draft, by=cast.otto)
    assert set(letters()) == {"ann@example.com", "bob@example.com"}
    assert seen_by(cast.bob) == [draft]
    assert seen_by(cast.vera) == []


def test_the_first_notice_comes_before_the_day(cast):
    late = corporate_transfers.save(transfer=new(cast, planned_on=days(0)), by=cast.olga)
    assert refused(corporate_transfers.announce, transfer=late, by=cast.olga) == "past"
    assert letters() == []


def test_announce_only_once(cast, announced):
    assert refused(corporate_transfers.announce, transfer=announced, by=cast.olga) == "step"
    assert len(letters()) == 1


def test_complete_needs_the_first_notice(cast, draft, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=10))
    assert refused(corporate_transfers.complete, transfer=draft, by=cast.olga) == "step"


def test_complete_waits_for_the_planned_day(cast, announced, time_machine):
    assert refused(corporate_transfers.complete, transfer=announced, by=cast.olga) == "early"
    time_machine.move_to(timezone.now() + timedelta(days=10))
    assert corporate_transfers.complete(transfer=announced, by=cast.olga).status == "completed"


def test_the_second_notice_needs_the_completion(cast, announced):
    assert refused(corporate_transfers.give_second_notice, transfer=announced, by=cast.olga) == "step"


def test_the_second_notice_tells_everybody_again(cast, noticed):
    assert letters() == ["ann@example.com"] * 2
    assert (noticed.status, noticed.noticed_to) == ("noticed", 1)
    assert refused(corporate_transfers.give_second_notice, transfer=noticed, by=cast.olga) == "step"


def test_close_needs_the_second_notice(cast, completed):
    assert refused(corporate_transfers.close, transfer=completed, by=cast.olga) == "step"


def test_close_ends_it_and_every_step_is_evidence(cast, noticed):
    closed = corporate_transfers.close(transfer=noticed, by=cast.otto)
    assert closed.closed_at is not None
    assert kinds(closed) == [
        ("planned", None), ("announced", 1), ("completed", None), ("noticed", 1), ("closed", None),
    ]  # fmt: skip
    assert refused(corporate_transfers.close, transfer=closed, by=cast.otto) == "step"
    assert seen_by(cast.ann) == [closed]


def test_staff_of_the_operator_may_act(cast):
    clerk = f.UserFactory()
    parties.appoint(user=clerk, party=cast.operator, role=MembershipRole.OPERATOR, by=cast.otto)
    assert corporate_transfers.save(transfer=new(cast), by=clerk).pk


def test_the_words_are_read_in_the_language_asked_for(cast, draft):
    assert draft.description("id") == "Pengelola Anggrek bergabung."
    assert draft.description("en") == "Pengelola Anggrek merges."
