"""Trouble pages say what to do, give a number that staff can find in the log, and repeat nothing personal."""

import logging
import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from bamms import views

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


@pytest.fixture
def client():
    return Client(headers=EN, raise_request_exception=False)


def shown(response):
    return re.sub(r"\s+", " ", response.content.decode())


def assert_reference_is_in_the_log(response, caplog):
    number = re.search(r"\b[0-9A-F]{8}\b", shown(response).split("<main", 1)[1]).group()
    assert any(number in record.getMessage() for record in caplog.records)


def test_unknown_address_is_said_without_repeating_it(client, caplog):
    response = client.get("/no/such/page-of-ann@example.com/")
    assert response.status_code == 404
    assert "Check the address, or start again from the home page." in shown(response)
    assert "page-of-ann" not in shown(response).split("<main", 1)[1]
    assert_reference_is_in_the_log(response, caplog)


@pytest.mark.parametrize("address", ["/no/such/page/", "/privacy/99.html"])
def test_a_developer_sees_the_same_page(settings, address):
    settings.DEBUG = True
    response = Client(headers=EN).get(address)
    assert response.status_code == 404
    assert "Check the address, or start again from the home page." in shown(response)
    assert "DEBUG" not in shown(response)


def test_an_address_without_its_slash_is_led_on(settings):
    settings.DEBUG = True
    assert Client().get("/accounts/login").headers["Location"] == "/accounts/login/"


def test_a_form_without_its_token_is_told_to_reload(caplog):
    client = Client(headers=EN, enforce_csrf_checks=True)
    response = client.post(reverse("account_login"), {"login": "ann@example.com", "password": "x"})
    assert response.status_code == 403
    assert "This page was open for too long, or cookies are blocked. Nothing was saved." in shown(response)
    assert_reference_is_in_the_log(response, caplog)


def test_no_access_says_whom_to_ask(rf_page, caplog):
    response = rf_page(views.permission_denied)
    assert response.status_code == 403
    assert "ask the head of your company or the operator" in shown(response)


def test_an_upload_too_large_names_the_limit(client, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    response = client.post(reverse("account_login"), {f"field{n}": "x" for n in range(9)})
    assert response.status_code == 413
    assert f"The upload is larger than {settings.UPLOAD_MAX_MB} MB. Choose a smaller file." in shown(response)


@pytest.mark.parametrize("body", [{f"field{n}": "x" for n in range(2001)}, {"field": "x" * 5 * 1024 * 1024}])
def test_a_body_without_end_is_refused(client, body):
    assert client.post(reverse("set_language"), body).status_code == 413


def test_a_request_that_cannot_be_read_is_said(rf_page):
    response = rf_page(views.bad_request)
    assert response.status_code == 400
    assert "Go back, reload the page and try again." in shown(response)


def test_a_fault_of_ours_says_that_nothing_was_saved(client, monkeypatch, caplog):
    def fall_over():
        raise RuntimeError("secret of ann@example.com")

    monkeypatch.setattr("bamms.views.parties.roles_of", lambda _user: fall_over())
    monkeypatch.setattr("bamms.views.render", _render_or_fall(fall_over))
    caplog.set_level(logging.CRITICAL, "django.request")
    response = client.get(reverse("home"))
    assert response.status_code == 500
    assert "Nothing was saved. Try again in a few minutes" in shown(response)
    assert "secret" not in shown(response)


@pytest.mark.parametrize("address", ["/my-data/", "/admin/tenants/tenant/{}/change/"])
def test_a_lost_key_is_our_trouble_and_named_in_the_log_alone(cast, settings, caplog, address):
    sealed = stored(cast.ann_entry)
    settings.FIELD_KEYS = {"k9": b"another key, and 32 bytes of it!"}
    client = Client(headers=EN, raise_request_exception=False)
    client.force_login(cast.ann if address == "/my-data/" else cast.sam)
    response = client.get(address.format(cast.ann_entry.pk))
    assert response.status_code == 500
    assert "Nothing was saved. Try again in a few minutes" in shown(response)
    assert_reference_is_in_the_log(response, caplog)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "bamms.views"]
    assert "'t1'" in line
    assert "tenants_tenant.identity_number" in line
    assert sealed.partition(":")[2][:12] not in caplog.text + shown(response)
    assert "k9" not in shown(response)


def test_an_altered_value_is_our_trouble_too(cast, caplog):
    sealed = stored(cast.ann_entry)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tenants_tenant SET identity_number = %s WHERE id = %s",
            [sealed[:-8] + "AAAAAAA=", cast.ann_entry.pk],
        )
    client = Client(headers=EN, raise_request_exception=False)
    client.force_login(cast.ann)
    assert client.get("/my-data/").status_code == 500
    assert "was altered" in caplog.text
    assert sealed[3:15] not in caplog.text


def stored(entry):
    """What the database holds of the identity number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_number FROM tenants_tenant WHERE id = %s", [entry.pk])
        return cursor.fetchone()[0]


def _render_or_fall(fall_over):
    whole = views.render

    def render(request, template, *args, **kwargs):
        if template == "bamms/welcome.html":
            fall_over()
        return whole(request, template, *args, **kwargs)

    return render


@pytest.fixture
def rf_page(client):
    def _page(view):
        request = client.get("/no-such-page/").wsgi_request
        with translation.override("en"):
            return view(request)

    return _page
