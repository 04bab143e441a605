"""Every limited page answers the one too many with 429 and the time; what others do takes nothing away."""

import re
import uuid
from datetime import UTC, datetime

import pytest
from django.conf import settings as site_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver, reverse

from accounts import throttling
from bamms import rate_limits
from bamms.rate_limits import REVEAL, SEARCH, UPLOAD
from privacy.portals import gathered
from tests import factories as f

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cast")]
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # 12:00 in Jakarta
# Counted where a form or a sign-in says the refusal beside its boxes
ELSEWHERE = {
    "second_step",
    "second_step_wrong",
    "second_step_told",
    "claim",
    "sign_in",
    "sign_in_strange",
    "sign_in_slow",
    "sign_in_pass",
    "letter",
}
REGISTER = "/admin/tenants/tenant/"
# action → who, method, address, what is sent
ACTS = {
    "sign_in_page": (None, "post", "/accounts/login/", {}),
    "sign_up": (None, "post", "/accounts/signup/", {}),
    "reset": (None, "post", "/accounts/password/reset/", {"email": "ann@example.com"}),
    "reset_link": (None, "post", "/accounts/password/reset/key/1-x/", {}),
    "password": ("ann", "post", "/accounts/password/change/", {}),
    "confirm": (None, "post", "/accounts/send-again/", {}),
    "language": (None, "post", "/language/", {"language": "en"}),
    "receipt": (None, "get", "/receipts/", {"number": "TT-2026-0001", "code": "x"}),
    "download": ("ann", "post", "/my-rights/download/", {}),
    "invitation": ("ann", "post", "/invitation/nothing/", {}),
    "file": ("ann", "get", "/files/tenants.tenant/1/photo/", {}),
    "vendor_list": ("vera", "get", "/vendor/shared/", {}),
    "vendor_record": ("vera", "get", "/vendor/shared/IB-2026-0001/", {}),
    "search": ("sam", "get", REGISTER, {"q": "ann"}),
    "suggest": (
        "sam",
        "post",
        "/admin/autocomplete/",
        {"app_label": "tenants", "model_name": "occupancy", "field_name": "unit"},
    ),
    "find": ("sam", "post", f"{REGISTER}find/", {"number": "3172055504900001"}),
    "export": ("sam", "post", f"{REGISTER}export/", {}),
    "import": ("sam", "post", f"{REGISTER}import/", {}),
    "reveal": ("sam", "post", f"{REGISTER}{{entry}}/reveal/", {"names": "phone"}),
    "upload": ("ann", "post", "/my-data/change/", {"photo": "file"}),
}


@pytest.fixture
def limit(settings):
    """`limit("reveal", 2)`: so often in ten minutes, for each that the action counts."""

    def _limit(action, most):
        settings.LIMITS = settings.LIMITS | {action: dict.fromkeys(settings.LIMITS[action], (most, 600))}

    return _limit


@pytest.fixture
def act(cast):
    def _act(action, who=None, address="203.0.113.7"):
        named, method, page, sent = ACTS[action]
        client = Client(headers={"Accept-Language": "en"}, REMOTE_ADDR=address)
        if named:
            client.force_login(who or getattr(cast, named))
        if sent.get("photo"):
            sent = {"photo": SimpleUploadedFile("photo.jpg", b"no picture")}
        return getattr(client, method)(page.format(entry=cast.ann_entry.pk), sent)

    return _act


@pytest.mark.parametrize("action", ACTS)
def test_the_one_too_many_is_told_the_time_and_time_opens_again(action, limit, act, time_machine):
    time_machine.move_to(NOON, tick=False)
    limit(action, 2)
    assert all(act(action).status_code != 429 for _try in range(2))
    answer = act(action)
    assert (answer.status_code, answer["Retry-After"]) == (429, "600")
    shown = answer.content.decode().replace("\xa0", " ")
    assert re.search(r"You can try again at 12[:.]10 WIB", shown)
    time_machine.shift(600)
    assert act(action).status_code != 429


def test_a_tenant_reveals_her_own_number_only_so_often(cast, limit, sign_in):
    limit("reveal", 1)
    client = sign_in(cast.ann)
    assert [client.post("/my-data/").status_code for _try in range(2)] == [200, 429]


def test_a_search_counts_however_its_page_is_asked_for(cast, limit, sign_in):
    limit("search", 2)
    client = sign_in(cast.sam)
    found = client.post(REGISTER, {"q": "Ann"}).url
    assert [client.post(found, {"x": "1"}).status_code for _try in range(3)] == [200, 200, 429]


def test_reading_under_a_case_counts_as_revealing(cast, limit):
    limit("reveal", 1)
    client = Client()
    client.force_login(cast.sam)
    page = f"/admin/privacy/investigationcase/1/read/{cast.ann_entry.subject_id}/"
    assert [client.post(page).status_code for _try in range(2)] == [404, 429]


