"""What the law gives a tenant, in a real browser: a choice and its proof, a right and its answer, a disclosure told."""

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from privacy.consent import purposes
from privacy.models import Disclosure, Purpose, RightsRequest
from tests import factories as f
from tests.browser.test_story import press, sign_in


@pytest.fixture
def documents(cast):
    f.VersionFactory(document__kind="policy")
    f.VersionFactory(document__kind="terms", document__title_en="Terms and Conditions")


def test_ann_says_yes_to_one_purpose_proves_it_and_withdraws(visit, documents):
    for code, name in (("surveys", "Surveys"), ("news", "News by email")):
        words = {"name_ind": name, "name_en": name, "description_ind": "Teks.", "description_en": "Words."}
        purposes.save(purpose=Purpose(code=code, for_sharing=False, **words))
    ann, anybody = visit(width=360), visit()
    sign_in(ann, "ann@example.com")
    for name in ("Privacy Policy", "Terms and Conditions", "Surveys"):
        ann.get_by_role("checkbox", name=re.compile(name)).check()
    press(ann, "Agree and continue")

    # One press away from the list of her answers stands the receipt, which anybody can check without seeing her
    ann.goto(reverse("consents"))
    expect(ann.get_by_role("checkbox", name="Surveys")).to_be_checked()
    expect(ann.get_by_role("checkbox", name="News by email")).not_to_be_checked()
    ann.get_by_role("row").filter(has_text="Surveys").get_by_role("link").last.click()
    expect(ann.locator("main")).to_contain_text("Words.")
    checked_at = ann.get_by_role("link", name="Check that this receipt is genuine").get_attribute("href")
    anybody.goto(checked_at.removeprefix(settings.SITE_URL))
    expect(anybody.locator("main")).to_contain_text("Genuine: it matches the evidence register.")
    expect(anybody.locator("body")).not_to_contain_text("Ann")
    number = re.search(r"TT-\d{4}-\d+", checked_at).group()
    anybody.locator("[name=number]").fill(f"{number}9")
    press(anybody, "Check the receipt")
    expect(anybody.locator("main")).to_contain_text("It does not match.")

    # A box and a press gave it; a box and a press take it back
    ann.goto(reverse("consents"))
    ann.get_by_role("checkbox", name="Surveys").uncheck()
    press(ann, "Save my choices")
    ann.goto(reverse("consents"))
    expect(ann.get_by_role("checkbox", name="Surveys")).not_to_be_checked()
    expect(ann.get_by_role("row").filter(has_text="Surveys")).to_have_count(2)


def test_ann_asks_for_a_restriction_reads_the_answer_and_takes_her_copy(visit, documents, cast):
    for user in (cast.ann, cast.sam):
        f.agree(user)
    ann, sam = visit(width=360), visit()
    sign_in(ann, "ann@example.com")
    ann.goto(reverse("rights_ask", args=["restrict"]))
    ann.get_by_role("radio", name="Pengelola Anggrek, about its register of tenants").check()
    ann.locator("[name=details]").fill("My phone number is disputed.")
    press(ann, "Send request")
    expect(ann.locator("main")).to_contain_text("We have received your request")
    asked = RightsRequest.objects.get()

    # Sam sees that she was signed in, so nothing about her identity is asked again
    sign_in(sam, "sam@example.com")
    sam.goto(reverse("admin:privacy_rightsrequest_changelist"))
    sam.get_by_role("link", name=re.compile(asked.number[-4:])).first.click()
    expect(sam.locator("main")).to_contain_text("My phone number is disputed.")
    sam.get_by_role("radio", name="Grant").check()
    sam.locator("[name=answer]").fill("Nobody uses it until you have agreed on it.")
    press(sam, "Send the answer")
    expect(sam.locator("main")).to_contain_text("Your answer is kept. The tenant is told.")

    ann.reload()
    expect(ann.locator("main")).to_contain_text("Nobody uses it until you have agreed on it.")
    ann.goto(reverse("download"))
    with ann.expect_download() as given:
        ann.get_by_role("button", name="Download").click()
    with ZipFile(given.value.path()) as copy:
        assert {"index.html", "data.json"} <= set(copy.namelist())
        assert "My phone number is disputed." in copy.read("data.json").decode()


def test_a_disclosure_needs_two_people_and_ann_reads_where_her_data_went(visit, documents, cast):
    for user in (cast.ann, cast.sam, cast.olga):
        f.agree(user)
    ann, sam, olga = visit(width=360), visit(), visit()
    sign_in(sam, "sam@example.com")
    sam.goto(reverse("admin:privacy_disclosure_add"))
    sam.locator("[name=ground]").select_option(index=1)
    sam.locator("[name=instrument]").fill("Ruling 12/2026")
    sam.locator("[name=institution]").fill("Jakarta District Court")
    sam.locator(".select2-search__field").first.fill("Ann")
    sam.locator(".select2-results__option", has_text="Ann Wijaya").click()
    scan = BytesIO()
    Image.new("RGB", (9, 9)).save(scan, "PNG")
    sam.locator("[name=document]").set_input_files(
        {"name": "ruling.png", "mimeType": "image/png", "buffer": scan.getvalue()}
    )
    sam.locator("input[name=fields][value='tenants.tenant.name']").check()
    press(sam, "Send for approval")
    expect(sam.locator("main")).to_contain_text("A second person must approve it")
    row = Disclosure.objects.get()
    expect(sam.get_by_role("link", name="Approve the disclosure")).to_have_count(0)

    sign_in(olga, "olga@example.com")
    olga.goto(reverse("admin:privacy_disclosure_change", args=[row.pk]))
    olga.get_by_role("link", name="Approve the disclosure").click()
    press(olga, "Approve the disclosure")
    expect(olga.locator("main")).to_contain_text("Approved.")

    sign_in(ann, "ann@example.com")
    ann.goto(reverse("disclosures"))
    expect(ann.locator("main")).not_to_contain_text("Jakarta District Court")
    sam.goto(reverse("admin:privacy_disclosure_export", args=[row.pk]))
    with sam.expect_download():
        sam.get_by_role("button", name="Export the approved data").click()
    ann.reload()
    ann.get_by_role("link", name=re.compile("Read disclosure")).click()
    expect(ann.get_by_role("heading", level=1)).to_be_visible()
    expect(ann.locator("main")).to_contain_text("Jakarta District Court")
    expect(ann.locator("main")).to_contain_text("Ruling 12/2026")
