"""The check that every story ends with sees what it is there for."""

import logging

import pytest

from tests.flows import steps
from tests.flows.conftest import people_of_the_story, secrets_of_the_story, told_in

pytestmark = pytest.mark.django_db


def test_the_check_knows_the_people_and_the_secrets_of_a_story(cast):
    steps.given_published_documents()
    steps.given_an_unclaimed_entry(cast.anggrek)
    steps.when_signing_up()
    values = people_of_the_story()
    assert {"Ann Wijaya", "3172055504900001", "sam@example.com", "Vera", "Paramita", steps.NEW_PASSWORD} <= values
    assert any(len(value) > 30 for value in secrets_of_the_story())  # the key of the confirmation link


@pytest.mark.parametrize("text", ["looked at Ann Wijaya", "to ANN@example.com", "of 3172055504900001."])
def test_the_check_sees_a_line_that_tells(cast, text, log_lines):
    logging.getLogger("privacy.careless").warning("%s", text)
    assert told_in(log_lines, people_of_the_story())
    log_lines.clear()


def test_stories_are_logged_at_all(cast, log_lines):
    steps.given_published_documents()
    steps.given_signed_in(cast.ann).goes_to("/no/such/page/")
    assert any("django.request" in line for line in log_lines)