@pytest.mark.parametrize("action", [name for name in ACTS if "person" in site_settings.LIMITS[name] and ACTS[name][0]])
def test_another_person_is_not_limited_by_it(action, limit, act, settings):
    settings.LIMITS = settings.LIMITS | {action: {"person": (1, 600)}}
    act(action)
    assert act(action).status_code == 429
    other = f.UserFactory(is_staff=True, is_superuser=True)
    assert act(action, who=other).status_code != 429


@pytest.mark.parametrize("action", [name for name in ACTS if not ACTS[name][0]])
def test_another_place_is_not_limited_by_it(action, act, settings):
    settings.LIMITS = settings.LIMITS | {action: {"network": (1, 600)}}
    act(action)
    assert act(action).status_code == 429
    assert act(action, address="198.51.100.9").status_code != 429


def test_letters_to_one_mailbox_are_limited_wherever_they_are_asked_for(client, settings):
    settings.LIMITS = settings.LIMITS | {"reset": {"person": (2, 600)}}
    page = reverse("account_reset_password")
    answers = [
        client.post(page, {"email": email}, REMOTE_ADDR=f"10.0.{number}.1").status_code
        for number, email in enumerate(["ann@example.com", " ANN@example.com", "Ann@example.com", "bob@example.com"])
    ]
    assert answers == [302, 302, 429, 302]


def test_opening_a_form_is_not_counted(client, limit):
    limit("sign_up", 1)
    assert [client.get(reverse("account_signup")).status_code for _look in range(5)] == [200] * 5


def test_every_action_is_counted_somewhere_and_tried_here():
    actions = {page.action for page in [*gathered("LIMITED_PAGES"), SEARCH, REVEAL, UPLOAD]}
    assert actions == set(ACTS)
    assert actions | ELSEWHERE == set(site_settings.LIMITS)


@pytest.mark.parametrize(
    ("action", "method", "name", "args", "query"),
    [
        ("file", "get", "receipt_json", ["TT-2026-9999"], {}),
        ("file", "get", "receipt_proof", ["TT-2026-9999"], {}),
        ("receipt", "get", "evidence", [], {"line": "7 x"}),
        ("file", "get", "receipt_pdf", ["TT-2026-9999"], {}),
        ("file", "get", "admin:privacy_checkpoint_export", [], {}),
        ("file", "post", "admin:privacy_checkpoint_export", [], {}),
        ("file", "get", "admin:tenants_tenant_import_preview", [uuid.UUID(int=0)], {}),
        ("file", "get", "admin:tenants_tenant_import_errors", [uuid.UUID(int=0)], {}),
        ("file", "get", "admin:privacy_breach_notice", [1, "people"], {"as": "pdf"}),
        ("file", "get", "admin:record_of_processing_file", ["pdf"], {}),
        ("export", "post", "admin:privacy_disclosure_export", [1], {}),
    ],
)
def test_files_that_are_made_anew_are_counted(admin_client, limit, action, method, name, args, query):
    limit(action, 1)
    answers = [getattr(admin_client, method)(reverse(name, args=args), query).status_code for _try in range(2)]
    assert answers[0] != 429
    assert answers[1] == 429


def test_every_limited_page_exists():
    names = set(names_of(get_resolver()))
    assert {page.url_name for page in gathered("LIMITED_PAGES")} <= names
    assert any(name.endswith("_reveal") for name in names)


def names_of(resolver, before=""):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from names_of(pattern, f"{before}{pattern.namespace}:" if pattern.namespace else before)
        elif pattern.name:
            yield before + pattern.name


def test_a_public_page_stays_without_a_session(client):
    client.get("/receipts/", {"number": "x"})
    assert site_settings.SESSION_COOKIE_NAME not in client.cookies


def test_sign_in_page_offers_a_new_password(limit, act):
    limit("sign_in_page", 1)
    act("sign_in_page")
    assert reverse("account_reset_password") in act("sign_in_page").content.decode()


def test_counting_adds_no_query_of_its_own_in_a_cache_outside_the_database(django_assert_num_queries):
    request = Client(headers={"Accept-Language": "en"}).get("/receipts/", {"number": "x"}).wsgi_request
    request.resolver_match = get_resolver().resolve("/receipts/")
    with django_assert_num_queries(0):
        rate_limits.LimitMiddleware(lambda _request: None).process_view(request, None, (), {})


def test_allauth_s_own_limit_has_our_page(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip"}
    pages = [client.post(reverse("account_reset_password"), {"email": "ann@example.com"}) for _try in range(2)]
    assert pages[-1].status_code == 429
    assert reverse("home") in pages[-1].content.decode()


def test_the_limits_are_numbers_that_open_again():
    for action, rates in site_settings.LIMITS.items():
        assert rates, action
        assert set(rates) <= {"person", "network"}
        assert all(most >= 1 and 60 <= seconds <= 86400 for most, seconds in rates.values()), action
    assert throttling.LOCK_SECONDS < 60
