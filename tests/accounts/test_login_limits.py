"""Nobody guesses for long, and no stranger locks a person out."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts import login_limits
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
HOME, ABROAD, CAFE = "203.0.113.7", "198.51.100.9", "192.0.2.44"
NEW, WRONG = "Kapal-laut7x", "Wrong-word-1"


@pytest.fixture
def ann():
    return UserFactory(email="ann@example.com")


def attempt(password=WRONG, email="ann@example.com", address=ABROAD, client=None, **headers):
    client = client or Client(headers={"Accept-Language": "en"})
    return client.post(LOGIN, {"login": email, "password": password}, REMOTE_ADDR=address, headers=headers)


def said(response):
    return "" if response.status_code == 302 else " ".join(response.context["form"].non_field_errors())


def is_locked(response):
    return "Too many tries." in said(response)


def guess_from_everywhere(count=30):
    """Each from a network of its own, so that only the account as a whole fills."""
    for number in range(count):
        attempt(address=f"10.{number}.0.1")


@pytest.mark.parametrize(("hour", "when"), [("12:00", r"at 12:\d\d"), ("23:59", r"on 3.March.2026 at.00:\d\d")])
def test_the_sixth_wrong_password_is_told_the_time(ann, time_machine, hour, when):
    time_machine.move_to(f"2026-03-02T{hour}:00+07:00")
    assert not any(is_locked(attempt()) for _try in range(5))
    assert re.search(rf"You can try again {when}.WIB\..* If it was not you, reset your password\.", said(attempt()))


def test_fifty_failures_of_a_stranger_leave_the_owners_way_open(ann):
    for _try in range(50):
        attempt(address=ABROAD)
    assert is_locked(attempt(PASSWORD, address=ABROAD))
    assert attempt(PASSWORD, address=HOME).status_code == 302
    assert attempt(PASSWORD, address=HOME).status_code == 302


def test_another_person_is_not_locked_with_the_first(ann):
    UserFactory(email="bob@example.com")
    for _try in range(6):
        attempt()
    assert attempt(PASSWORD, email="bob@example.com").status_code == 302


def test_a_new_port_in_the_host_header_is_no_new_count(ann):
    answers = [attempt(host=f"testserver:{port}") for port in range(1, 10)]
    assert [is_locked(answer) for answer in answers] == [False] * 5 + [True] * 4


@pytest.mark.parametrize("email", [" Ann@Example.com", "ANN@EXAMPLE.COM", "ann@example.com "])
def test_another_spelling_is_no_new_count(ann, email):
    for _try in range(5):
        attempt()
    assert is_locked(attempt(email=email))


def test_spellings_that_a_database_takes_for_the_same_are_one():
    assert login_limits.normalize_email("ann@maıl.example") == login_limits.normalize_email(" Ann@Mail.example")


def test_under_attack_from_many_networks_a_strange_network_is_slow_and_not_closed(ann, time_machine):
    time_machine.move_to("2026-11-22T05:00:00Z", tick=False)
    guess_from_everywhere()
    assert not is_locked(attempt(address=CAFE))
    assert is_locked(attempt(PASSWORD, address=CAFE))
    time_machine.shift(15 * 60)
    guess_from_everywhere()
    assert attempt(PASSWORD, address=CAFE).status_code == 302


def test_under_attack_a_network_that_signed_in_before_does_not_wait(ann):
    attempt(PASSWORD, address=HOME)
    guess_from_everywhere()
    assert not any(is_locked(attempt(address=HOME)) for _typo in range(4))
    assert attempt(PASSWORD, address=HOME).status_code == 302


def test_a_network_is_known_to_one_account_only(ann):
    UserFactory(email="bob@example.com")
    attempt(PASSWORD, email="bob@example.com", address=CAFE)
    assert login_limits.is_known(email="bob@example.com", address=CAFE)
    assert not login_limits.is_known(email="ann@example.com", address=CAFE)


def test_a_right_password_is_not_counted(ann):
    for _try in range(12):
        assert attempt(PASSWORD).status_code == 302
    for _try in range(5):
        assert not is_locked(attempt())


def test_a_right_password_between_wrong_ones_does_not_empty_the_count(ann):
    for _try in range(4):
        attempt()
    attempt(PASSWORD)
    attempt()
    assert is_locked(attempt())


def test_whoever_resets_by_the_letter_signs_in_where_a_neighbour_used_up_the_tries(ann):
    for _try in range(6):
        attempt(address=HOME)
    client = Client(headers={"Accept-Language": "en"}, REMOTE_ADDR=HOME)
    client.post("/accounts/password/reset/", {"email": "ann@example.com"})
    form = client.get(re.search(r"http://testserver(\S+)", mail.outbox[0].body).group(1)).url
    client.post(form, {"password1": NEW, "password2": NEW})
    assert is_locked(attempt(NEW, address=HOME))  # somebody else's visit
    assert is_locked(attempt(NEW, email="bob@example.com", address=HOME, client=client)) is False
    assert attempt(NEW, address=HOME, client=client).status_code == 302


def test_the_pass_after_a_reset_is_no_way_to_guess(ann):
    client = Client()
    session = client.session
    login_limits.grant_tries_after_reset(session, email="ann@example.com")
    session.save()
    answers = [attempt(client=client) for _try in range(11)]  # five of the visit's, five of everybody's
    assert answers[-1].context["form"].errors.as_data()["__all__"][0].code == "too_many_login_attempts"


def test_the_pass_ends_after_an_hour_and_is_for_one_email(time_machine):
    time_machine.move_to("2026-11-22T05:00:00Z", tick=False)
    session = {}
    login_limits.grant_tries_after_reset(session, email="ann@example.com")
    assert login_limits.visit_after_reset(session, email="Ann@example.com")
    assert not login_limits.visit_after_reset(session, email="bob@example.com")
    time_machine.shift(3601)
    assert not login_limits.visit_after_reset(session, email="ann@example.com")


def test_a_request_past_our_proxies_is_answered_400(ann, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    assert attempt(**{"X-Forwarded-For": "203.0.113.7"}).status_code == 400
    assert attempt(PASSWORD, **{"X-Forwarded-For": "203.0.113.7, 10.0.0.1"}).status_code == 302


def test_what_a_visitor_says_before_our_proxy_changes_nothing(ann, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    answers = [attempt(**{"X-Forwarded-For": f"10.0.0.{number}, 203.0.113.7"}) for number in range(6)]
    assert is_locked(answers[-1])
