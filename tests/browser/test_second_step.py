"""The second step in a real browser: staff are led to it, add a passkey, and sign in with it."""

import re

from playwright.sync_api import expect

from tests.browser.test_story import press, sign_in


def a_device_with_passkeys(page):
    """Chromium's own stand-in for a phone or a key that confirms by itself."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_sam_adds_a_passkey_before_anything_opens_and_signs_in_with_it(visit, cast, settings):
    settings.SECOND_FACTOR = settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    page = visit(width=360)
    sign_in(page, "sam@example.com")
    page.goto("/admin/")
    expect(page).to_have_url(re.compile(r"/accounts/two-step/$"))
    a_device_with_passkeys(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.wait_for_url("**/webauthn/add/")  # its script has run: before, the button does nothing
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("main .codes li")).to_have_count(10)
    page.goto("/admin/")
    expect(page).to_have_url(re.compile(r"/admin/$"))

    page.context.clear_cookies()
    sign_in(page, "sam@example.com")
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    page.wait_for_load_state()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile(r"/admin/$"))
    page.goto("/accounts/sessions/")
    press(page, "Sign out everywhere else")
    expect(page.locator("main")).to_contain_text("here, now")
    assert page.problems == []
