"""Retention does what its plan says and no more, tells people first, and may run twice."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail as outbox_of
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from privacy.errors import Refused
from privacy.models import Erasure, ErasureOrder, ProfileUpdateRequest, RetentionNotice, RetentionRule, RetentionRun
from privacy.rights import legal_holds, retention
from privacy.rights.retention import Outcome
from privacy.subjects import get_or_create_for
from tenants.models import Claim, Invitation, Tenant
from tests import factories as f

pytestmark = pytest.mark.django_db
today = timezone.localdate


@pytest.fixture(autouse=True)
def _journal(settings, tmp_path):
    settings.EVIDENCE_JOURNAL = tmp_path / "journal.jsonl"


@pytest.fixture
def rule(db):
    return RetentionRule.objects.create(kind="tenants.Tenant", days=100, warn_days=30, law="Pasal 43")


def ago(days):
    return today() - timedelta(days=days)


def moved_out(cast, days, **fields):
    entry = f.TenantFactory(management=cast.anggrek, **fields)
    f.OccupancyFactory(tenant=entry, moved_out_on=ago(days))
    return entry


def outcomes(day=None):
    return {(item.rule.kind, item.pk): item.outcome for item in retention.plan(day or today())}


def outcome_of(entry, day=None):
    return outcomes(day).get((type(entry)._meta.label, entry.pk))


def refused(code, verb, **arguments):
    with pytest.raises(Refused) as caught:
        verb(**arguments)
    assert caught.value.code == code


def test_plan_counts_from_the_day_after_the_event(cast, rule):
    rule.warn_days = 0
    rule.save()
    assert outcome_of(moved_out(cast, 100)) == Outcome.LATER
    assert outcome_of(moved_out(cast, 101)) == Outcome.NOW


def test_plan_leaves_out_whoever_lives_there_or_has_no_day(cast, rule):
    back = moved_out(cast, 500)
    f.OccupancyFactory(tenant=back)
    leaving = f.TenantFactory(management=cast.anggrek)
    f.OccupancyFactory(tenant=leaving, moved_out_on=today() + timedelta(days=3))
    never = f.TenantFactory(management=cast.anggrek)
    assert outcomes() == {}
    assert retention.waiting_for_event() == 5
    assert {back.pk, leaving.pk, never.pk} <= set(Tenant.objects.values_list("pk", flat=True))


def test_people_are_told_before_and_erased_when_the_warning_has_run_out(cast, rule):
    entry = moved_out(cast, 300, email="gone@example.com")
    assert outcome_of(entry) == Outcome.WARN
    done = retention.apply(today=today())
    assert (done[Outcome.WARN], done[Outcome.NOW]) == (1, 0)
    assert outbox_of.outbox[-1].to == ["gone@example.com"]
    assert "gone" not in outbox_of.outbox[-1].body
    assert outcome_of(entry) == Outcome.WARNED
    assert retention.apply(today=today())[Outcome.WARN] == 0
    assert len(outbox_of.outbox) == 1
    for days, erased in ((29, 0), (30, 1)):
        assert retention.apply(today=today() + timedelta(days=days))[Outcome.NOW] == erased
    assert Tenant.objects.get(pk=entry.pk).name == ""
    assert Erasure.objects.get().law == "Pasal 43"


def test_people_are_told_so_that_the_warning_ends_with_the_period(cast, rule):
    entry = moved_out(cast, 80, email="gone@example.com")
    assert outcome_of(entry) == Outcome.WARN
    retention.apply(today=today())
    assert RetentionNotice.objects.get().erase_on == today() + timedelta(days=30)
    assert outcome_of(moved_out(cast, 50, email="later@example.com")) == Outcome.LATER


def test_whoever_has_an_account_is_told_through_it(cast, rule):
    moved_out(cast, 300, subject__holder=cast.bob)
    retention.apply(today=today())
    assert outbox_of.outbox[-1].to == ["bob@example.com"]


def test_whoever_cannot_be_told_is_erased_when_the_period_ends(cast, rule):
    entry = moved_out(cast, 101, email="")
    assert outcome_of(entry) == Outcome.NOW
    assert retention.apply(today=today())[Outcome.NOW] == 1


def test_an_old_warning_does_not_count_after_coming_back(cast, rule):
    entry = moved_out(cast, 80, email="gone@example.com")
    retention.apply(today=today())
    f.OccupancyFactory(tenant=entry, moved_out_on=ago(1))
    later = today() + timedelta(days=110)
    assert outcome_of(entry, later) == Outcome.WARN


def test_run_twice_does_nothing_the_second_time(cast, rule):
    rule.warn_days = 0
    rule.save()
    for _count in range(3):
        moved_out(cast, 400)
    assert retention.apply(today=today())[Outcome.NOW] == 3
    assert retention.apply(today=today())[Outcome.NOW] == 0
    assert Erasure.objects.count() == 3


def test_a_run_that_was_stopped_goes_on(cast, rule):
    rule.warn_days = 0
    rule.save()
    for _count in range(3):
        moved_out(cast, 400)

    def stop(done):
        if done[Outcome.NOW] == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        retention.apply(today=today(), progress=stop)
    assert retention.apply(today=today())[Outcome.NOW] == 1


def test_a_hold_keeps_the_record_and_its_release_erases_it(cast, rule):
    entry = moved_out(cast, 400, email="")
    hold = legal_holds.place(entry=entry, reason="x", law="x", review_on=today() + timedelta(days=9), by=cast.sam)
    (item,) = retention.plan(today())
    assert item.outcome == Outcome.HELD
    assert hold.number in str(item.because)
    assert retention.apply(today=today())[Outcome.HELD] == 1
    retention.apply(today=today())
    assert ErasureOrder.objects.waiting().count() == 1
    legal_holds.release(hold=hold, by=cast.olga)
    assert Tenant.objects.get(pk=entry.pk).name == ""


def test_rows_that_are_nobodys_whole_record_are_emptied_with_their_files(cast):
    RetentionRule.objects.create(kind="privacy.ProfileUpdateRequest", days=10, law="Pasal 43")
    settled = {"subject": cast.ann_entry.subject, "controller": cast.anggrek, "status": "approved"}
    old = ProfileUpdateRequest.objects.create(
        number="PD-1", note="private", evidence=ContentFile(b"x", "evidence/x.jpg"),
        settled_at=timezone.now() - timedelta(days=12), **settled,
    )  # fmt: skip
    ProfileUpdateRequest.objects.create(number="PD-2", note="new", settled_at=timezone.now(), **settled)
    ProfileUpdateRequest.objects.create(number="PD-3", settled_at=timezone.now() - timedelta(days=12), **settled)
    waiting = settled | {"status": "waiting"}
    ProfileUpdateRequest.objects.create(number="PD-4", note="still waits", **waiting)
    name = old.evidence.name
    assert outcomes() == {
        ("privacy.ProfileUpdateRequest", old.pk): Outcome.NOW,
        ("privacy.ProfileUpdateRequest", ProfileUpdateRequest.objects.get(number="PD-2").pk): Outcome.LATER,
    }
    retention.apply(today=today())
    old.refresh_from_db()
    assert (old.note, str(old.evidence), old.status) == ("", "", "approved")
    assert (Erasure.objects.get().kind, Erasure.objects.get().files) == ("privacy.ProfileUpdateRequest", 1)
    assert name
    assert Tenant.objects.get(pk=cast.ann_entry.pk).name


def test_files_are_destroyed_once_it_is_certain(cast, django_capture_on_commit_callbacks):
    RetentionRule.objects.create(kind="privacy.ProfileUpdateRequest", days=10, law="Pasal 43")
    row = ProfileUpdateRequest.objects.create(
        number="PD-1", evidence=ContentFile(b"x", "evidence/x.jpg"), settled_at=timezone.now() - timedelta(days=12),
        subject=cast.ann_entry.subject, controller=cast.anggrek, status="approved",
    )  # fmt: skip
    assert default_storage.exists(row.evidence.name)
    with django_capture_on_commit_callbacks(execute=True):
        retention.apply(today=today())
    assert not default_storage.exists(row.evidence.name)


def test_old_invitations_go_whole_and_claims_lose_what_they_said(cast):
    RetentionRule.objects.create(kind="tenants.Invitation", days=5, law="x")
    RetentionRule.objects.create(kind="tenants.Claim", days=5, law="x")
    Invitation.objects.create(
        tenant=cast.ann_entry, email="a@example.com", token_hash="1" * 64, created_by=get_or_create_for(cast.sam),
        expires_at=timezone.now() - timedelta(days=9),
    )  # fmt: skip
    claim = Claim.objects.create(
        number="KL-1",
        claimant=get_or_create_for(cast.bob),
        management=cast.anggrek,
        unit_number="A-12-03",
        status="refused",
        building=cast.ann_entry.occupancies.get().unit.building,
        settled_at=timezone.now() - timedelta(days=9),
    )
    assert retention.apply(today=today())[Outcome.NOW] == 2
    assert not Invitation.objects.exists()
    claim.refresh_from_db()
    assert (claim.unit_number, claim.status) == ("", "refused")
    assert retention.apply(today=today())[Outcome.NOW] == 0


def test_a_rule_that_is_not_in_use_erases_nothing(cast, rule):
    moved_out(cast, 400)
    RetentionRule.objects.update(is_active=False)
    assert outcomes() == {}


def test_the_plan_costs_the_same_for_many(cast, rule, django_assert_max_num_queries):
    for _count in range(12):
        moved_out(cast, 400)
    with django_assert_max_num_queries(5):
        assert len(list(retention.plan(today()))) == 12


def test_a_run_by_hand_takes_two_people(cast, rule):
    moved_out(cast, 400, email="")
    run = retention.prepare(by=cast.olga)
    assert run.planned == {"now": 1, "warn": 0, "warned": 0, "later": 0, "held": 0}
    refused("second_person", retention.run, run=run, by=cast.olga)
    RetentionRun.objects.update(prepared_at=timezone.now() - timedelta(days=1))
    refused("old", retention.run, run=run, by=cast.otto)
    RetentionRun.objects.update(prepared_at=timezone.now())
    assert retention.run(run=run, by=cast.otto)[Outcome.NOW] == 1
    refused("over", retention.run, run=run, by=cast.otto)


def test_a_run_does_nothing_that_was_not_planned(cast, rule):
    """Not even when whoever prepared it makes a rule shorter after the other has read the plan."""
    entry = moved_out(cast, 50, email="")
    run = retention.prepare(by=cast.olga)
    RetentionRule.objects.update(days=1)
    refused("changed", retention.run, run=run, by=cast.otto)
    assert not Erasure.objects.exists()
    assert retention.run(run=retention.prepare(by=cast.olga), by=cast.otto)[Outcome.NOW] == 1
    run = retention.prepare(by=cast.olga)
    moved_out(cast, 60, email="")  # another one, by the same rule and with the same outcome
    refused("changed", retention.run, run=run, by=cast.otto)
    entry.subject.refresh_from_db()
    assert entry.subject.erased_at


@pytest.mark.parametrize("why", ["held", "warned"])
def test_a_run_neither_warns_nor_orders_what_was_not_planned(cast, rule, why):
    entry = moved_out(cast, 50, email="" if why == "held" else "gone@example.com")
    if why == "held":
        legal_holds.place(entry=entry, reason="x", law="x", review_on=today() + timedelta(days=9), by=cast.sam)
    run = retention.prepare(by=cast.olga)
    RetentionRule.objects.update(days=1)
    refused("changed", retention.run, run=run, by=cast.otto)
    assert not ErasureOrder.objects.exists()
    assert not RetentionNotice.objects.exists()


def command(*arguments):
    out = StringIO()
    call_command("apply_retention", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_lists_with_reasons_and_then_does_it(cast, rule):
    entry, later = moved_out(cast, 400, email=""), moved_out(cast, 20, email="")
    listed = command("--dry-run")
    assert f"tenants.Tenant {entry.pk}: will be erased." in listed
    assert f"tenants.Tenant {later.pk}: stays until the period ends." in listed
    assert Tenant.objects.get(pk=entry.pk).name
    assert command() == "Erased 1, warned 0, held back 0, left as they are 1.\n"
    assert command() == "Erased 0, warned 0, held back 0, left as they are 1.\n"


def test_rules_are_set_up_for_every_kind_that_ends_and_edits_stay():
    call_command("setup_retention", verbosity=0)
    rule = RetentionRule.objects.get(kind="tenants.Tenant")
    rule.days = 7
    rule.save()
    call_command("setup_retention", verbosity=0)
    rule.refresh_from_db()
    assert rule.days == 7
    assert {"tenants.Claim", "tenants.Invitation", "privacy.ProfileUpdateRequest"} <= set(
        RetentionRule.objects.values_list("kind", flat=True)
    )
