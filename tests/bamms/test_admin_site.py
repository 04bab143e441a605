"""The frame of every admin page: our order, our clothes, and names for every box."""

import re
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from bamms.admin_site import AutocompleteView
from privacy.admin.display import ICONS, chip
from privacy.private_search import encrypt_query
from tests import factories as f

LIST = "/admin/tenants/tenant/"


def page(client, address="/admin/"):
    return client.get(address).content.decode()


def test_models_stand_in_the_order_of_the_work_and_strangers_last(cast, sign_in):
    groups = sign_in(cast.otto).get("/admin/").context["app_list"]
    with translation.override("en"):
        names = [str(group["name"]) for group in groups]
    assert names == [
        "Queue", "Tenants", "Sharing data", "Consent and documents", "Rights and retention", "Evidence and oversight",
        "Recorded events", "Settings",
    ]  # fmt: skip
    named = [model["object_name"] for group in groups for model in group["models"]]
    everything = list(filter(None, named))  # the record of processing is a page without a model
    assert len(everything) == len(set(everything)) == len(admin.site._registry)


def test_frame_names_the_company_and_its_user(cast, sign_in):
    text = page(sign_in(cast.sam), LIST)
    assert '<span class="brand-of">Pengelola Anggrek</span>' in text
    assert "Bougenvil" not in text
    assert "<span>Sam</span>" in text


def test_frame_leads_to_the_own_portal_and_out(cast, sign_in):
    text = page(sign_in(cast.sam))
    for name in ("tenant_home", "account_email", "account_change_password"):
        assert f'href="{reverse(name)}"' in text
    assert f'action="{reverse("account_logout")}"' in text


def test_language_switch_posts_and_keeps_the_page(cast, sign_in):
    address = f"{LIST}?{urlencode({'q': encrypt_query('Ann', by=cast.sam)})}"
    text = page(sign_in(cast.sam), address)
    assert f'action="{reverse("set_language")}"' in text
    assert f'name="next" value="{address}"' in text


def test_search_for_a_tenant_is_there_for_those_who_may(cast, sign_in):
    assert f'action="{LIST}" role="search"' in page(sign_in(cast.sam))
    cast.sam.groups.clear()
    assert f'action="{LIST}" role="search"' not in page(sign_in(cast.sam))


@pytest.mark.parametrize(
    "address", ["/admin/", LIST, f"{LIST}add/", "/admin/password_change/", "/admin/accounts/user/"]
)
def test_no_page_carries_code_or_style_of_its_own_or_keeps_anything(cast, sign_in, address):
    text = page(sign_in(cast.otto), address)
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)[^>]*>|data:image", text)
    assert "theme.js" not in text
    assert "nav_sidebar.js" not in text


def test_our_sheets_come_after_djangos(cast, sign_in):
    sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', page(sign_in(cast.sam), LIST))
    assert [sheet.rsplit("/")[-1] for sheet in sheets[-4:]] == ["variables.css", "base.css", "portal.css", "admin.css"]


def test_pages_of_apps_are_the_start_page(cast, sign_in):
    response = sign_in(cast.sam).get(reverse("admin:app_list", args=["tenants"]))
    assert response.headers["Location"] == reverse("admin:index")


def test_trail_leads_from_home_to_the_list_to_the_row(cast, sign_in):
    client = sign_in(cast.otto)
    address = reverse("admin:accounts_user_history", args=[cast.sam.pk])
    trail = page(client, address).split('class="trail"')[1].split("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', trail) == [
        "/admin/", "/admin/accounts/user/", reverse("admin:accounts_user_change", args=[cast.sam.pk])
    ]  # fmt: skip
    assert "example.com" not in trail


def test_list_is_a_named_region_with_filters_before_it(cast, sign_in):
    text = page(sign_in(cast.sam), "/admin/tenants/claim/")
    assert "No claims yet. They appear here when people claim their record." in text
    text = page(sign_in(cast.otto), "/admin/accounts/user/")
    assert '<div class="table-scroll results" role="region" tabindex="0" aria-label="Accounts">' in text
    assert text.index('id="changelist-filter"') < text.index('id="result_list"')


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?q=zzz", "No match for &quot;zzz&quot;. Check the spelling, or search with fewer letters."),
        ("?is_active__exact=0", "Nothing fits these filters."),
    ],
)
def test_empty_list_says_what_to_do(cast, sign_in, query, words):
    answer = sign_in(cast.otto).get(f"/admin/accounts/user/{query}", follow=True)
    assert words in answer.content.decode().replace('"zzz"', "&quot;zzz&quot;")


def test_long_list_has_pages(cast, sign_in):
    for _number in range(51):
        f.UserFactory()
    text = page(sign_in(cast.otto), "/admin/accounts/user/")
    assert 'class="this-page"' in text
    assert "?p=2" in text


def test_mistakes_in_a_form_are_summed_up_with_links(cast, sign_in):
    response = sign_in(cast.otto).post("/admin/accounts/user/add/", {"email": "nonsense"})
    text = response.content.decode()
    assert '<div class="error-summary" role="alert" tabindex="-1" data-focus>' in text
    assert 'href="#id_email"' in text
    assert "change_form.js" not in text


def test_boxes_in_rows_of_a_form_are_named_after_their_column(cast, sign_in):
    text = page(sign_in(cast.sam), f"{LIST}add/")
    boxes = re.findall(r"<(?:select|input)[^>]*name=\"occupancies-__prefix__-(?:role|unit|moved_in_on)\"[^>]*>", text)
    assert len(boxes) == 3
    assert all("aria-label=" in box for box in boxes)


def test_autocomplete_calls_rows_as_their_admin_does(cast):
    class Named:
        @staticmethod
        def label_for_choice(row):
            return "called so"

    view = AutocompleteView(model_admin=Named())
    view.request = RequestFactory().get("/")
    assert view.serialize_result(cast.ann_entry, "pk")["text"] == "called so"
    view.model_admin = object()
    assert view.serialize_result(cast.ann_entry, "pk")["text"] == str(cast.ann_entry)


def test_nothing_is_deleted_in_bulk(cast, sign_in):
    assert "delete_selected" not in page(sign_in(cast.otto), "/admin/accounts/user/")


@pytest.mark.parametrize("who", ["ann", "vera"])
def test_those_without_work_in_the_admin_do_not_enter(cast, sign_in, who):
    assert sign_in(getattr(cast, who)).get("/admin/", follow=True).status_code == 403


def test_chip_has_an_icon_and_a_word_and_keeps_strangers_words_harmless():
    for kind, icon in ICONS.items():
        assert f"#{icon}" in chip(kind, "waiting")
    assert "&lt;b&gt;" in chip("info", "<b>")
