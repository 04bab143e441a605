"""Agreeing, declining, and being asked again (steps 2 and 5 of the story; clauses 9 and 12)."""

import pytest

from privacy.models import ConsentEvent
from tests.flows import steps

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def documents(cast):
    steps.given_published_documents()


def test_an_answer_is_recorded_with_the_very_text_and_language_shown(cast):
    steps.given_agreed(cast.ann)
    (event,) = steps.then_answers(cast.ann, "given")
    assert (event.language, event.text_hash, event.method) == ("en", event.version.hash_en, "portal")


def test_agreeing_needs_a_tick_under_each_document(cast):
    ann = steps.given_signed_in(cast.ann)
    ann.sends(button=("answer", "agree"), policy="on").reads(
        "Tick the box for Terms and Conditions if you agree, or choose Do not agree."
    )
    assert 'name="policy" ' in ann.html
    assert not ConsentEvent.objects.exists()


def test_a_link_answers_nothing(cast):
    ann = steps.given_signed_in(cast.ann)
    ann.goes_to("/consent/?answer=agree&policy=on&terms=on").is_at("/consent/")
    assert not ConsentEvent.objects.exists()


def test_declining_leaves_a_limited_mode_with_a_way_back(cast):
    ann = steps.given_signed_in(cast.ann)
    steps.when_declining(ann).is_at("/limited/").reads("Your answer is recorded.")
    steps.then_answers(cast.ann, "declined")
    for open_page in ("/privacy.html", "/terms.html", "/my-consents/", "/my-sharing/", "/my-rights/"):
        assert ann.goes_to(open_page).is_at(open_page).status == 200
    for closed in ("/my-data/", "/my-access-log/", "/claim/"):
        ann.goes_to(closed).is_at("/limited/")
    ann.goes_to("/consent/?again=1")
    steps.when_agreeing(ann)
    steps.then_answers(cast.ann, "declined", "given")
    ann.goes_to("/my-data/").reads("Ann Wijaya")


def test_a_declined_person_can_still_sign_out_and_choose_a_language(cast):
    ann = steps.given_signed_in(cast.ann)
    steps.when_declining(ann)
    ann.sends_language("id").is_at("/limited/").reads("Jawaban Anda tercatat.")
    ann.goes_to("/accounts/logout/")
    ann.sends(form="logout")
    ann.goes_to("/limited/").is_at("/accounts/login/")


def test_staff_and_vendor_users_answer_before_they_work(cast):
    steps.given_signed_in(cast.sam).goes_to("/admin/").is_at("/consent/")
    vera = steps.given_signed_in(cast.vera).goes_to("/vendor/").is_at("/consent/")
    steps.when_declining(vera)
    vera.goes_to("/vendor/shared/").is_at("/limited/")


def test_a_material_version_asks_at_the_very_next_request(cast):
    ann, olga, otto = (steps.given_agreed(person) for person in (cast.ann, cast.olga, cast.otto))
    ann.goes_to("/my-data/").is_at("/my-data/")
    version = steps.when_publishing(olga, otto, material=True)
    assert version.is_published
    ann.goes_to("/my-data/").is_at("/consent/").reads("Changed since version 1", "Clause 1 is new", "New text.")
    assert 'name="terms"' not in ann.html  # only what changed is asked
    steps.when_agreeing(ann).is_at("/my-data/")
    steps.then_answers(cast.ann, "given", "given")


def test_an_editorial_version_asks_nobody(cast):
    ann, olga, otto = (steps.given_agreed(person) for person in (cast.ann, cast.olga, cast.otto))
    assert steps.when_publishing(olga, otto, material=False).is_published
    ann.goes_to("/my-data/").is_at("/my-data/")
    ann.goes_to("/privacy.html").reads("New text.")
    ann.goes_to("/privacy/1.html").reads("Text of version 1.")


def test_who_drafted_cannot_publish(cast):
    olga = steps.given_agreed(cast.olga)
    version = steps.when_drafting(olga, material=True)
    olga.goes_to(steps.publish_page(version)).reads("Ask a second person to publish it.")
    olga.posts(steps.publish_page(version), seen=version.drafted_at.isoformat()).reads(
        "Ask a second person to publish it."
    )
    version.refresh_from_db()
    assert not version.is_published


def test_staff_of_a_management_publish_nothing(cast):
    olga, sam = steps.given_agreed(cast.olga), steps.given_agreed(cast.sam)
    version = steps.when_drafting(olga, material=True)
    assert sam.goes_to(steps.publish_page(version)).status == 403
    assert sam.posts(steps.publish_page(version), seen=version.drafted_at.isoformat()).status == 403
    version.refresh_from_db()
    assert not version.is_published


def test_a_draft_is_read_by_nobody(cast):
    olga, ann = steps.given_agreed(cast.olga), steps.given_agreed(cast.ann)
    steps.when_drafting(olga, material=True)
    ann.goes_to("/my-data/").is_at("/my-data/")
    assert ann.goes_to("/privacy/2.html").status == 404


def test_a_page_left_open_while_the_text_changed_records_nothing(cast):
    """Nobody agrees to a text that she has not seen."""
    olga, otto = steps.given_agreed(cast.olga), steps.given_agreed(cast.otto)
    ann = steps.given_signed_in(cast.ann)
    steps.when_publishing(olga, otto, material=True)
    ann.sends(button=("answer", "agree"), policy="on", terms="on").reads(
        "This page was open for too long.", "New text."
    )
    steps.then_answers(cast.ann)
    steps.when_agreeing(ann)
    (event,) = steps.then_answers(cast.ann, "given")
    assert event.version.number == 2


def test_pressing_twice_is_one_answer(cast):
    ann = steps.given_signed_in(cast.ann)
    page = ann.response
    steps.when_agreeing(ann)
    ann.response = page
    ann.sends(button=("answer", "agree"), policy="on", terms="on").reads("We already have this.")
    steps.then_answers(cast.ann, "given")


def test_consent_can_be_withdrawn_and_given_again(cast):
    ann = steps.given_agreed(cast.ann)
    ann.goes_to("/my-consents/policy/withdraw/").sends(form="").is_at("/limited/")
    ann.goes_to("/my-data/").is_at("/limited/")
    steps.then_answers(cast.ann, "given", "withdrawn")
    ann.goes_to("/consent/?again=1")
    steps.when_agreeing(ann)
    ann.goes_to("/my-data/").is_at("/my-data/")


def test_the_english_page_says_that_the_indonesian_text_prevails(cast):
    steps.given_signed_in(cast.ann).goes_to("/privacy.html").reads(
        "Where the English and Indonesian texts differ, the Indonesian text applies."
    )
