"""The consent page, limited mode, one's own consents, the rights and the hub."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.templatetags.reference_numbers import unbroken
from privacy import access
from privacy.consent import consents
from privacy.models import ConsentEvent, ConsentStatus
from privacy.models.access import AccessReason
from privacy.scope import Role
from tests import factories as f

pytestmark = pytest.mark.django_db
STALE = "This page was open for too long. The text is shown again below; please answer once more."


@pytest.fixture
def policy():
    return f.VersionFactory()


@pytest.fixture
def terms(policy):
    return f.VersionFactory(
        document=f.DocumentFactory(kind="terms", title_ind="Syarat dan Ketentuan", title_en="Terms and Conditions")
    )


@pytest.fixture
def ann(client):
    user = f.UserFactory()
    client.force_login(user)
    return user


def text(response):
    assert response.status_code == 200, response.headers
    return response.content.decode()


def page_of(client, address="/consent/"):
    return re.search(r'name="page" value="([^"]*)"', text(client.get(address)))[1]


def post(client, **data):
    page = data.pop("page", None)
    return client.post("/consent/", {"page": page_of(client, "/consent/?again=1") if page is None else page, **data})


def give_all(user):
    return f.agree(user)


def test_page_shows_whole_texts_unticked_boxes_and_equal_buttons(client, ann, policy, terms):
    f.OperatorFactory()
    page = text(client.get("/consent/"))
    assert "Please read, then answer" in page
    assert "Asked by PT Operator Contoh." in page
    assert "Text of version 1." in page
    assert "I have read and agree to the Privacy Policy, version 1." in page
    assert "I have read and agree to the Terms and Conditions, version 1." in page
    assert not re.search(r"<input[^>]*type=\"checkbox\"[^>]*checked", page)
    buttons = re.findall(r'<button[^>]*class="([^"]*)"[^>]*name="answer"', page)
    assert len(buttons) == 2
    assert len(set(buttons)) == 1
    assert "What changed" not in page


def test_page_links_the_short_answers_to_clauses_that_exist(client, ann, policy):
    page = text(client.get("/consent/"))
    assert "In short" in page
    assert not set(re.findall(r'href="#(policy-clause-\d+)"', page)) - set(
        re.findall(r'id="(policy-clause-\d+)"', page)
    )


def test_page_shows_what_changed_only_to_whom_answered_before(client, ann, policy):
    give_all(ann)
    f.VersionFactory(body_en="## 1. Definitions\n\nText of <b>version</b> two.", summary_en="- Said more clearly")
    page = text(client.get("/consent/"))
    assert "Changed since version 1, which you answered on" in page
    assert "<li>Said more clearly</li>" in page
    assert '<del><span class="visually-hidden">removed: </span>version 1.</del>' in page
    assert '<ins><span class="visually-hidden">added: </span>&lt;b&gt;version&lt;/b&gt; two.</ins>' in page


def test_page_lists_the_summaries_of_all_versions_in_between(client, ann, policy):
    give_all(ann)
    f.VersionFactory(summary_en="- Second change")
    f.VersionFactory(summary_en="- Third change")
    page = text(client.get("/consent/"))
    assert page.index("Third change") < page.index("Second change")


def test_page_shows_and_records_the_language_of_the_account(client, ann, policy):
    ann.language = "id"
    ann.save()
    assert "Teks versi 1." in text(client.get("/consent/"))
    post(client, policy="on", answer="agree")
    event = ConsentEvent.objects.get()
    assert (event.language, event.text_hash) == ("id", policy.hash_id)


def test_page_records_the_language_that_was_shown_even_when_it_changed_since(client, ann, policy):
    page = page_of(client)
    client.post("/language/", {"language": "id", "next": "/"})
    post(client, page=page, policy="on", answer="agree")
    assert ConsentEvent.objects.get().language == "en"


def test_page_says_for_whom_staff_and_vendor_users_answer(cast, client, policy):
    for user, sentence in (
        (cast.sam, "You answer as staff of Pengelola Anggrek."),
        (cast.vera, "You answer as a user of the vendor PT Teknik Andal."),
    ):
        client.force_login(user)
        assert sentence in text(client.get("/consent/"))
        post(client, policy="on", answer="agree")
        assert ConsentStatus.objects.filter(user=user).exists()
    client.force_login(cast.ann)
    assert "You answer as" not in text(client.get("/consent/"))


def test_agreeing_leads_on_with_a_receipt(client, ann, policy, terms):
    response = post(client, policy="on", terms="on", answer="agree", next="/my-privacy/")
    assert response["Location"] == "/my-privacy/"
    numbers = ", ".join(map(unbroken, ConsentEvent.objects.order_by("sequence").values_list("number", flat=True)))
    assert f"Your receipts: {numbers}." in text(client.get("/my-privacy/"))


@pytest.mark.parametrize("ticked", [{}, {"terms": "on"}])
def test_agreeing_without_a_box_is_refused_and_ticks_stay(client, ann, policy, terms, ticked):
    page = text(post(client, **ticked, answer="agree"))
    assert "Tick the box for Privacy Policy if you agree, or choose Do not agree." in page
    assert 'href="#id_policy"' in page
    assert bool(re.search(r'id="id_terms"[^>]*checked|checked[^>]*id="id_terms"', page)) == bool(ticked)
    assert not ConsentEvent.objects.exists()


def test_a_post_without_an_answer_is_refused(client, ann, policy):
    assert "Choose one of the two answers." in text(post(client, policy="on"))
    assert "Choose one of the two answers." in text(post(client, policy="on", answer="maybe"))
    assert not ConsentEvent.objects.exists()


def test_declining_is_recorded_and_leads_to_limited_mode(client, ann, policy, terms):
    assert post(client, policy="on", answer="decline")["Location"] == "/limited/"
    assert set(ConsentEvent.objects.values_list("decision", flat=True)) == {"declined"}
    assert client.get("/home/", follow=True).redirect_chain[-1][0] == "/limited/"
    page = text(client.get("/limited/"))
    assert "What still works" in page
    assert 'href="/consent/?again=1"' in page


def test_limited_mode_has_a_way_back(client, ann, policy):
    post(client, answer="decline")
    post(client, policy="on", answer="agree")
    assert client.get("/limited/")["Location"] == "/"
    assert text(client.get("/my-privacy/"))


def test_limited_mode_is_not_for_whom_never_answered(client, ann, policy):
    assert client.get("/limited/")["Location"] == "/consent/"


def test_a_double_press_is_one_event(client, ann, policy):
    page = page_of(client)
    for _press in range(2):
        assert post(client, page=page, policy="on", answer="agree", next="/my-rights/")["Location"] == "/my-rights/"
    assert ConsentEvent.objects.count() == 1
    assert "We already have this." in text(client.get("/my-rights/"))


def test_a_double_press_on_decline_is_one_event(client, ann, policy):
    page = page_of(client)
    for _press in range(2):
        assert post(client, page=page, answer="decline")["Location"] == "/limited/"
    assert ConsentEvent.objects.count() == 1


def test_an_older_page_is_refused_and_the_text_shown_again(client, ann, policy):
    page = page_of(client)
    f.VersionFactory()
    shown = text(post(client, page=page, policy="on", answer="agree"))
    assert STALE in shown
    assert "version 2." in shown
    assert "checked" not in shown
    assert not ConsentEvent.objects.exists()


def test_a_version_published_between_page_and_record_is_refused(client, ann, policy, monkeypatch):
    page = page_of(client)
    give = consents.give

    def late(**arguments):
        f.VersionFactory()
        return give(**arguments)

    monkeypatch.setattr(consents, "give", late)
    assert STALE in text(post(client, page=page, policy="on", answer="agree"))
    assert not ConsentEvent.objects.exists()


def test_a_page_left_open_for_longer_than_a_session_is_refused(client, ann, policy):
    page = page_of(client)
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE + 60)):
        client.force_login(ann)
        assert STALE in text(post(client, page=page, policy="on", answer="agree"))
    assert not ConsentEvent.objects.exists()


def test_a_page_of_somebody_else_or_of_nobody_is_refused(client, ann, policy):
    for page in (f.shown(f.UserFactory()), "made-up", ""):
        assert STALE in text(post(client, page=page, policy="on", answer="agree"))
    assert not ConsentEvent.objects.exists()
    assert post(client, page=f.shown(ann), policy="on", answer="agree").status_code == 302


@pytest.mark.parametrize(
    "wanted",
    [
        "///evil.example",
        "//evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "\\\\evil",
        "evil",
        "http://testserver/x",
    ],
)
def test_next_stays_within_the_site(client, ann, policy, wanted):
    assert 'name="next" value="/"' in text(client.get("/consent/", {"next": wanted}))
    assert post(client, policy="on", answer="agree", next=wanted)["Location"] == "/"
    assert client.get("/consent/", {"next": wanted})["Location"] == "/"


def test_next_is_kept_through_an_error(client, ann, policy):
    assert 'name="next" value="/my-data/"' in text(post(client, answer="agree", next="/my-data/"))


def test_get_changes_nothing(client, ann, policy):
    for page in (
        "/consent/?answer=agree&policy=on",
        "/my-consents/policy/withdraw/",
        "/limited/",
        "/my-consents/",
        "/my-rights/",
    ):
        client.get(page)
    give_all(ann)
    client.get("/my-consents/policy/withdraw/")
    assert ConsentEvent.objects.count() == 1
    assert ConsentStatus.objects.filter(user=ann).exists()


def test_post_needs_the_csrf_token(ann, policy):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    assert client.post("/consent/", {"answer": "decline"}).status_code == 403


def test_consent_pages_need_an_account(client, policy):
    for page in (
        "/consent/",
        "/limited/",
        "/my-consents/",
        "/my-rights/",
        "/my-privacy/",
        "/my-consents/policy/withdraw/",
    ):
        assert client.get(page)["Location"].startswith("/accounts/login/")


def test_own_consents_show_answers_with_receipts_and_nobody_elses(client, ann, policy, terms):
    mine = give_all(ann)
    (other, _terms) = give_all(f.UserFactory())
    page = text(client.get("/my-consents/"))
    assert all(event.number in page for event in mine)
    assert other.number not in page
    assert "You agree, version 1" in page
    assert "/my-consents/policy/withdraw/" in page


def test_own_consents_say_what_waits_and_when_nothing_was_answered(client, ann, policy):
    page = text(client.get("/my-consents/"))
    assert "Waiting for your answer" in page
    assert "You have not answered anything yet." in page


def test_own_consents_come_in_pages(client, ann, policy):
    for _count in range(51):
        give_all(ann)
        consents.withdraw(by=ann, document=policy.document, language="en")
    assert "Page 1 of 3" in text(client.get("/my-consents/"))
    assert "Page 3 of 3" in text(client.get("/my-consents/?page=99"))


def test_withdrawing_says_what_it_leads_to_then_leads_there(client, ann, policy):
    give_all(ann)
    assert "limited mode" in text(client.get("/my-consents/policy/withdraw/"))
    assert client.post("/my-consents/policy/withdraw/")["Location"] == "/limited/"
    assert ConsentEvent.objects.filter(decision="withdrawn").count() == 1
    assert "Your receipt:" in text(client.get("/limited/"))


def test_withdrawing_twice_or_what_was_never_given_is_refused(client, ann, policy):
    for kind in ("policy", "terms", "nothing"):
        assert client.post(f"/my-consents/{kind}/withdraw/")["Location"] == "/my-consents/"
        assert "You have no agreement to this document at present." in text(client.get("/my-consents/"))
        assert client.get(f"/my-consents/{kind}/withdraw/").status_code == 404
    assert not ConsentEvent.objects.exists()


def test_rights_name_eight_rights_and_how_to_ask_now(client, ann):
    f.OperatorFactory()
    page = text(client.get("/my-rights/"))
    assert page.count(" of UU PDP</p>") == 8
    assert 'href="/my-data/"' in page
    assert "mailto:dpo@operator.example" in page
    assert "<form" not in page.split("<main")[1].split("</main>")[0]


def test_rights_in_limited_mode_offer_no_closed_page(client, ann, policy):
    f.OperatorFactory(dpo_email="")
    page = text(client.get("/my-rights/")).split("<main")[1]
    assert 'href="/my-data/"' not in page
    assert 'href="/my-rights/ask/erase/"' in page


def test_rights_without_an_operator_point_to_the_management(client, ann):
    assert "write to your building management" in text(client.get("/my-rights/"))


def test_hub_counts_what_is_there(cast, grant, sign_in):
    f.VersionFactory()
    client = sign_in(cast.ann)
    give_all(cast.ann)
    f.SharingRequestFactory(subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose)
    page = text(client.get("/my-privacy/"))
    assert "1 permission is active." in page
    assert "1 request waits for your answer" in page
    assert "Nobody has looked at your data yet." in page
    assert "Privacy Policy, version 1" in page
    assert 'href="/my-sharing/"' in page
    assert 'href="/my-access-log/"' in page


def test_hub_of_a_newcomer_is_calm(client, ann):
    page = text(client.get("/my-privacy/"))
    assert "You share your data with no vendor." in page
    assert "You have not been asked to agree to anything yet." in page


def test_hub_of_somebody_else_counts_nothing_of_hers(cast, grant, sign_in):
    f.SharingRequestFactory(subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose)
    access.record_access(cast.ann_entry, by=cast.sam, role=Role.STAFF, why=AccessReason.RECORD)
    assert "Last look: " in text(sign_in(cast.ann).get("/my-privacy/"))
    page = text(sign_in(cast.bob).get("/my-privacy/"))
    assert "You share your data with no vendor." in page
    assert "waits for your answer" not in page
    assert "Nobody has looked at your data yet." in page
