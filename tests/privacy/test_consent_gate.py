"""The consent gate: no query of its own, never stale, closed when in doubt."""

from datetime import timedelta

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from django.utils import timezone

from accounts.models import User
from privacy.backends import ConsentBackend
from privacy.consent import consents
from privacy.middleware import ConsentGate
from tests import factories as f

pytestmark = pytest.mark.django_db


def gated(request):
    return HttpResponse("in")


urlpatterns = [path("gated/", gated), path("", include("bamms.urls"))]
handler404 = "bamms.views.not_found"


@pytest.fixture(autouse=True)
def _with_a_gated_page(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def ann(client):
    user = f.UserFactory()
    client.force_login(user)
    return user


def answer(user, verb=consents.give):
    return verb(by=user, token=f.shown(user))


def is_open(client):
    response = client.get("/gated/")
    assert response.status_code == 200 or response["Location"] == "/consent/?next=%2Fgated%2F"
    return response.status_code == 200


def test_gate_is_open_without_any_document(client, ann):
    assert is_open(client)


def test_gate_asks_everyone_at_the_very_next_request_and_opens_after_the_answer(client, ann):
    assert is_open(client)
    f.VersionFactory()
    assert not is_open(client)
    answer(ann)
    assert is_open(client)
    f.VersionFactory()
    assert not is_open(client)


def test_gate_is_not_opened_by_the_answer_of_somebody_else(client, ann):
    f.VersionFactory()
    answer(f.UserFactory())
    assert not is_open(client)


def test_gate_stays_open_for_an_editorial_version_a_draft_and_an_announced_one(client, ann):
    f.VersionFactory()
    answer(ann)
    f.VersionFactory(material=False)
    f.VersionFactory(published=False, in_force_from=timezone.now() - timedelta(days=1))
    assert is_open(client)
    f.VersionFactory(in_force_from=timezone.now() + timedelta(days=2))
    assert is_open(client)


def test_gate_closes_when_the_announced_day_comes(client, ann):
    f.VersionFactory(in_force_from=timezone.now() + timedelta(minutes=10))
    assert is_open(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=15)):
        assert not is_open(client)


def test_gate_closes_after_declining_and_after_withdrawing(client, ann):
    version = f.VersionFactory()
    answer(ann, consents.decline)
    assert not is_open(client)
    answer(ann)
    assert is_open(client)
    consents.withdraw(by=ann, document=version.document, language="en")
    assert not is_open(client)


def test_gate_asks_for_a_second_document_too(client, ann):
    f.VersionFactory()
    answer(ann)
    f.VersionFactory(document=f.DocumentFactory(kind="terms", title_en="Terms"))
    assert not is_open(client)


def test_gate_asks_staff_and_vendor_users_too(cast, client):
    f.VersionFactory()
    for user, page in ((cast.sam, "/admin/"), (cast.vera, "/gated/"), (cast.olga, "/admin/"), (cast.otto, "/admin/")):
        client.force_login(user)
        assert client.get(page)["Location"].startswith("/consent/?next=")


def test_gate_adds_no_query(client, ann):
    f.VersionFactory()
    answer(ann)
    counts = []
    for middleware in (settings.MIDDLEWARE, [name for name in settings.MIDDLEWARE if "ConsentGate" not in name]):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(settings, "MIDDLEWARE", middleware)
            client.handler._middleware_chain = None
            with CaptureQueriesContext(connection) as caught:
                assert client.get("/gated/").status_code == 200
            counts.append(len(caught))
    assert counts == [2, 2]  # the session, and the user with the answer


def test_gate_is_closed_for_a_user_who_came_without_the_answer():
    request = RequestFactory().get("/gated/")
    request.user = f.UserFactory()
    assert not hasattr(request.user, "must_consent")
    assert ConsentGate(lambda request: None).process_view(request, gated, (), {}).status_code == 302


def test_gate_signs_out_an_inactive_account(client, ann):
    f.VersionFactory()
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert client.get("/gated/")["Location"].startswith("/accounts/login/")


def test_gate_sends_a_stopped_post_back_to_the_page_it_came_from(client, ann):
    f.VersionFactory()
    assert (
        client.post("/gated/", headers={"referer": "http://testserver/my-data/"})["Location"]
        == "/consent/?next=%2Fmy-data%2F"
    )
    for referer in ("https://evil.example/x", "", "http://testserver"):
        assert client.post("/gated/", headers={"referer": referer})["Location"] == "/consent/?next=%2F"


def test_backend_knows_no_account_that_is_gone(ann):
    assert ConsentBackend().get_user(0) is None


def test_backend_gives_the_answer_to_async_views_too(ann):
    f.VersionFactory()
    assert async_to_sync(ConsentBackend().aget_user)(ann.pk).must_consent


@pytest.mark.parametrize(
    "page",
    [
        "/privacy.html",
        "/terms.html",
        "/privacy/1.html",
        "/consent/",
        "/my-consents/",
        "/my-rights/",
        "/my-consents/policy/withdraw/",
        "/accounts/logout/",
    ],
)
def test_open_pages_stay_open_without_consent(client, ann, page):
    f.VersionFactory()
    response = client.get(page)
    assert response.status_code in (200, 404) or not response["Location"].startswith("/consent/?next=")


def test_language_switch_and_sign_out_work_without_consent(client, ann):
    f.VersionFactory()
    client.post("/language/", {"language": "id", "next": "/consent/"})
    assert User.objects.get(pk=ann.pk).language == "id"
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_admin_sign_out_works_without_consent(cast, client):
    f.VersionFactory()
    client.force_login(cast.olga)
    client.post("/admin/logout/")
    assert not Session.objects.exists() or "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "page",
    ["/home/", "/my-privacy/", "/my-data/", "/my-access-log/", "/admin/", "/accounts/password/change/"],
)
def test_other_pages_are_closed_without_consent(client, ann, page):
    f.VersionFactory()
    assert client.get(page)["Location"].startswith("/consent/?next=")


def test_a_person_who_no_longer_agrees_can_still_withdraw_a_permission(cast, client, grant):
    f.VersionFactory()
    client.force_login(cast.ann)
    assert client.get("/home/")["Location"].startswith("/consent/?next=")
    assert grant.number in client.get("/my-sharing/").content.decode()
    client.post(f"/my-sharing/{grant.number}/withdraw/")
    grant.refresh_from_db()
    assert grant.withdrawn_at is not None


def sent_and_confirmed(client, page, between):
    """What is sent to a sensitive page waits for the password, which comes after `between`."""
    asked = client.post(page, {"names": ["name"], "kind": "csv", "reason": "yearly report", "secret": "1"})
    between()
    return client.post(asked["Location"], {"password": f.PASSWORD})


@pytest.mark.parametrize("closes", [True, False])
def test_what_waits_for_the_password_is_not_done_behind_a_gate_that_closed_meanwhile(client, settings, cast, closes):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    client.force_login(cast.sam)
    answer = sent_and_confirmed(client, "/admin/tenants/tenant/export/", f.VersionFactory if closes else list)
    assert (answer.status_code == 302) == closes
    assert (b"Ann Wijaya" in answer.content) != closes


def test_setting_up_a_factor_goes_on_behind_the_gate(client, settings):
    settings.SECOND_FACTOR = settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    client.force_login(f.UserFactory(is_staff=True))
    answer = sent_and_confirmed(client, "/accounts/two-step/totp/activate/", f.VersionFactory)
    assert answer.status_code == 200  # the page of the app, with what was sent
    assert "code" in answer.context["form"].errors
