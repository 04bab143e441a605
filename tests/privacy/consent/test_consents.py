"""Agreeing, declining, withdrawing: once each, with the very text and language shown."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from privacy import integrity
from privacy.consent import consents
from privacy.errors import Refused
from privacy.models import ConsentEvent, ConsentStatus, ControllerNotice, Presentation
from privacy.subjects import get_or_create_for
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return f.UserFactory()


def terms(**fields):
    return f.VersionFactory(
        document=f.DocumentFactory(kind="terms", title_ind="Syarat dan Ketentuan", title_en="Terms and Conditions"),
        **fields,
    )


def asked(user):
    return [question.version for question in consents.questions(user)]


def give(user, language="en"):
    return f.agree(user, language)


def decline(user):
    return f.decline(user, "id")


def refused(code, verb, **arguments):
    with pytest.raises(Refused) as caught:
        verb(**arguments)
    assert caught.value.code == code


def test_give_records_version_text_language_and_standing(ann):
    version = f.VersionFactory()
    (event,) = give(ann, language="id")
    assert (event.subject, event.version, event.decision, event.language) == (
        get_or_create_for(ann),
        version,
        "given",
        "id",
    )
    assert event.text_hash == version.hash_id
    assert event.number.startswith("TT-")
    assert ConsentStatus.objects.get(user=ann).number == 1
    assert consents.questions(ann) == []


def test_give_asks_each_document_by_itself(ann):
    policy, other = f.VersionFactory(), terms()
    assert asked(ann) == [policy, other]
    assert len(give(ann)) == 2


def test_give_twice_is_one_event(ann):
    f.VersionFactory()
    token = f.shown(ann)
    assert len(consents.give(by=ann, token=token)) == 1
    refused("twice", consents.give, by=ann, token=token)
    refused("twice", consents.decline, by=ann, token=token)
    assert ConsentEvent.objects.count() == 1


def test_two_pages_answered_one_after_the_other_are_one_event(ann):
    f.VersionFactory()
    first, second = f.shown(ann), f.shown(ann)
    consents.give(by=ann, token=first)
    refused("stale", consents.give, by=ann, token=second)
    assert ConsentEvent.objects.count() == 1


def test_give_refuses_other_versions_than_those_asked(ann):
    old = f.VersionFactory()
    token = f.shown(ann)
    f.VersionFactory()
    refused("stale", consents.give, by=ann, token=token)
    refused("stale", consents.decline, by=ann, token=token)
    refused("stale", consents.give, by=ann, token=f.shown(ann, versions=[old]))
    versions = asked(ann)
    terms()
    refused("stale", consents.give, by=ann, token=f.shown(ann, versions=versions))
    assert not ConsentEvent.objects.exists()


@pytest.mark.parametrize("verb", [consents.give, consents.decline, consents.choose])
def test_a_foreign_an_unknown_and_an_old_page_write_nothing(ann, verb):
    f.VersionFactory()
    refused("stale", verb, by=ann, token=f.shown(f.UserFactory()))
    refused("stale", verb, by=ann, token="unknown")
    token = f.shown(ann)
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE + 1)):
        refused("stale", verb, by=ann, token=token)
    assert not ConsentEvent.objects.exists()


def test_an_answer_names_its_page_and_the_language_shown(ann):
    f.VersionFactory()
    token = f.shown(ann, "id")
    (event,) = consents.give(by=ann, token=token)
    assert event.presentation.shown == {
        "documents": [[event.version_id, event.version.hash_id]],
        "purposes": [],
        "notice": ControllerNotice.objects.get().pk.hex,
    }
    assert event.shown_hash == integrity.sha256_of(event.presentation.shown)
    assert token not in str(vars(event.presentation))


def test_unanswered_pages_are_cleared_away_once_they_are_too_old(ann):
    f.VersionFactory()
    consents.give(by=ann, token=f.shown(ann))
    f.shown(ann, versions=[])
    consents.delete_unanswered()
    assert Presentation.objects.count() == 2
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE + 1)):
        consents.delete_unanswered()
    assert Presentation.objects.get().events.count() == 1


def test_decline_is_recorded_once_and_may_be_answered_again(ann):
    f.VersionFactory()
    assert decline(ann)[0].decision == "declined"
    assert decline(ann) == []
    (question,) = consents.questions(ann)
    assert question.declined
    give(ann)
    assert consents.questions(ann) == []
    assert ConsentEvent.objects.count() == 2


def test_decline_ends_the_agreement_to_an_earlier_version(ann):
    version = f.VersionFactory()
    give(ann)
    f.VersionFactory()
    decline(ann)
    assert not ConsentStatus.objects.filter(user=ann).exists()
    refused("no_consent", consents.withdraw, by=ann, document=version.document, language="en")


def test_decline_touches_no_other_document_and_nobody_else(ann):
    policy, bob = f.VersionFactory(), f.UserFactory()
    give(ann)
    give(bob)
    terms()
    decline(ann)
    assert ConsentStatus.objects.get(user=ann).document == policy.document
    f.VersionFactory()
    decline(ann)
    assert ConsentStatus.objects.get(user=bob).document == policy.document


def test_decline_refuses_when_nothing_is_asked_any_more(ann):
    f.VersionFactory()
    token = f.shown(ann)
    give(ann)
    refused("stale", consents.decline, by=ann, token=token)
    assert ConsentStatus.objects.filter(user=ann).exists()


def test_withdraw_ends_the_agreement_and_is_recorded(ann):
    version = f.VersionFactory()
    give(ann)
    event = consents.withdraw(by=ann, document=version.document, language="en")
    assert (event.decision, event.version) == ("withdrawn", version)
    assert consents.questions(ann)[0].declined
    refused("no_consent", consents.withdraw, by=ann, document=version.document, language="en")


def test_withdraw_touches_no_other_document_and_nobody_else(ann):
    policy, other, bob = f.VersionFactory(), terms(), f.UserFactory()
    give(bob)
    refused("no_consent", consents.withdraw, by=ann, document=policy.document, language="en")
    give(ann)
    consents.withdraw(by=ann, document=other.document, language="en")
    assert ConsentStatus.objects.get(user=ann).document == policy.document
    assert ConsentStatus.objects.filter(user=bob).count() == 2


def test_questions_follow_material_editorial_and_future_versions(ann):
    f.VersionFactory()
    give(ann)
    f.VersionFactory(material=False)
    f.VersionFactory(in_force_from=timezone.now() + timedelta(days=2))
    f.VersionFactory(published=False)
    assert asked(ann) == []


def test_questions_name_the_newest_text_when_an_editorial_one_follows_a_material_one(ann):
    f.VersionFactory()
    give(ann)
    f.VersionFactory()
    newest = f.VersionFactory(material=False)
    assert asked(ann) == [newest]
    give(ann)
    assert ConsentStatus.objects.get(user=ann).number == 3


def test_questions_ask_nobody_again_because_of_an_editorial_change_even_who_declined(ann):
    f.VersionFactory()
    decline(ann)
    f.VersionFactory(material=False)
    assert consents.questions(ann)[0].declined
    assert len(decline(ann)) == 1  # said again, to the newer text: recorded
    f.VersionFactory()
    assert not consents.questions(ann)[0].declined


def test_questions_remember_the_answer_before(ann):
    first = f.VersionFactory()
    give(ann)
    f.VersionFactory()
    assert consents.questions(ann)[0].before.version == first
    decline(ann)
    third = f.VersionFactory()
    (question,) = consents.questions(ann)
    assert (question.version, question.before.version.number, question.last) == (third, 2, None)


def test_questions_of_a_first_time_reader_have_no_answer_before(ann):
    f.VersionFactory()
    f.VersionFactory()
    (question,) = consents.questions(ann)
    assert question.before is None


def test_history_and_latest_are_the_account_own(ann):
    f.VersionFactory()
    terms()
    decline(ann)
    give(ann)
    give(f.UserFactory())
    assert [event.decision for event in consents.history(ann)] == ["given", "given", "declined", "declined"]
    assert [(event.version.document.kind, event.decision) for event in consents.latest(ann)] == [
        ("policy", "given"),
        ("terms", "given"),
    ]


def test_questions_take_an_answer_to_this_very_version_for_no_earlier_one(ann):
    f.VersionFactory()
    decline(ann)
    (question,) = consents.questions(ann)
    assert question.before is None
    assert question.is_recorded_as_declined


def test_is_current_says_who_has_agreed_to_what_is_in_force(ann):
    f.VersionFactory()
    assert not consents.is_current(ann.consent_statuses.all(), consents.required())
    give(ann)
    assert consents.is_current(ann.consent_statuses.all(), consents.required())
    f.VersionFactory()
    assert not consents.is_current(ann.consent_statuses.all(), consents.required())


def test_questions_cost_the_same_for_many_versions_and_answers(ann):
    counts = []
    for more in (1, 12):
        for _count in range(more):
            f.VersionFactory()
            decline(ann)
        with CaptureQueriesContext(connection) as caught:
            consents.questions(ann)
        counts.append(len(caught))
    assert counts[0] == counts[1] <= 5


@pytest.mark.parametrize(
    "statement", ["UPDATE privacy_consentevent SET decision = 'given'", "DELETE FROM privacy_consentevent"]
)
def test_events_cannot_change_by_sql(ann, statement):
    f.VersionFactory()
    decline(ann)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_events_cannot_change_by_orm(ann):
    f.VersionFactory()
    (event,) = decline(ann)
    event.decision = "given"
    for change in (
        event.save,
        event.delete,
        ConsentEvent.objects.all().delete,
        lambda: ConsentEvent.objects.update(decision="given"),
    ):
        with pytest.raises(Refused):
            change()


@pytest.mark.parametrize("history", [0, 30])
def test_recording_one_consent_costs_at_most_eight_queries_whatever_the_history(ann, history):
    document = f.VersionFactory().document
    for _round in range(history):
        give(ann)
        consents.withdraw(by=ann, document=document, language="en")
    token = f.shown(ann)
    with CaptureQueriesContext(connection) as caught:
        assert len(consents.give(by=ann, token=token)) == 1
    assert len(caught) <= 8, [query["sql"][:80] for query in caught]
