"""The start page of the admin: what waits, how consent stands, what ends soon, each in one's own company."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone, translation

from bamms import dashboard
from privacy.models import ConsentStatus, Membership
from privacy.scope import Role
from privacy.subjects import get_or_create_for
from tenants.models import Claim, Tenant
from tests import factories as f

Status = Claim.Status


def jakarta(clock):
    return timezone.datetime.fromisoformat(f"2026-11-22T{clock}:00+07:00")


def waiting(entry, hours, number="KL-2026-0001", **changed):
    fields = {
        "number": number,
        "claimant": get_or_create_for(f.UserFactory()),
        "management": entry.management,
        "status": Status.WAITING,
        "building": entry.occupancies.get().unit.building,
        "due_at": timezone.now() + timedelta(hours=hours),
    }
    return Claim.objects.create(**(fields | changed))


def page(client):
    return client.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        ("00:00", "Good morning."),
        ("10:59", "Good morning."),
        ("11:00", "Good afternoon."),
        ("17:59", "Good afternoon."),
        ("18:00", "Good evening."),
        ("23:59", "Good evening."),
    ],
)
def test_greeting_follows_the_hour_in_jakarta(clock, words):
    with translation.override("en"):
        assert dashboard.greeting(jakarta(clock)) == words


def test_greeting_does_not_follow_the_servers_zone():
    with timezone.override("America/New_York"), translation.override("en"):
        assert dashboard.greeting(jakarta("19:00")) == "Good evening."


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "Nothing is waiting"), (1, "Today 1 request needs an answer"), (3, "Today 3 requests need an answer")],
)
def test_headline_says_how_many_need_an_answer(count, words):
    with translation.override("en"):
        assert dashboard.headline(count, jakarta("09:00")) == f"Good morning. {words}"


def test_queues_count_the_own_company_alone_and_name_the_most_urgent_clock(cast):
    late = waiting(cast.ann_entry, -3)
    waiting(cast.ann_entry, 40, "KL-2026-0002")
    waiting(cast.bob_entry, 1, "KL-2026-0003")
    claims = dashboard.queues(cast.sam, Role.STAFF)[0]
    assert (claims.count, claims.overdue, claims.due_at, claims.urgency) == (2, 1, late.due_at, "late")
    with translation.override("en"):
        assert "past the deadline" in claims.time_left
    assert dashboard.queues(cast.rita, Role.STAFF)[0].count == 1
    assert dashboard.queues(cast.olga, Role.OPERATOR)[0].count == 3


def test_empty_queue_knows_when_the_last_one_was_settled(cast):
    settled_at = timezone.now() - timedelta(days=1)
    waiting(cast.ann_entry, 1, status=Status.REFUSED, settled_at=settled_at)
    claims = dashboard.queues(cast.sam, Role.STAFF)[0]
    assert (claims.count, claims.last_settled, claims.urgency, claims.time_left) == (0, settled_at, "settled", "")


def test_consent_counts_those_whom_the_gate_lets_through_by_building(cast):
    assert dashboard.consent_by_building(cast.sam, Role.STAFF) == []
    version = f.VersionFactory()
    home = cast.ann_entry.occupancies.get().unit.building
    for number in range(3):
        entry = f.TenantFactory(management=cast.anggrek, subject__holder=f.UserFactory())
        f.OccupancyFactory(tenant=entry, unit=f.UnitFactory(building=home))
        if number:
            ConsentStatus.objects.create(user=entry.subject.holder, document=version.document, number=version.number)
    bar = dashboard.consent_by_building(cast.sam, Role.STAFF)[0]
    assert (bar.label, bar.people, bar.agreed, bar.percent) == (home.name, 4, 2, 50)
    f.VersionFactory(document=version.document)
    assert [bar.agreed for bar in dashboard.consent_by_building(cast.sam, Role.STAFF)] == [0]


def test_consent_leaves_out_who_moved_out_or_has_no_account(cast):
    f.VersionFactory()
    f.OccupancyFactory(tenant=f.TenantFactory(management=cast.anggrek))
    cast.ann_entry.occupancies.update(moved_out_on=timezone.localdate() - timedelta(days=1))
    assert dashboard.consent_by_building(cast.sam, Role.STAFF) == []


def test_bars_stand_one_below_the_other_and_an_empty_one_is_nought():
    assert dashboard.Bar("Menara", 0, 0).percent == 0
    assert dashboard.Bar("Menara", 3, 2).percent == 67


def test_ending_lists_what_ends_within_two_weeks(cast, grant):
    assert dashboard.ending(cast.sam, Role.STAFF)["grants_count"] == 0
    soon = f.GrantFactory(
        subject=cast.ann_entry.subject,
        agreement=cast.agreement,
        purpose=cast.purpose,
        ends_at=timezone.now() + timedelta(days=3),
    )
    type(cast.agreement).objects.update(valid_until=timezone.localdate() + timedelta(days=5))
    found = dashboard.ending(cast.sam, Role.STAFF)
    assert list(found["grants"]) == [soon]
    assert list(found["agreements"]) == [cast.agreement]
    nothing = dashboard.ending(cast.rita, Role.STAFF)
    assert (list(nothing["grants"]), list(nothing["agreements"])) == ([], [])


def test_index_says_the_number_the_clock_and_what_is_overdue(cast, sign_in):
    waiting(cast.ann_entry, -3)
    waiting(cast.ann_entry, 40, "KL-2026-0002")
    with time_machine.travel(timezone.now(), tick=False):
        text = page(sign_in(cast.sam))
    assert "Today 2 requests need an answer</h1>" in text
    assert '<p class="figure">2</p>' in text
    assert "1 is past the 72-hour deadline. Answer it first." in text


def test_index_says_the_hours_that_are_set(cast, sign_in, settings):
    settings.ANSWER_HOURS = 48
    waiting(cast.ann_entry, -3)
    assert "1 is past the 48-hour deadline." in page(sign_in(cast.sam))


def test_index_is_calm_when_nothing_waits(cast, sign_in):
    waiting(cast.ann_entry, 1, status=Status.REFUSED, settled_at=timezone.now())
    text = page(sign_in(cast.sam))
    assert "Nothing is waiting</h1>" in text
    assert "Nothing is waiting. Last settled: " in text
    assert "No policy is in force yet." in text


def test_index_draws_the_same_numbers_as_bars_and_as_a_table(cast, sign_in):
    version = f.VersionFactory()
    for person in (cast.ann, cast.sam):
        ConsentStatus.objects.create(user=person, document=version.document, number=version.number)
    text = page(sign_in(cast.sam))
    building = cast.ann_entry.occupancies.get().unit.building.name
    assert f"{building}: 1 of 1." in text
    assert 'class="bar-fill" width="100%"' in text
    assert f'<th scope="row">{building}</th>' in text
    assert "style=" not in text


def test_index_lists_the_last_things_i_did_without_a_name(cast, sign_in):
    kind = ContentType.objects.get_for_model(Tenant)
    for number in range(6):
        LogEntry.objects.create(
            user=cast.sam,
            content_type=kind,
            object_id=cast.ann_entry.pk,
            object_repr=f"Tenant {number}",
            action_flag=CHANGE,
        )
    LogEntry.objects.create(
        user=cast.rita, content_type=kind, object_id=cast.bob_entry.pk, object_repr="Tenant 99", action_flag=CHANGE
    )
    text = page(sign_in(cast.sam))
    assert "Tenant 5" in text
    assert "Tenant 0" not in text
    assert "Tenant 99" not in text
    assert "Ann" not in text


@pytest.mark.parametrize("who", ["sam", "rita", "olga", "otto"])
def test_every_link_of_the_index_opens(cast, sign_in, grant, who):
    waiting(cast.ann_entry, 5)
    client = sign_in(getattr(cast, who))
    response = client.get(reverse("admin:index"))
    links = [queue.url for queue in response.context["queues"]]
    links += [
        model["admin_url"] for group in response.context["app_list"] for model in group["models"] if model["admin_url"]
    ]
    assert {client.get(link).status_code for link in links} == {200}


def test_index_of_an_account_without_rights_says_whom_to_ask(cast, sign_in):
    Membership.objects.filter(user=cast.sam).delete()
    cast.sam.groups.clear()
    text = page(sign_in(cast.sam))
    assert "There is nothing here that you may open." in text


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        ("10:59", "Selamat pagi."),
        ("11:00", "Selamat siang."),
        ("14:59", "Selamat siang."),
        ("15:00", "Selamat sore."),
        ("17:59", "Selamat sore."),
        ("18:00", "Selamat malam."),
    ],
)
def test_greeting_in_indonesian_has_four_times_of_day(clock, words):
    with translation.override("id"):
        assert dashboard.greeting(jakarta(clock)) == words
