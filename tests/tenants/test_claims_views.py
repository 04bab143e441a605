"""The claim pages say the same whatever the register holds, and act once."""

import re
from datetime import UTC, date, datetime

import pytest
from django.core import mail
from django.urls import reverse

from tenants import invitations
from tenants.models import Claim
from tests import factories as f

NUMBER = "3172051106920003"
DAY = 24 * 60 * 60


@pytest.fixture
def entry(cast):
    entry = f.TenantFactory(
        management=cast.anggrek, name="Cici Lestari", identity_kind="ktp", identity_number=NUMBER,
        birth_date=date(1992, 6, 11), email="cici@example.com",
    )  # fmt: skip
    f.OccupancyFactory(tenant=entry, unit__number="A-15-01")
    return entry


@pytest.fixture
def typed(entry):
    return {
        "building": entry.occupancies.get().unit.building_id, "unit_number": "A-15-01", "identity_kind": "ktp",
        "identity_number": NUMBER, "birth_date_day": "11", "birth_date_month": "6", "birth_date_year": "1992",
        "message": "",
    }  # fmt: skip


def page_of(client):
    """The answer page without what differs by nature: number, moment, token, building, seconds left."""
    text = client.get(reverse("claim_sent")).content.decode()
    return re.sub(r"KL-\d+-\d+|value=\"[^\"]{64}\"|\d\d:\d\d|\d+ \w+ \d{4}|data-(of|idle|whole)=\"\w+\"", "", text)


def test_answer_is_alike_for_a_near_match_and_for_none(sign_in, typed):
    pages = []
    for changed in ({"unit_number": "A-15-02"}, {"identity_number": "3172051106920099", "unit_number": "Z-1"}):
        client = sign_in(f.UserFactory())
        answer = client.post(reverse("claim"), typed | changed)
        assert (answer.status_code, answer.url) == (302, reverse("claim_sent"))
        pages.append(page_of(client))
    assert [claim.status for claim in Claim.objects.order_by("pk")] == ["waiting", "unmatched"]
    assert pages[0] == pages[1]


def test_certain_match_leads_to_the_same_page(sign_in, typed):
    client = sign_in(f.UserFactory(email="cici@example.com"))
    answer = client.post(reverse("claim"), typed)
    assert (answer.status_code, answer.url) == (302, reverse("claim_sent"))
    assert "Cici Lestari" not in client.get(answer.url).content.decode()


def test_second_press_acts_once(sign_in, typed):
    client = sign_in(f.UserFactory())
    for _press in range(2):
        assert client.post(reverse("claim"), typed).url == reverse("claim_sent")
    assert Claim.objects.count() == 1


def test_mistakes_are_said_and_what_was_typed_stays(sign_in, typed):
    client = sign_in(f.UserFactory())
    page = client.post(reverse("claim"), typed | {"identity_number": "123", "unit_number": "A-15-01"}).content.decode()
    assert "A KTP number has 16 digits; you wrote 3." in page
    assert 'value="A-15-01"' in page
    assert not Claim.objects.exists()


@pytest.fixture
def limit_of(settings):
    def _limit_of(**rates):
        settings.LIMITS = settings.LIMITS | {"claim": rates}

    return _limit_of


def test_too_many_tries_are_answered_with_the_time(sign_in, typed, limit_of, time_machine):
    limit_of(person=(1, DAY))
    time_machine.move_to(datetime(2026, 11, 22, 7, 0, 30, tzinfo=UTC), tick=False)
    client = sign_in(f.UserFactory())
    client.post(reverse("claim"), typed)
    answer = client.post(reverse("claim"), typed | {"unit_number": "B"})
    assert (answer.status_code, answer["Retry-After"]) == (429, str(DAY))
    sentence = "You can try again on 23 November 2026 at 14:01 WIB."
    assert sentence in answer.content.decode().replace("\xa0", " ")
    time_machine.shift(DAY)
    assert client.post(reverse("claim"), typed | {"unit_number": "B"}).status_code == 302


def test_tries_from_one_address_are_limited_whoever_claims(client, typed, limit_of):
    limit_of(network=(2, DAY))
    answers = []
    for address in ("203.0.113.7", "203.0.113.7", "203.0.113.7", "203.0.113.8"):
        client.force_login(f.UserFactory())
        answers.append(client.post(reverse("claim"), typed, REMOTE_ADDR=address).status_code)
    assert answers == [302, 302, 429, 302]


def test_what_was_sent_twice_is_not_counted(sign_in, typed, limit_of):
    limit_of(person=(2, DAY))
    client = sign_in(f.UserFactory())
    for _press in range(4):
        assert client.post(reverse("claim"), typed).status_code == 302
    assert client.post(reverse("claim"), typed | {"unit_number": "B"}).status_code == 302


def test_message_goes_to_the_management(sign_in, typed):
    client = sign_in(f.UserFactory())
    client.post(reverse("claim"), typed | {"identity_number": "3172051106920099", "unit_number": "Z-1"})
    claim = Claim.objects.get()
    client.post(reverse("claim_message", args=[claim.number]), {"message": "I have just moved in"})
    claim.refresh_from_db()
    assert (claim.status, claim.message) == ("waiting", "I have just moved in")


def test_empty_message_is_said(sign_in, typed):
    client = sign_in(f.UserFactory())
    client.post(reverse("claim"), typed)
    page = client.post(reverse("claim_message", args=[Claim.objects.get().number]), {"message": ""})
    assert page.status_code == 200
    assert "There is something to correct" in page.content.decode()


def test_message_to_somebody_else_s_claim_is_404(sign_in, typed, cast):
    sign_in(f.UserFactory()).post(reverse("claim"), typed)
    assert (
        sign_in(cast.bob)
        .post(reverse("claim_message", args=[Claim.objects.get().number]), {"message": "?"})
        .status_code
        == 404
    )


def test_message_to_an_answered_claim_is_refused(sign_in, typed):
    client = sign_in(f.UserFactory(email="cici@example.com"))
    client.post(reverse("claim"), typed)
    page = client.post(reverse("claim_message", args=[Claim.objects.get().number]), {"message": "?"}, follow=True)
    assert "This claim is already answered." in page.content.decode()


def test_invitation_is_taken_up_by_a_press_not_by_opening(sign_in, cast):
    entry = f.TenantFactory(management=cast.anggrek, email="dewi@example.com")
    invitations.invite(tenant=entry, by=cast.sam)
    path = re.search(r"http://testserver(/invitation/\S+)", mail.outbox[-1].body).group(1)
    client = sign_in(f.UserFactory(email="dewi@example.com"))
    assert client.get(path).status_code == 200
    entry.subject.refresh_from_db()
    assert entry.subject.holder is None
    assert client.post(path).url == reverse("tenant_home")
    entry.subject.refresh_from_db()
    assert entry.subject.holder.email == "dewi@example.com"


def test_invitation_of_another_is_refused_with_a_sentence(sign_in, cast):
    page = sign_in(cast.bob).post(reverse("invitation", args=["guess"]), follow=True)
    assert "This invitation is no longer valid." in page.content.decode()


def test_home_says_what_to_do_next(sign_in, cast, typed):
    client = sign_in(f.UserFactory())
    assert "Claim your record" in client.get(reverse("tenant_home")).content.decode()
    client.post(reverse("claim"), typed)
    assert "We are checking your claim." in client.get(reverse("tenant_home")).content.decode()
