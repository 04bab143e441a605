"""The tenant's pages about sharing: what stands on them, and that each act works once and only for its owner."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from privacy.models import AccessRecord, SharingGrant
from privacy.sharing import grants
from tests import factories as f

NAME, PHONE, UNIT = "tenants.tenant.name", "tenants.tenant.phone", "tenants.occupancy.unit"


def days(n):
    return timezone.localdate() + timedelta(days=n)


@pytest.fixture
def asked(cast):
    return f.SharingRequestFactory(
        subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose, asked_for=cast.anggrek
    )


def text(response):
    return response.content.decode()


def answer(client, asked, **data):
    return client.post(
        reverse("sharing_request", args=[asked.number]),
        {"answer": "give", "until": days(7).isoformat(), **data},
        follow=True,
    )


# The list


def test_sharing_says_what_will_appear_when_there_is_nothing(cast, sign_in):
    page = text(sign_in(cast.ann).get("/my-sharing/"))
    assert "You share your data with no vendor" in page
    assert "Waiting for your answer" not in page


def test_sharing_puts_waiting_requests_first_and_closes_what_is_over(cast, sign_in, asked, grant):
    ended = f.GrantFactory(
        subject=grant.subject,
        agreement=cast.agreement,
        purpose=cast.purpose,
        starts_at=timezone.now() - timedelta(days=9),
        ends_at=timezone.now() - timedelta(days=2),
    )
    withdrawn = f.GrantFactory(
        subject=grant.subject, agreement=cast.agreement, purpose=cast.purpose, withdrawn_at=timezone.now()
    )
    page = text(sign_in(cast.ann).get("/my-sharing/"))
    order = [
        page.index(words) for words in (asked.number, grant.number, "<details>\n      <summary>", withdrawn.number)
    ]
    assert order == sorted(order)
    assert "Ended by its date" in page[page.index(f'id="{ended.number}"') :]
    assert "Withdrawn on" in page[page.index(f'id="{withdrawn.number}"') : page.index(f'id="{ended.number}"')]
    assert "2 permissions that are over" in page


def test_sharing_lists_ones_own_only(cast, sign_in, asked, grant):
    page = text(sign_in(cast.bob).get("/my-sharing/"))
    assert "You share your data with no vendor" in page
    assert asked.number not in page
    assert grant.number not in page


def test_sharing_shows_days_fields_and_the_last_look(cast, sign_in, grant):
    grants.open_shared(number=grant.number, by=cast.vera)
    page = text(sign_in(cast.ann).get("/my-sharing/"))
    for words in ("PT Teknik Andal", "Repairs in the unit", "Phone number", "30 more days", "Last look: Today at"):
        assert words in page


def test_sharing_asks_the_same_queries_for_many_permissions(cast, sign_in, django_assert_num_queries, grant):
    def more(count):
        for ended in ({}, {"withdrawn_at": timezone.now()}):
            f.GrantFactory.create_batch(
                count, subject=grant.subject, agreement=cast.agreement, purpose=cast.purpose, **ended
            )

    client = sign_in(cast.ann)
    more(3)
    client.get("/my-sharing/")
    with CaptureQueriesContext(connection) as few:
        client.get("/my-sharing/")
    more(10)
    with django_assert_num_queries(len(few)):
        client.get("/my-sharing/")


def test_sharing_shows_a_suspended_agreement_as_closed_for_now(cast, sign_in, grant):
    cast.agreement.status = "suspended"
    cast.agreement.save()
    assert "Closed for now" in text(sign_in(cast.ann).get("/my-sharing/"))


# A request


def test_request_shows_who_why_where_and_a_preview_with_own_values(cast, sign_in, asked):
    page = text(sign_in(cast.ann).get(reverse("sharing_request", args=[asked.number])))
    for words in (
        "PT Teknik Andal",
        "Leaking pipe",
        cast.agreement.number,
        "Indonesia",
        "This is what PT Teknik Andal will see",
        "Ann Wijaya",
        "+62 812-3456-7890",
    ):
        assert words in page
    assert 'type="checkbox"' in page
    assert "checked" not in page
    assert page.count('class="btn btn-outline-primary" name="answer"') == 2


def test_request_previews_what_the_vendor_then_sees(cast, sign_in, asked):
    client = sign_in(cast.ann)
    previewed = client.get(reverse("sharing_request", args=[asked.number])).context["preview"]
    answer(client, asked, fields=[NAME, PHONE, UNIT])
    shown = grants.open_shared(number=SharingGrant.objects.get().number, by=cast.vera)
    assert previewed == shown.lines


def test_request_gives_only_what_is_ticked(cast, sign_in, asked):
    page = text(answer(sign_in(cast.ann), asked, fields=[NAME]))
    grant = SharingGrant.objects.get()
    assert (grant.fields, grant.ends_on) == ([NAME], days(7))
    assert "You gave this permission." in page


def test_request_with_nothing_ticked_says_what_to_do_and_keeps_the_date(cast, sign_in, asked):
    page = text(answer(sign_in(cast.ann), asked))
    assert page.count("Choose the data you share, or choose Do not give.") == 2  # summary and field
    assert f'value="{days(7).isoformat()}"' in page
    assert not SharingGrant.objects.exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"fields": [NAME], "until": ""}, "Choose a date."),
        ({"fields": [NAME], "until": "31-02-2026"}, "Write a real date"),
        ({"fields": [NAME], "until": 15}, "Choose an end date no later than"),
        ({"fields": [NAME], "until": -1}, "not in the past"),
        ({"fields": ["tenants.tenant.email"]}, "Choose each kind of data once"),
    ],
)
def test_request_refuses_with_a_sentence(cast, sign_in, asked, data, sentence):
    if isinstance(data.get("until"), int):
        data = {**data, "until": days(data["until"]).isoformat()}
    assert sentence in text(answer(sign_in(cast.ann), asked, **data))
    assert not SharingGrant.objects.exists()


def test_request_declined_needs_no_boxes_and_no_reason(cast, sign_in, asked):
    response = sign_in(cast.ann).post(
        reverse("sharing_request", args=[asked.number]), {"answer": "decline"}, follow=True
    )
    assert "You did not give this permission. Nothing was shared." in text(response)
    asked.refresh_from_db()
    assert asked.status == "declined"


def test_request_answered_twice_acts_once(cast, sign_in, asked):
    client = sign_in(cast.ann)
    answer(client, asked, fields=[NAME])
    page = text(answer(client, asked, fields=[NAME, PHONE]))
    assert "already answered" in page
    assert SharingGrant.objects.get().fields == [NAME]
    back = text(client.get(reverse("sharing_request", args=[asked.number])))
    assert "See permission" in back
    assert 'name="answer"' not in back


def test_request_under_an_agreement_that_ended_cannot_be_given(cast, sign_in, asked):
    cast.agreement.status = "ended"
    cast.agreement.save()
    client = sign_in(cast.ann)
    page = text(client.get(reverse("sharing_request", args=[asked.number])))
    assert "This agreement is not in force. Nothing was shared." in page
    assert 'value="give"' not in page
    assert 'value="decline"' in page
    answer(client, asked, fields=[NAME])
    assert not SharingGrant.objects.exists()


@pytest.mark.parametrize(
    ("status", "words"), [("declined", "Nothing was shared"), ("cancelled", "took this request back")]
)
def test_request_that_is_over_says_so(cast, sign_in, asked, status, words):
    asked.status, asked.settled_at = status, timezone.now()
    asked.save()
    assert words in text(sign_in(cast.ann).get(reverse("sharing_request", args=[asked.number])))


# One permission


def test_grant_tells_its_story(cast, sign_in, grant):
    grants.open_shared(number=grant.number, by=cast.vera)
    page = text(sign_in(cast.ann).get(reverse("grant", args=[grant.number])))
    assert (
        "Vera from PT Teknik Andal looked at your name, phone number and unit for the job “Repairs in the unit”."
        in page
    )
    for words in ("Withdraw permission", "Share less", cast.agreement.number, "Where the data is stored"):
        assert words in page


def test_withdraw_asks_once_then_says_it_took_effect(cast, sign_in, grant):
    client = sign_in(cast.ann)
    before = text(client.get(reverse("grant_withdraw", args=[grant.number])))
    assert "From now on PT Teknik Andal cannot see this data." in before
    assert "<textarea" not in before
    assert SharingGrant.objects.current().exists()
    after = client.post(reverse("grant_withdraw", args=[grant.number]), follow=True)
    assert after.redirect_chain[-1][0] == f"/my-sharing/?done={grant.number}#{grant.number}"
    card = text(after)[text(after).index(f'id="{grant.number}"') :]
    assert "It took effect at once." in card
    assert "<details" not in text(after)[: text(after).index(f'id="{grant.number}"')].split("<main")[1]
    assert not SharingGrant.objects.current().exists()


def test_withdraw_twice_is_once(cast, sign_in, grant):
    client = sign_in(cast.ann)
    client.post(reverse("grant_withdraw", args=[grant.number]))
    first = SharingGrant.objects.get().withdrawn_at
    client.post(reverse("grant_withdraw", args=[grant.number]))
    assert SharingGrant.objects.get().withdrawn_at == first
    assert grant.events.count() == 1
    assert client.get(reverse("grant_withdraw", args=[grant.number])).status_code == 302


def test_withdraw_of_an_ended_permission_explains(cast, sign_in, grant):
    SharingGrant.objects.update(ends_at=timezone.now() - timedelta(hours=1))
    page = sign_in(cast.ann).post(reverse("grant_withdraw", args=[grant.number]), follow=True)
    assert "already ended" in text(page)


def test_narrow_keeps_what_is_ticked(cast, sign_in, grant):
    client = sign_in(cast.ann)
    page = text(client.get(reverse("grant_narrow", args=[grant.number])))
    assert page.count(" checked") == 3
    response = client.post(
        reverse("grant_narrow", args=[grant.number]), {"fields": [NAME], "until": days(3).isoformat()}, follow=True
    )
    narrower = SharingGrant.objects.get(narrowed_from=grant)
    assert response.redirect_chain[-1][0] == reverse("grant", args=[narrower.number])
    again = client.post(
        reverse("grant_narrow", args=[grant.number]), {"fields": [NAME], "until": days(3).isoformat()}, follow=True
    )
    assert "nothing left to narrow" in text(again)
    assert SharingGrant.objects.count() == 2
    assert client.get(reverse("grant_narrow", args=[grant.number])).status_code == 302
    assert f"See {narrower.number}" in text(client.get(reverse("grant", args=[grant.number])))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"fields": []}, "Keep at least one box"),
        ({"fields": [NAME, PHONE, UNIT], "until": 30}, "Nothing would change"),
        ({"fields": [NAME], "until": 99}, "A narrower permission"),
    ],
)
def test_narrow_refuses_with_a_sentence(cast, sign_in, grant, data, sentence):
    until = grant.ends_on if data.get("until", 30) == 30 else days(99)
    response = sign_in(cast.ann).post(reverse("grant_narrow", args=[grant.number]), data | {"until": until.isoformat()})
    assert sentence in text(response)
    assert SharingGrant.objects.count() == 1


# Other people


@pytest.mark.parametrize("name", ["grant", "grant_withdraw", "grant_narrow"])
def test_other_peoples_permissions_are_not_there_and_the_try_is_recorded(cast, sign_in, grant, name):
    for who in (cast.bob, cast.vera, cast.sam, cast.otto):
        client = sign_in(who)
        assert client.get(reverse(name, args=[grant.number])).status_code == 404
        assert client.post(reverse(name, args=[grant.number])).status_code in (404, 405)
        assert client.get(reverse(name, args=["IB-2026-9999"])).status_code == 404
    grant.refresh_from_db()
    assert grant.withdrawn_at is None
    records = AccessRecord.objects.filter(subject=grant.subject)
    assert records.count() >= 4
    assert set(records.values_list("allowed", "reason")) == {(False, "not_yours")}


def test_other_peoples_requests_are_not_there(cast, sign_in, asked):
    for who in (cast.bob, cast.vera, cast.sam):
        client = sign_in(who)
        assert client.get(reverse("sharing_request", args=[asked.number])).status_code == 404
        assert answer(client, asked, fields=[NAME]).status_code == 404
    assert not SharingGrant.objects.exists()


def test_get_changes_nothing(cast, sign_in, asked, grant):
    client = sign_in(cast.ann)
    for url in (
        "/my-sharing/",
        f"/my-sharing/requests/{asked.number}/?answer=give&fields=tenants.tenant.name",
        f"/my-sharing/{grant.number}/withdraw/",
    ):
        client.get(url)
    asked.refresh_from_db()
    grant.refresh_from_db()
    assert (asked.status, grant.withdrawn_at) == ("waiting", None)
