"""An open page asks before its sign-in ends, and is emptied when it has (ASVS 14.3.1, WCAG 2.2.1)."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_story import sign_in


@pytest.fixture
def page(visit, cast):
    page = visit()
    sign_in(page, "ann@example.com")
    page.clock.install()
    page.goto("/accounts/email/")
    return page


def question(page):
    return page.get_by_role("dialog", name="Soon you will be signed out")


def test_an_open_page_asks_first_and_goes_on_when_somebody_is_there(page):
    page.clock.fast_forward("27:50")
    expect(question(page)).to_be_hidden()
    page.clock.fast_forward("00:30")
    expect(question(page)).to_be_visible()
    with page.expect_response("**/accounts/sessions/stay/") as answer:
        page.get_by_role("button", name="Stay signed in").press("Enter")
    assert answer.value.json()["idle"] > 29 * 60
    expect(question(page)).to_be_hidden()
    page.clock.fast_forward("28:30")
    expect(question(page)).to_be_visible()
    # What another page of this browser does counts for this one
    other = page.context.new_page()
    other.goto("/accounts/email/")
    expect(question(page)).to_be_hidden()
    assert page.problems == []
    other.get_by_text("Account", exact=True).click()
    other.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You were signed out")


def test_without_a_connection_what_was_typed_stays(page):
    page.get_by_label("New email").fill("other@example.com")
    page.clock.fast_forward("28:30")
    page.route("**/accounts/sessions/stay/", lambda route: route.abort())
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_role("alert")).to_contain_text("We could not be reached.")
    page.unroute("**/accounts/sessions/stay/")
    page.get_by_role("button", name="Stay signed in").click()
    expect(question(page)).to_be_hidden()
    expect(page.get_by_label("New email")).to_have_value("other@example.com")


def test_a_page_of_one_person_does_not_stay_open_under_the_sign_in_of_another(page):
    other = page.context.new_page()
    page.context.clear_cookies()  # ended from elsewhere, or by a new password: nothing told this page
    sign_in(other, "bob@example.com")
    expect(page.get_by_role("heading", level=1)).to_have_text("You were signed out")
    assert "ann@example.com" not in page.content()


def test_a_page_left_alone_is_emptied_and_leads_back(page):
    page.clock.fast_forward("30:10")
    expect(page.get_by_role("heading", level=1)).to_have_text("You were signed out")
    assert "ann@example.com" not in page.content()
    assert "Email" not in page.title()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    link = page.get_by_role("link", name="Sign in")
    expect(link).to_have_attribute("href", "/accounts/login/?next=/accounts/email/")
    assert page.problems == []


def test_at_the_end_of_its_hours_a_page_only_says_so(page, settings):
    settings.SESSION_COOKIE_AGE = 600
    page.goto("/accounts/email/")
    page.clock.fast_forward("08:10")
    expect(page.get_by_role("button", name="Back to the page")).to_be_visible()
    page.keyboard.press("Escape")
    page.clock.fast_forward("01:00")
    expect(question(page)).to_be_hidden()
    page.clock.fast_forward("01:00")
    expect(page.get_by_role("heading", level=1)).to_have_text("You were signed out")
