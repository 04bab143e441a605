"""What every kind of case has in common, tried on each model that stands on the base."""

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from privacy import cases, deadlines
from privacy.errors import Refused
from privacy.models import ProfileUpdateRequest, RightsRequest, SharingRequest
from privacy.models.cases import Case
from privacy.portals import url_name_of
from privacy.scope import Role
from privacy.subjects import get_or_create_for
from tenants.models import Claim
from tests import factories as f

pytestmark = pytest.mark.django_db
KINDS = [model for model in apps.get_models() if issubclass(model, Case)]
ABOUT_ANN = {
    RightsRequest: lambda cast: {
        "subject": cast.ann_entry.subject, "controller": cast.anggrek, "kind": "copy",
        "recorded_by": get_or_create_for(cast.ann),
    },
    ProfileUpdateRequest: lambda cast: {"subject": cast.ann_entry.subject, "controller": cast.anggrek},
    Claim: lambda cast: {
        "claimant": cast.ann_entry.subject, "management": cast.anggrek, "identity_kind": "ktp",
        "building": cast.ann_entry.occupancies.get().unit.building,
    },
    SharingRequest: lambda cast: {
        "subject": cast.ann_entry.subject, "agreement": cast.agreement, "purpose": cast.purpose, "reason": "Leak",
        "fields": [], "until": timezone.localdate(), "asked_by": get_or_create_for(cast.vera),
        "asked_for": cast.teknik,
    },
}  # fmt: skip


@pytest.fixture(params=KINDS, ids=lambda model: model.__name__)
def case(request, cast):
    model = request.param
    return model.objects.create(number="XX-2026-0001", status=model.Status.WAITING, **ABOUT_ANN[model](cast))


def code_of(verb, *arguments):
    with pytest.raises(Refused) as refusal:
        verb(*arguments)
    return refusal.value.code


def test_every_kind_of_case_is_tried_here():
    assert set(KINDS) == set(ABOUT_ANN)


def test_a_waiting_case_is_open_and_in_the_queue(case):
    assert case.is_waiting
    assert case.is_open
    assert list(type(case).objects.waiting()) == [case]


def test_the_clock_of_an_answer_runs_from_the_receipt(cast, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    for model in KINDS:
        case = model(**ABOUT_ANN[model](cast))
        assert model is SharingRequest or case.due_at == deadlines.due(case.received_at)


def test_nobody_else_cancels_it(cast, case):
    assert code_of(cases.lock_own, case, cast.bob) == "not_holder"
    assert cases.lock_own(case, cast.ann) == case


def test_nobody_decides_their_own(cast, case):
    f.MembershipFactory(user=cast.ann, party=cast.anggrek, role="head")
    assert code_of(cases.lock_to_decide, case, cast.ann) == "own"


def test_only_the_company_that_answers_decides(cast, case):
    assert code_of(cases.lock_to_decide, case, cast.rita) == "not_staff"
    assert cases.lock_to_decide(case, cast.sam) == case


def test_it_is_settled_once_by_whom_and_when(cast, case, time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    cases.settle(cases.lock_waiting(case), case.ENDED_STATUS, cast.sam)
    case.refresh_from_db()
    assert (case.status, case.settled_at, case.settled_by) == (case.ENDED_STATUS, now, get_or_create_for(cast.sam))
    assert not case.is_open
    for lock, by in ((cases.lock_own, cast.ann), (cases.lock_to_decide, cast.sam)):
        assert code_of(lock, case, by) == "answered"


def test_locking_locks_the_row(case, monkeypatch):
    """SQLite ignores the lock, so the query is looked at."""
    asked = []
    queryset = type(type(case).objects.all())
    locking = queryset.select_for_update
    monkeypatch.setattr(
        queryset, "select_for_update", lambda self, **options: asked.append(options) or locking(self, **options)
    )
    cases.lock(case)
    assert asked == [{"of": ("self",)}]


def test_an_erasure_ends_what_is_open_and_nothing_else(case):
    now = timezone.now()
    type(case).objects.all().end(now)
    case.refresh_from_db()
    assert (case.status, case.settled_at) == (case.ENDED_STATUS, now)
    type(case).objects.all().end(timezone.now())
    assert type(case).objects.get().settled_at == now
    assert type(case).objects.with_ended_on().get().ended_on == timezone.localdate(now)


def test_the_person_is_told_where_the_answer_stands(cast, case, mailoutbox):
    if not case.PAGE:
        pytest.skip("the person answers it")
    cases.tell(case)
    (letter,) = mailoutbox
    assert letter.to == [cast.ann.email]
    assert reverse(url_name_of(case.PAGE), args=case.page_args) in letter.body


def test_nobody_is_told_without_an_account(cast, case, mailoutbox):
    subject = case.data_subject
    subject.holder = None
    subject.save(update_fields=["holder"])
    cases.tell(case)
    assert mailoutbox == []


def test_whose_company_answers_sees_it_in_their_role(cast, case):
    assert case.is_answered_by(cast.sam)
    assert type(case).objects.visible_to(cast.sam, role=Role.STAFF).filter(pk=case.pk).exists()
    assert not case.is_answered_by(cast.rita)
