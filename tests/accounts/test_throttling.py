"""Counting in a shared cache: the one too many is refused with the time, and nobody pays for another."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache, caches
from django.core.cache.backends.locmem import LocMemCache
from django.core.management import call_command
from django.http import HttpRequest
from django.utils import translation

from accounts import throttling
from accounts.throttling import RateLimited, consume

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # 12:00 in Jakarta
RATES = {"person": (3, 600), "network": (5, 600)}


@pytest.fixture(autouse=True)
def _three_for_each(settings):
    settings.LIMITS = settings.LIMITS | {"look": RATES}


def refused(*args, **kwargs):
    with pytest.raises(RateLimited) as error:
        consume(*args, **kwargs)
    return error.value


def fill(count=3, **kwargs):
    for _try in range(count):
        consume("look", **kwargs)


def test_take_refuses_the_one_too_many_with_the_time(time_machine):
    time_machine.move_to(NOON, tick=False)
    fill(who=1)
    limited = refused("look", who=1)
    assert (limited.until, limited.seconds) == (NOON + timedelta(minutes=10), 600)
    assert limited.sentence.replace("\xa0", " ") == (
        "Too many tries. You can try again at 12:10 WIB. Your account and data are safe."
    )


def test_the_time_is_rounded_up_to_the_minute_and_names_another_day(time_machine):
    time_machine.move_to(datetime(2026, 11, 22, 16, 55, 1, tzinfo=UTC), tick=False)
    fill(who=1)
    sentence = refused("look", who=1).sentence.replace("\xa0", " ")
    assert "You can try again on 23 November 2026 at 00:06 WIB." in sentence
    with translation.override("id"):
        assert "23 November 2026 pukul 00.06 WIB" in refused("look", who=1).sentence.replace("\xa0", " ")


def test_take_opens_again_one_by_one(time_machine):
    time_machine.move_to(NOON, tick=False)
    consume("look", who=1)
    time_machine.shift(300)
    fill(2, who=1)
    refused("look", who=1)
    time_machine.shift(300)
    consume("look", who=1)  # the first is ten minutes old
    assert refused("look", who=1).seconds == 300


def test_a_refused_try_makes_nobody_wait_longer(time_machine):
    time_machine.move_to(NOON, tick=False)
    fill(who=1)
    time_machine.shift(500)
    assert [refused("look", who=1).seconds for _try in range(9)] == [100] * 9


def test_take_leaves_others_and_other_actions_alone(settings):
    settings.LIMITS = settings.LIMITS | {"look": {"person": (3, 600)}, "other": {"person": (3, 600)}}
    fill(who=1, address="203.0.113.7")
    consume("look", who=2, address="203.0.113.7")
    consume("other", who=1, address="203.0.113.7")


def test_take_counts_a_place_whoever_comes_from_there():
    for who in range(5):
        consume("look", who=who, address="203.0.113.7")
    refused("look", who=9, address="203.0.113.7")
    consume("look", who=9, address="203.0.113.8")


def test_what_is_refused_for_the_place_is_not_counted_for_the_person():
    for who in range(5):
        consume("look", who=who, address="203.0.113.7")
    for _try in range(9):
        refused("look", who=9, address="203.0.113.7")
    fill(who=9)


def test_what_is_refused_for_the_place_or_given_back_leaves_no_entry():
    """Else one place could fill the cache with names that it makes up, until it drops what matters."""
    for who in range(5):
        consume("look", who=who, address="203.0.113.7")
    before = set(caches["default"]._cache)
    for who in range(5, 20):
        refused("look", who=who, address="203.0.113.7")
    consume("look", who=20).give_back()
    assert set(caches["default"]._cache) == before


def test_who_is_unknown_is_not_counted_as_one_person():
    fill(9, who="", address="")


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        ("::ffff:203.0.113.7", "203.0.113.7/32"),
        ("2001:db8:5:6::7", "2001:db8:5:6::/64"),
        ("2001:db8:5:6:1::8", "2001:db8:5:6::/64"),
        ("nonsense", "nonsense"),
    ],
)
def test_a_place_is_a_household(address, place):
    assert throttling.household_of(address) == place


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:5:6::7", "2001:db8:5::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_an_address_is_cut_to_its_network(address, network):
    assert throttling.network_of(address) == network


def test_outside_a_request_there_is_no_network():
    assert throttling.network_of_request(None) == throttling.network_of_request(HttpRequest()) == ""


def test_what_is_given_back_was_never_counted():
    for _try in range(9):
        consume("look", who=1, address="203.0.113.7").give_back()
    fill(who=1, address="203.0.113.7")


def test_the_cache_holds_no_person_and_no_address(monkeypatch):
    kept = {}
    monkeypatch.setattr(cache, "set", lambda key, value, _seconds: kept.update({key: value}))
    consume("look", who="ann@example.com", address="203.0.113.7")
    assert len(kept) == 2
    assert "ann" not in str(kept)
    assert "203.0" not in "".join(kept)


def test_tries_in_the_same_moment_do_not_slip_through(monkeypatch):
    refusals, read = [], LocMemCache.get

    def slowly(*args):
        found = read(*args)
        time.sleep(0.01)  # long enough for all the others to read the same
        return found

    monkeypatch.setattr(LocMemCache, "get", slowly)  # each thread has a cache object of its own

    def one():
        try:
            consume("look", who=1)
        except RateLimited as limited:
            refusals.append(limited)

    threads = [threading.Thread(target=one) for _each in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refusals) == 9


def test_a_lock_that_nobody_gives_back_refuses_for_seconds_only(monkeypatch, time_machine):
    time_machine.move_to(NOON)
    monkeypatch.setattr(throttling, "WAIT_SECONDS", 0.02)
    cache.add(f"{throttling._key('look', 'person', '1')}:lock", 1, throttling.LOCK_SECONDS)
    assert refused("look", who=1).seconds <= 10
    time_machine.shift(11)
    consume("look", who=1)


@pytest.mark.django_db
def test_the_count_is_shared_and_keeps_its_time_in_a_databases_cache(settings, time_machine):
    """Such a cache forgets with `incr` how long a number is to be kept."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "bamms_cache"}}
    call_command("createcachetable", verbosity=0)
    time_machine.move_to(NOON, tick=False)
    settings.LIMITS = settings.LIMITS | {"look": {"person": (3, 86400)}}
    fill(who=1)
    time_machine.shift(5 * 3600)
    del caches["default"]  # as another process sees it
    refused("look", who=1)
    time_machine.shift(19 * 3600)
    consume("look", who=1)


def test_a_reached_limit_is_a_line_of_the_log(settings, caplog):
    settings.LIMITS = {"knock": {"person": (1, 60)}}
    throttling.consume("knock", who="ann@example.com")
    with pytest.raises(throttling.RateLimited):
        throttling.consume("knock", who="ann@example.com")
    (line,) = caplog.messages
    assert line == "The limit of knock is reached"
