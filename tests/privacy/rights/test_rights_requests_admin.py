"""The desk in the admin: the queue, one request in its steps, and requests written down for a tenant."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import get_language

from privacy import access, subjects
from privacy.models import AccessRecord, RightsRequest
from privacy.models.access import AccessReason
from privacy.rights import rights_requests
from privacy.rights.forms.rights_requests import READY
from privacy.rights.models.rights_requests import RightKind
from privacy.scope import Role
from tests import factories as f

LIST = "admin:privacy_rightsrequest_changelist"
ITEM = "admin:privacy_rightsrequest_change"
ADD = "admin:privacy_rightsrequest_add"


@pytest.fixture
def sam(cast, sign_in):
    return sign_in(cast.sam)


@pytest.fixture
def asked(cast):
    return rights_requests.ask(subject=cast.ann_entry.subject, kind="erase", by=cast.ann, details="All of it, please.")


def html(client, name, *args, **query):
    return re.sub(r"\s+", " ", client.get(reverse(name, args=args), query).content.decode())


def send(client, row, step, **data):
    return client.post(reverse(ITEM, args=[row.pk]), {"step": step} | data)


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


# The queue


def test_queue_shows_clock_number_right_and_whose_without_the_words(cast, sam, asked):
    page = html(sam, LIST)
    for shown in ("71 hours left", asked.number, "Erasure", "Ann Wijaya", "A-12-03", "nobody yet"):
        assert shown in page
    assert "All of it, please." not in page
    assert not AccessRecord.objects.exists()


def test_queue_filters_are_links_with_counts(cast, sam, asked):
    late = rights_requests.ask(subject=cast.ann_entry.subject, kind="copy", by=cast.ann)
    RightsRequest.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=3))
    done = rights_requests.ask(subject=cast.ann_entry.subject, kind="move", by=cast.ann)
    rights_requests.cancel(request=done, by=cast.ann)
    rights_requests.assign(request=asked, to=cast.sam, by=cast.sam)
    page = html(sam, LIST)
    for link in ("Waiting (2)", "Mine (1)", "Past the deadline (1)", "Answered (1)", "All (3)"):
        assert link in page
    assert page.index(late.number) < page.index(asked.number)
    mine = html(sam, LIST, queue="mine")
    assert asked.number in mine
    assert late.number not in mine
    assert done.number in html(sam, LIST, queue="answered")


def test_queue_is_ones_own_companys_and_the_dpos_whole(cast, sign_in, asked):
    assert asked.number not in html(sign_in(cast.rita), LIST, queue="all")
    about_account = rights_requests.ask(subject=subjects.get_or_create_for(cast.bob), kind="copy", by=cast.bob)
    page = html(sign_in(cast.olga), LIST)
    assert asked.number in page
    assert about_account.number in page
    assert about_account.number not in html(sign_in(cast.sam), LIST)


def test_the_dashboard_has_a_card(cast, sam, asked):
    page = html(sam, "admin:index")
    assert "Rights requests" in page
    assert "Today 1 request needs an answer" in page


# One request


def test_item_shows_the_words_and_records_the_look(cast, sam, asked):
    page = html(sam, ITEM, asked.pk)
    for shown in ("All of it, please.", "Ann Wijaya", "signed in to the account", "Send the answer"):
        assert shown in page
    record = AccessRecord.objects.get()
    assert (record.subject, record.why, record.reference) == (cast.ann_entry.subject, "rights", asked.number)
    assert "privacy.rightsrequest.details" in record.fields
    assert record.controller_id == cast.anggrek.pk


def test_the_look_reads_well_in_the_tenants_log(cast, sign_in, asked):
    html(sign_in(cast.sam), ITEM, asked.pk)
    page = html(sign_in(cast.ann), "access_log")
    assert f"to answer request {asked.number}." in page


def test_item_shows_the_line_that_is_asked_about(cast, sam):
    (line,) = access.record_access(cast.ann_entry, by=cast.sam, role=Role.STAFF, why=AccessReason.RECORD)
    row = rights_requests.ask(subject=cast.ann_entry.subject, kind="copy", by=cast.ann, line=line)
    assert "Sam, staff of Pengelola Anggrek, looked at your record" in html(sam, ITEM, row.pk)


def test_the_steps_lead_to_a_granted_answer(cast, sam):
    row = rights_requests.record(subject=cast.ann_entry.subject, kind="restrict", channel="letter", by=cast.sam)
    page = html(sam, ITEM, row.pk)
    assert "Send the answer" not in page
    assert "Check the tenant's identity first, and note how." in page
    assert send(sam, row, "identity", how="original").status_code == 302
    membership = cast.sam.memberships.get()
    assert send(sam, row, "assign", to=membership.pk).status_code == 302
    assert "Sam works on it." in html(sam, ITEM, row.pk)
    response = send(sam, row, "answer", decision="grant", ready="grant", answer="From today.")
    assert response["Location"] == reverse(LIST)
    row.refresh_from_db()
    assert row.status == "granted"
    assert row.answer == "The processing of your data is restricted from now on. From today."
    cast.ann_entry.subject.refresh_from_db()
    assert cast.ann_entry.subject.is_restricted
    assert len(mail.outbox) == 1


def test_a_refusal_keeps_its_ground_and_review(cast, sam, asked):
    day = timezone.localdate() + timedelta(days=60)
    send(sam, asked, "answer", decision="refuse", ground="retention", ready="retention", review_on=day.isoformat())
    asked.refresh_from_db()
    assert (asked.status, asked.ground, asked.review_on) == ("refused", "retention", day)
    assert "the law requires us to keep it" in asked.answer
    page = html(sam, ITEM, asked.pk)
    assert "Articles 43 and 44 of UU PDP" in page
    assert "Send the answer" not in page


def test_a_ready_sentence_is_kept_in_the_tenants_language(cast, sam, monkeypatch):
    asked = rights_requests.ask(subject=cast.ann_entry.subject, kind="move", by=cast.ann)
    monkeypatch.setitem(READY, RightKind.MOVE, lazy(lambda: f"Said in {get_language()}.", str)())
    cast.ann.language = "id"
    cast.ann.save()
    send(sam, asked, "answer", decision="grant", ready="grant")
    asked.refresh_from_db()
    assert asked.answer == "Said in id."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Choose whether to grant or to refuse."),
        ({"decision": "grant"}, "Write the answer; the tenant reads it."),
        (
            {"decision": "refuse", "answer": "No."},
            "Choose the ground of the refusal from the list; the law names them.",
        ),
        ({"decision": "refuse", "answer": "No.", "ground": "harm"}, "Select a valid choice"),
        (
            {"decision": "refuse", "answer": "No.", "ground": "legal", "review_on": "2020-01-01"},
            "Choose a day after today for looking at it again.",
        ),
        ({"decision": "grant", "answer": "x" * 2001}, "at most 2000 characters"),
    ],
)
def test_an_answer_with_a_mistake_decides_nothing(sam, asked, data, sentence):
    response = send(sam, asked, "answer", **data)
    assert response.status_code == 200
    assert sentence in text(response)
    asked.refresh_from_db()
    assert asked.is_waiting
    assert not mail.outbox


def test_an_answer_sent_twice_is_said_so(cast, sam):
    asked = rights_requests.ask(subject=cast.ann_entry.subject, kind="move", by=cast.ann)
    send(sam, asked, "answer", decision="grant", answer="Yes.")
    assert "This request is already answered." in text(send(sam, asked, "answer", decision="grant", answer="Again."))
    asked.refresh_from_db()
    assert asked.answer == "Yes."


def test_an_unknown_step_does_nothing(sam, asked):
    assert send(sam, asked, "nonsense", decision="grant", answer="Yes.").status_code == 200
    asked.refresh_from_db()
    assert asked.is_waiting


def test_assigning_offers_colleagues_only(cast, sam, asked):
    foreign = cast.rita.memberships.get()
    page = html(sam, ITEM, asked.pk)
    assert ">Sam<" in page
    assert ">Rita<" not in page
    response = send(sam, asked, "assign", to=foreign.pk)
    assert "Choose a colleague of the company that must answer." in text(response)


def test_ones_own_request_has_no_buttons_but_the_sentence_why(cast, sam):
    mine = f.TenantFactory(management=cast.anggrek, subject__holder=cast.sam)
    row = rights_requests.ask(subject=mine.subject, kind="erase", by=cast.sam)
    page = html(sam, ITEM, row.pk)
    assert "You cannot decide your own request. Ask a colleague to do it." in page
    assert "Send the answer" not in page
    assert "You cannot decide your own request." in text(send(sam, row, "answer", decision="grant", answer="Yes."))
    row.refresh_from_db()
    assert row.is_waiting


def test_the_dpo_looks_on_at_a_managements_request(cast, sign_in, asked):
    olga = sign_in(cast.olga)
    page = html(olga, ITEM, asked.pk)
    assert "Pengelola Anggrek answers this request." in page
    assert "Send the answer" not in page
    assert "Only staff of the management" in text(send(olga, asked, "answer", decision="grant", answer="Yes."))
    asked.refresh_from_db()
    assert asked.is_waiting


def test_the_dpo_answers_what_is_about_an_account(cast, sign_in):
    row = rights_requests.ask(subject=subjects.get_or_create_for(cast.ann), kind="copy", by=cast.ann)
    olga = sign_in(cast.olga)
    assert "ann@example.com" in html(olga, ITEM, row.pk)
    assert send(olga, row, "answer", decision="grant", answer="Here.").status_code == 302
    row.refresh_from_db()
    assert row.status == "granted"


def test_a_foreign_request_is_404_and_the_try_is_recorded(cast, sign_in, asked):
    rita = sign_in(cast.rita)
    assert rita.get(reverse(ITEM, args=[asked.pk])).status_code == 404
    assert send(rita, asked, "answer", decision="grant", answer="Yes.").status_code == 404
    assert AccessRecord.objects.filter(allowed=False, actor__holder=cast.rita).exists()
    asked.refresh_from_db()
    assert asked.is_waiting


# Written down for a tenant


def form(cast, **changed):
    return {
        "tenant": cast.ann_entry.pk,
        "kind": "erase",
        "channel": "letter",
        "received_on": (timezone.localdate() - timedelta(days=1)).isoformat(),
        "details": "Her letter says so.",
        "how": "",
    } | changed


def test_a_letter_is_written_down_with_its_day_of_receipt(cast, sam):
    response = sam.post(reverse(ADD), form(cast))
    row = RightsRequest.objects.get()
    assert response["Location"] == reverse(ITEM, args=[row.pk])
    assert (row.channel, row.recorded_by, row.checked_at) == ("letter", subjects.get_or_create_for(cast.sam), None)
    assert timezone.localtime(row.received_at).hour == 0
    assert row.due_at == row.received_at + timedelta(hours=72)


def test_a_visit_today_runs_from_now(cast, sam):
    sam.post(reverse(ADD), form(cast, channel="visit", how="original", received_on=timezone.localdate().isoformat()))
    row = RightsRequest.objects.get()
    assert timezone.now() - row.received_at < timedelta(minutes=5)
    assert row.how_checked == "original"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"tenant": ""}, "Choose the tenant."),
        ({"kind": ""}, "Choose the right."),
        ({"kind": "nonsense"}, "Choose the right."),
        ({"channel": ""}, "Say whether the request came by letter or by a visit."),
        ({"channel": "online"}, "Say whether the request came by letter or by a visit."),
        ({"received_on": ""}, "Choose a date."),
        ({"received_on": "2099-01-01"}, "Choose a day of receipt that is not in the future."),
    ],
)
def test_a_form_with_a_mistake_records_nothing(cast, sam, changed, sentence):
    response = sam.post(reverse(ADD), form(cast, **changed))
    assert sentence in text(response)
    assert not RightsRequest.objects.exists()


def test_a_tenant_of_another_register_cannot_be_chosen(cast, sam):
    assert "Choose the tenant." in text(sam.post(reverse(ADD), form(cast, tenant=cast.bob_entry.pk)))
    assert not RightsRequest.objects.exists()


def test_the_same_right_is_written_down_once(cast, sam):
    sam.post(reverse(ADD), form(cast))
    assert "We already have this. You need not send it again." in text(sam.post(reverse(ADD), form(cast)))
    assert RightsRequest.objects.count() == 1


@pytest.mark.parametrize("who", ["olga", "otto"])
def test_the_operator_has_no_register_to_write_down_for(cast, sign_in, who):
    client = sign_in(getattr(cast, who))
    assert client.get(reverse(ADD)).status_code == 403
    assert client.post(reverse(ADD), form(cast)).status_code == 403


# A fresh sign-in


def test_erasing_somebody_asks_who_is_there_and_goes_on_with_the_answer(cast, sam, asked, settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    response = send(sam, asked, "answer", decision="grant", answer="Yes.")
    assert response["Location"].startswith("/accounts/reauthenticate/?next=")
    assert "Yes." not in str(sam.session["account_reauthentication_state"])  # it waits sealed
    asked.refresh_from_db()
    assert asked.status == "waiting"
    sam.post(response["Location"], {"password": f.PASSWORD})
    asked.refresh_from_db()
    assert asked.status == "granted"


def test_no_other_answer_asks_who_is_there(cast, sam, settings):
    row = rights_requests.ask(subject=cast.ann_entry.subject, kind="restrict", by=cast.ann)
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    send(sam, row, "answer", decision="grant", answer="Yes.")
    row.refresh_from_db()
    assert row.status == "granted"
