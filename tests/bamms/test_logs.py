"""Log lines: JSON, on one line each, with the number of the request and the route, and nothing personal."""

import json
import logging
from types import SimpleNamespace

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from accounts import request_context
from bamms import logs
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
TOKEN = "bXktc2VjcmV0LXRva2Vu"


def record(text, *args, **more):
    made = logging.LogRecord("bamms.test", logging.WARNING, "file.py", 1, text, args, None)
    vars(made).update(more)
    return made


def lines(caplog):
    return [json.loads(logs.JsonFormatter().format(kept)) for kept in caplog.records]


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


def test_a_line_says_when_where_who_and_in_which_request(client, caplog):
    ann = UserFactory()
    client.force_login(ann)
    response = client.get("/my-sharing/IZ-2026-0001/")
    line = next(line for line in lines(caplog) if line["logger"] == "django.request")
    assert (line["route"], line["account"]) == ("/my-sharing/<str:number>/", ann.pk)
    assert line["request"] == response["X-Request-ID"]
    assert line["time"].endswith("+00:00")
    assert (line["level"], line["method"], line["status"]) == ("WARNING", "GET", response.status_code)


def test_a_visitor_does_not_choose_the_number_of_the_request(client):
    numbers = {client.get("/privacy.html", headers={"X-Request-ID": "evil"})["X-Request-ID"] for _try in range(2)}
    assert len(numbers) == 2
    assert "evil" not in numbers


@pytest.mark.parametrize(
    "address",
    [
        f"/invitation/{TOKEN}/",
        f"/accounts/password/reset/key/1-{TOKEN}/",
        f"/accounts/confirm-email/{TOKEN}/",
        f"/no/such/page/{TOKEN}/",
        f"/no/such/page/?key={TOKEN}&q=Ann",
        f"/vendor/shared/{TOKEN}%0A{{}}/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_token_of_an_address_is_in_a_line(caplog, address, method):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(UserFactory())
    getattr(client, method)(address, headers={"Referer": f"http://testserver{address}", "Origin": "null"})
    written = [logs.JsonFormatter().format(kept) for kept in caplog.records]
    written += [logs.LineFormatter("{message}", style="{").format(kept) for kept in caplog.records]
    assert method == "get" or written
    assert not [line for line in written if TOKEN in line or "Ann" in line]


def test_an_address_with_a_line_break_makes_one_line(client, caplog):
    client.get("/no/such%0A%7B%22level%22:%22ERROR%22%7D%0D/page/")
    assert caplog.records
    for kept in caplog.records:
        for formatter in (logs.JsonFormatter(), logs.LineFormatter("{message}", style="{")):
            assert len(formatter.format(kept).splitlines()) == 1


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\x85b", "a\u2028b", "a\x00b"])
def test_a_line_is_one_line_whatever_it_says(text):
    assert logs.message(record("%s", text)) == "a b"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("from ann@example.com now", "from (email) now"),
        ("number 3172055504900001", "number (number)"),
        ("call +62 812-3456-7890", "call (number)"),
        ("ktp-3172055504900001", "ktp-(number)"),
        ("NIK3172055504900001", "NIK(number)"),
        ("Referer http://testserver/?q=Ann is odd", "Referer (address) is odd"),
        ("Account 12 was deactivated by account 3", "Account 12 was deactivated by account 3"),
    ],
)
def test_what_other_peoples_code_writes_is_cleaned(text, kept):
    assert logs.message(record(text)) == kept


def test_what_strangers_send_wakes_nobody_and_is_not_repeated(client, caplog):
    assert client.get("/privacy.html", headers={"Host": "a-word-of-theirs.example"}).status_code == 400
    line = next(line for line in lines(caplog) if line["logger"] == "django.security.DisallowedHost")
    assert line["level"] == "WARNING"
    assert "theirs" not in json.dumps(line)


def test_a_fault_is_told_by_its_kind_and_places_and_not_by_its_words():
    try:
        try:
            raise DatabaseError("Key (email)=(ann@example.com) already exists")
        except DatabaseError as error:
            raise RuntimeError("of Ann Wijaya") from error
    except RuntimeError as error:
        line = logs.JsonFormatter().format(record("It failed", exc_info=(RuntimeError, error, error.__traceback__)))
    fault = json.loads(line)["fault"]
    assert fault["kinds"] == ["RuntimeError", "DatabaseError"]
    assert "test_logs.py" in fault["places"][-1]
    assert "Ann" not in line
    assert "ann@" not in line


def test_a_broken_page_is_a_line_without_its_words(client, caplog, monkeypatch):
    def fall_over(*args, **kwargs):
        raise RuntimeError("secret of ann@example.com")

    monkeypatch.setattr("bamms.views.parties.roles_of", fall_over)
    client.force_login(UserFactory())
    response = client.get(reverse("home"), follow=True)
    if response.status_code != 500:  # the consent page came first
        response = client.get(reverse("home"))
    written = [logs.JsonFormatter().format(kept) for kept in caplog.records]
    assert not [line for line in written if "secret" in line]


def test_the_account_of_a_line_costs_no_query(django_assert_num_queries):
    request = SimpleNamespace(user=None, path_info="/x/")
    with django_assert_num_queries(0):
        assert request_context.account_number(request) is None


def test_a_password_is_in_no_line(client, caplog):
    caplog.set_level(logging.DEBUG)
    UserFactory(email="ann@example.com")
    client.post("/accounts/login/", {"login": "ann@example.com", "password": PASSWORD})
    client.post("/accounts/login/", {"login": "ann@example.com", "password": "Wrong-word-1"})
    written = [logs.JsonFormatter().format(kept) for kept in caplog.records if kept.name != "django.db.backends"]
    assert not [line for line in written if PASSWORD in line or "Wrong-word-1" in line or "ann@" in line]
