"""A real Chromium on the real site: where none is installed, these tests say so and are skipped."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs beside Django's synchronous code


@pytest.hookimpl(tryfirst=True)  # before xdist names the groups
def pytest_collection_modifyitems(items):
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.xdist_group(item.name))  # they take long and share nothing
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="No Chromium found (Debian: apt install chromium)."))


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, live_server):
    """`visit(width=360, language="id")` opens a page of a new person's browser on the live site."""
    contexts = []

    def _visit(*, width=1280, language="en"):
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme="light",
            locale={"en": "en-GB", "id": "id-ID"}[language],
            reduced_motion="reduce",  # colours change at once, as those who ask for it see them
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.base_url = live_server.url
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        return page

    yield _visit
    for context in contexts:
        context.close()
