"""Every page of the site, as somebody who may open it, and the states that need an act: axe-core finds nothing.

Chromium runs under the site's own policy here, so any message of it on the console is a fault too.
"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Error, expect

from privacy.consent import legal_documents
from privacy.models import DocumentVersion, ProfileUpdateRequest, SharingGrant
from privacy.sharing import grants
from tenants import imports
from tests.browser.accessibility import faults
from tests.rules.doors import MODELS, PAGES, PORTAL, ROOF, words_of
from tests.rules.site import PEOPLE, STAFF, admin_address
from tests.rules.world import build

DOORS = PORTAL | ROOF
CHUNK = 32  # pages a test: the runs in parallel share them, and each makes the world


def doors():
    """Route → the first of the cast who gets a page there, from the table of who may open what."""
    answers = {route: dict(zip(PEOPLE, (get or "").split(), strict=False)) for route, (_a, get, *_p) in DOORS.items()}
    answers |= {
        (label, page): dict(zip(STAFF, said.split(), strict=True))
        for label, pages in MODELS.items()
        for page, said in pages.items()
        if page != "history" or label == "tenants.tenant"  # one history page stands for all: nothing differs but words
    }
    return {
        route: who for route, said in answers.items() if (who := next(filter(lambda w: said[w] == "200", said), None))
    }


def rounds():
    """(person, some of the routes)"""
    routes = {}
    for route, who in doors().items():
        routes.setdefault(who, []).append(route)
    return [(who, hers[at : at + CHUNK]) for who, hers in routes.items() for at in range(0, len(hers), CHUNK)]


def address_of(world, route):
    if route in DOORS:
        return DOORS[route][0].format(**words_of(world))
    label, page = route
    return admin_address(world, *label.split("."), PAGES.get(page, page))


@pytest.fixture
def world(cast):
    return build(cast)


@pytest.fixture
def enter(visit, world):
    """`enter("sam")` opens her browser, signed in."""

    def _enter(who, **options):
        page, client = visit(**options), Client()
        if who != "anonymous":
            client.force_login(getattr(world, who))
            session = client.cookies["sessionid"].value
            page.context.add_cookies([{"name": "sessionid", "value": session, "url": page.base_url}])
        return page

    return _enter


def opens(page, address):
    """Whether a page stands at this address, and no file or data, which Chromium shows in a page of its own."""
    try:
        is_page = page.goto(address).headers.get("content-type", "").startswith("text/html")
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        is_page = False
    if not is_page:
        page.problems.clear()
    return is_page


def said_of(page):
    """What is wrong with the page that is open."""
    return faults(page) + [said for said in page.problems if "Content Security Policy" in said]


def said_at(page, *addresses):
    """What is wrong with these pages, each fault once."""
    found = []
    for address in addresses:
        if opens(page, address):
            found += said_of(page)
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(("who", "routes"), rounds(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_page(enter, world, who, routes):
    page = enter(who)
    assert said_at(page, *(address_of(world, route) for route in routes)) == []


def test_pages_of_mistakes_and_trouble(enter, world):
    """Error summaries, and the pages that say no."""
    newcomer = enter("anonymous")
    newcomer.goto("/accounts/signup/")
    press(newcomer)
    expect(newcomer.locator(".error-summary")).to_be_focused()
    assert said_of(newcomer) == []
    ann = enter("ann")
    ann.goto("/claim/")
    press(ann)
    expect(ann.locator(".error-summary")).to_be_focused()
    assert said_of(ann) == []
    assert said_at(ann, "/not-here/", "/admin/") == []
    sam = enter("sam")
    sam.goto("/admin/tenants/tenant/add/")
    sam.locator("[name=_save]").first.click()
    assert said_of(sam) == []
    assert said_at(sam, "/admin/not-here/", "/admin/privacy/purpose/", "/admin/tenants/tenant/?q=nobody") == []


def test_pages_of_consent(enter, world):
    """The answer left out, the answer no, and a new version to compare with the one before."""
    dina = enter("dina")
    dina.goto("/consent/")
    press(dina, "agree")
    expect(dina.locator(".error-summary")).to_be_focused()
    assert said_of(dina) == []
    press(dina, "decline")
    expect(dina).to_have_url(f"{dina.base_url}/limited/")
    assert said_of(dina) == []
    first = legal_documents.current("policy")
    draft = legal_documents.draft(
        document=first.document,
        by=world.olga,
        texts={
            "id": f"{first.body_ind}\n\n## 2. Tambahan\n\nSatu kalimat.",
            "en": f"{first.body_en}\n\n## 2. More\n\nOne sentence.",
        },
        summaries={"id": "Satu kalimat ditambahkan.", "en": "One sentence was added."},
    )
    publish = reverse("admin:privacy_documentversion_publish", args=[draft.pk])
    assert said_at(enter("otto"), publish) == []
    legal_documents.publish(version=DocumentVersion.objects.get(pk=draft.pk), by=world.otto)
    ann = enter("ann")
    assert said_at(ann, "/consent/") == []
    expect(ann.locator("ins").first).to_be_visible()


def test_pages_of_the_queues(enter, world):
    """An import with mistakes, a change of something that changed meanwhile, and a permission taken back."""
    rows = world.rows["anggrek"]
    file = SimpleUploadedFile("register.csv", b"name,building,unit,phone\nFerry,Nowhere,1,12\n")
    pending = imports.keep(table=imports.read(file), management=world.anggrek, by=world.sam)
    world.ann_entry.phone = "+6281200001111"
    world.ann_entry.save()
    grants.withdraw(grant=rows[SharingGrant], by=world.ann)
    assert (
        said_at(
            enter("sam"),
            reverse("admin:tenants_tenant_import_preview", args=[pending.pk]),
            reverse("admin:privacy_profileupdaterequest_change", args=[rows[ProfileUpdateRequest].pk]),
        )
        == []
    )
    assert said_at(enter("vera"), reverse("vendor_record", args=[rows[SharingGrant].number])) == []


def press(page, name=""):
    page.locator("main form button[type=submit]" + (f"[value={name}]" if name else "")).last.click()
    page.wait_for_load_state()
