"""The portal's side of the rights desk: asking, one's own requests with their clocks, and cancelling."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.templatetags.reference_numbers import unbroken
from privacy import access, subjects
from privacy.models import AccessRecord, Party, RightsRequest
from privacy.models.access import AccessReason
from privacy.rights import rights_requests
from privacy.rights.views.rights import RIGHT_OF
from privacy.scope import Role
from tests import factories as f


@pytest.fixture
def ann(cast, sign_in):
    return sign_in(cast.ann)


@pytest.fixture
def asked(cast):
    return rights_requests.ask(
        subject=cast.ann_entry.subject, kind="restrict", by=cast.ann, details="My complaint runs."
    )


@pytest.fixture
def line(cast):
    return access.record_access(cast.ann_entry, by=cast.sam, role=Role.STAFF, why=AccessReason.RECORD)[0]


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def ask_page(kind="erase"):
    return reverse("rights_ask", args=[kind])


def item(row):
    return reverse("rights_request", args=[row.number])


# The eight rights


def test_the_rights_page_has_a_way_to_ask_for_each_that_no_page_does(ann):
    page = text(ann.get(reverse("rights")))
    for kind in ("copy", "erase", "automated", "restrict", "compensation", "move"):
        assert ask_page(kind) in page
    for kind in ("correct", "withdraw", "lift"):
        assert ask_page(kind) not in page
    assert "Your requests" not in page


def test_in_limited_mode_a_change_is_asked_for_here(cast, ann):
    f.VersionFactory()
    f.decline(cast.ann)
    page = text(ann.get(reverse("rights")))
    assert ask_page("correct") in page
    assert reverse("my_data") not in page


def test_own_requests_stand_on_top_with_their_clocks(ann, asked):
    page = text(ann.get(reverse("rights")))
    assert page.index(asked.number) < page.index("I want my data erased")
    assert "We answer no later than" in page
    assert "In review" in page


def test_others_requests_are_not_there(cast, sign_in, asked):
    assert asked.number not in text(sign_in(cast.bob).get(reverse("rights")))


def test_the_hub_counts_what_is_in_review(ann, asked):
    assert "1 request in review" in text(ann.get(reverse("hub")))


# Asking


@pytest.mark.parametrize("kind", RIGHT_OF)
def test_every_right_has_its_question(ann, kind):
    page = text(ann.get(ask_page(kind)))
    assert str(RIGHT_OF[kind].wish) in page.replace("&#x27;", "'")
    assert str(RIGHT_OF[kind].article) in page


@pytest.mark.parametrize("kind", ["recover", "nonsense"])
def test_what_is_no_right_of_the_portal_is_404(ann, kind):
    assert ann.get(ask_page(kind)).status_code == 404
    assert ann.post(ask_page(kind), {"details": "x"}).status_code == 404


def test_asking_leads_to_the_request_with_number_and_deadline(cast, ann):
    data = {"about": str(cast.ann_entry.subject_id), "details": "All of it."}
    response = ann.post(ask_page(), data, follow=True)
    row = RightsRequest.objects.get()
    assert response.redirect_chain == [(item(row), 302)]
    assert f"We have received your request {unbroken(row.number)}. We answer no later than" in text(response)
    assert (row.kind, row.details, row.controller_id, row.how_checked) == (
        "erase", "All of it.", cast.anggrek.pk, "signed_in",
    )  # fmt: skip


def test_asking_the_operator_about_the_account(cast, ann):
    ann.post(ask_page(), {"about": str(subjects.get_or_create_for(cast.ann).pk)})
    assert RightsRequest.objects.get().controller_id == cast.operator.pk


def test_asking_about_somebody_elses_record_is_refused(cast, ann):
    response = ann.post(ask_page(), {"about": str(cast.bob_entry.subject_id)})
    assert response.status_code == 200
    assert response.context["form"].errors["about"]
    assert not RightsRequest.objects.exists()


def test_what_nobody_could_answer_needs_words(cast, ann):
    response = ann.post(ask_page("restrict"), {"about": str(cast.ann_entry.subject_id)})
    assert "Write what it is about, in a sentence or two." in text(response)
    assert not RightsRequest.objects.exists()


def test_asking_twice_leads_to_what_is_there(cast, ann, asked):
    response = ann.post(
        ask_page("restrict"), {"about": str(cast.ann_entry.subject_id), "details": "Again."}, follow=True
    )
    assert response.redirect_chain == [(reverse("rights"), 302)]
    assert "We already have this. You need not send it again." in text(response)
    assert RightsRequest.objects.count() == 1


def test_a_refusal_is_said_on_the_page(cast, ann):
    response = ann.post(ask_page("lift"), {"about": str(cast.ann_entry.subject_id)})
    assert "The processing of this data is not restricted." in text(response)


def test_who_has_declined_or_holds_no_record_may_ask_all_the_same(cast, sign_in):
    f.VersionFactory()
    newcomer = f.UserFactory()
    f.decline(newcomer)
    client = sign_in(newcomer)
    assert client.get(ask_page()).status_code == 200
    assert client.post(ask_page(), {}).status_code == 302
    assert RightsRequest.objects.get().controller_id == cast.operator.pk


def test_where_nobody_answers_it_is_asked_in_writing(cast, sign_in):
    Party.objects.filter(pk=cast.operator.pk).update(kind="vendor")
    client = sign_in(f.UserFactory())
    assert "Ask in writing:" in text(client.get(ask_page()))
    assert client.post(ask_page(), {}).status_code == 200
    assert not RightsRequest.objects.exists()


# A line of the access log


def test_each_line_of_the_log_asks_about_itself(cast, ann, line):
    page = text(ann.get(reverse("access_log")))
    assert f"{ask_page('copy')}?line={line.pk}" in page


def test_ones_own_looks_raise_no_question(cast, ann):
    access.record_access(cast.ann_entry, by=cast.ann, role=Role.TENANT, why=AccessReason.OWN, action="revealed")
    assert ask_page("copy") not in text(ann.get(reverse("access_log")))


def test_the_line_is_kept_through_to_the_request(cast, ann, line):
    page = text(ann.get(ask_page("copy"), {"line": line.pk}))
    assert "Sam, staff of Pengelola Anggrek, looked at your record" in page
    assert f'name="line" value="{line.pk}"' in page
    ann.post(ask_page("copy"), {"line": line.pk, "details": "Why?"})
    row = RightsRequest.objects.get()
    assert row.line == line
    assert row.subject == cast.ann_entry.subject
    assert "Sam, staff of Pengelola Anggrek, looked at your record" in text(ann.get(item(row)))


def test_somebody_elses_line_is_unknown(cast, sign_in, line):
    bob = sign_in(cast.bob)
    for named in (line.pk, "nonsense"):
        assert bob.get(ask_page("copy"), {"line": named}).status_code == 404
        assert bob.post(ask_page("copy"), {"line": named}).status_code == 404
    assert not RightsRequest.objects.exists()


# One request


def test_a_request_shows_where_it_stands(cast, ann, asked):
    page = text(ann.get(item(asked)))
    for shown in (asked.number, "We answer no later than", "My complaint runs.", "Received", "kantor@anggrek.example"):
        assert shown in page
    assert "The answer" not in page
    assert not AccessRecord.objects.exists()


def test_an_answer_is_shown_with_ground_review_and_whom_to_write_to(cast, ann, asked):
    day = timezone.localdate() + timedelta(days=30)
    rights_requests.refuse(request=asked, ground="legal", answer="A case runs.", review_on=day, by=cast.sam)
    page = text(ann.get(item(asked)))
    for shown in ("A case runs.", "Article 44 of UU PDP", "We look at it again on", "dpo@operator.example", "by Sam"):
        assert shown in page.replace("Decided by", "by")
    assert "Cancel this request" not in page


def test_cancelling_takes_it_back_once(cast, ann, asked):
    page = text(ann.post(item(asked), follow=True))
    assert "Your request is cancelled. What you had written is removed." in page
    assert "My complaint runs." not in page
    assert "This request is already answered." in text(ann.post(item(asked), follow=True))
    asked.refresh_from_db()
    assert asked.status == "withdrawn"


@pytest.mark.parametrize("who", ["bob", "vera", "sam", "olga", "otto"])
def test_a_request_is_nobody_elses_here(cast, sign_in, asked, who):
    client = sign_in(getattr(cast, who))
    assert client.get(item(asked)).status_code == 404
    assert client.post(item(asked)).status_code == 404
    asked.refresh_from_db()
    assert asked.is_waiting
    assert AccessRecord.objects.filter(allowed=False, actor__holder=getattr(cast, who)).count() == 2
