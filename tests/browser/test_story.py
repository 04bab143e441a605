"""The main line of the story in a real browser: Ann on her phone in Indonesian, Vera at her desk in English."""

import re

from django.urls import reverse
from playwright.sync_api import expect

from tests import factories as f
from tests.browser.accessibility import faults


def sign_in(page, email):
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(f.PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()


def press(page, words):
    page.get_by_role("button", name=words).first.click()
    page.wait_for_load_state()


def test_ann_agrees_shares_and_withdraws(visit, cast):
    for kind in ("policy", "terms"):
        f.VersionFactory(document__kind=kind)
    f.agree(cast.vera)
    asked = f.SharingRequestFactory(subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose)
    cast.ann.language = "id"
    cast.ann.save()
    ann, vera = visit(width=360, language="id"), visit()

    # Ann meets the consent page, and is told which boxes are missing
    sign_in(ann, "ann@example.com")
    expect(ann.get_by_role("heading", level=1)).to_have_text("Mohon baca, lalu jawab")
    assert faults(ann) == []
    press(ann, "Setuju dan lanjutkan")
    expect(ann.locator(".error-summary")).to_be_focused()
    boxes = ann.locator("main input[type=checkbox]")
    assert [boxes.nth(n).is_checked() for n in range(boxes.count())] == [False, False]
    for n in range(boxes.count()):
        boxes.nth(n).check()
    # Our own picture of a tick: Bootstrap's is a data: address, which the policy blocks
    assert "check-light.svg" in boxes.first.evaluate("box => getComputedStyle(box).backgroundImage")
    press(ann, "Setuju dan lanjutkan")
    expect(ann).to_have_url(re.compile(reverse("tenant_home")))

    # She shares less than was asked for
    ann.goto(reverse("sharing_request", args=[asked.number]))
    assert faults(ann) == []
    ann.locator("input[value='tenants.tenant.name']").check()
    ann.locator("input[value='tenants.tenant.phone']").check()
    press(ann, re.compile("^Beri izin"))
    expect(ann).to_have_url(re.compile(reverse("sharing")))

    # Vera sees exactly that, and Ann sees that she looked
    sign_in(vera, "vera@example.com")
    vera.goto(reverse("vendor_shared"))
    vera.locator("main").get_by_role("link", name="Ann Wijaya").first.click()
    vera.wait_for_load_state()
    expect(vera.locator("main")).to_contain_text("+62 812-3456-7890")
    expect(vera.locator("main")).not_to_contain_text("A-12-03")
    record = vera.url
    ann.goto(reverse("access_log"))
    expect(ann.locator("main")).to_contain_text("Vera dari PT Teknik Andal melihat nama dan nomor telepon Anda")

    # One press withdraws; Vera's next click is refused
    ann.goto(reverse("sharing"))
    ann.get_by_role("link", name=re.compile("Tarik izin")).first.click()
    ann.wait_for_load_state()
    press(ann, "Tarik izin")
    expect(ann.locator("main")).to_contain_text("Langsung berlaku")
    vera.goto(record)
    expect(vera.locator("main")).not_to_contain_text("+62 812-3456-7890")
    expect(vera.locator("main")).to_contain_text("Permission withdrawn")
    assert not [said for said in vera.problems if "Content Security Policy" in said]
