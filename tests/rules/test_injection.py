"""Input is always shown as text: it breaks no page, is not executed, and is not evaluated as a template."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from tests.rules.doors import MODELS, PORTAL, words_of
from tests.rules.site import admin_address, client_for

pytestmark = pytest.mark.django_db
NASTY = """x{{7*7}}x{%now%}%s%(a)s%n${7*7}'"\\--;<svg onload=alert(1)>@example.com"""
# Signs in a page that input was evaluated or not escaped
ACTED = ("x49x", "$49", "<svg onload")
LEFT_ALONE = {"csrfmiddlewaretoken"}


@dataclass
class Form:
    action: str = ""
    method: str = "get"
    given: dict = field(default_factory=dict)  # name → initial value
    files: set = field(default_factory=set)


class Forms(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found, self.form, self.select = [], None, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag == "form":
            self.form = Form(said.get("action") or "", (said.get("method") or "get").lower())
            self.found.append(self.form)
        elif self.form and tag in {"input", "textarea", "select", "button"} and said.get("name"):
            self.field(tag, said)
        elif tag == "option" and self.select and ("selected" in said or not self.form.given[self.select]):
            self.form.given[self.select] = said.get("value") or ""

    def field(self, tag, said):
        name, kind = said["name"], said.get("type")
        self.select = name if tag == "select" else None
        if kind == "file":
            self.form.files.add(name)
        elif kind not in {"radio", "checkbox"} or "checked" in said or name not in self.form.given:
            self.form.given[name] = said.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None


def fillings(form):
    """Yield values for all fields at once; in the portal also for one field at a time, with the others as rendered."""
    names = [name for name in form.given if name not in LEFT_ALONE]
    yield (
        form.given
        | dict.fromkeys(names, NASTY)
        | {name: SimpleUploadedFile(NASTY, NASTY.encode()) for name in form.files}
    )
    if len(names) > 1 and not form.action.startswith("/admin/"):
        yield from (form.given | {name: NASTY} for name in names)


def pages_of(world, who):
    words = words_of(world)
    yield from (address.format(**words) for address, get, *_post in PORTAL.values() if get)
    if who == "sam":
        yield from (
            admin_address(world, *label.split("."), "add/")
            for label, pages in MODELS.items()
            if pages["add"].startswith("200")
        )


def send(client, address, form, filling):
    """Return the response and the page that it redirects to, which shows what was stored."""
    for value in filling.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    cache.clear()
    answers = [client.post(form.action, filling) if form.method == "post" else client.get(form.action, filling)]
    if answers[0].status_code in {301, 302} and not urlsplit(answers[0].headers["Location"]).netloc:
        answers.append(client.get(urljoin(form.action, answers[0].headers["Location"])))
    if form.method == "post":
        answers.append(client.get(address))
    return answers


def faults(answers):
    for answer in answers:
        if answer.status_code >= 500:
            yield f"answers {answer.status_code}"
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            yield from (f"shows {word}" for word in ACTED if word in answer.content.decode(errors="replace"))


@pytest.mark.parametrize("who", ["anonymous", "ann", "vera", "sam"])
def test_whatever_is_written_into_a_field_comes_back_as_words(world, who):
    client, seen, found = client_for(world, who), set(), []
    for address in pages_of(world, who):
        cache.clear()
        page = client.get(address)
        if page.status_code != 200 or not page.headers["Content-Type"].startswith("text/html"):
            continue
        for form in Forms(page.content.decode()).found:
            form.action = urljoin(address, form.action)
            what = (re.sub(r"\d+", "0", form.action.partition("?")[0]), *form.given, *form.files)
            if what in seen or what[0].endswith("/logout/"):
                continue
            seen.add(what)
            for filling in fillings(form):
                with transaction.atomic():
                    answers = send(client, address, form, filling)
                    transaction.set_rollback(True)
                found += [f"{form.method} {what[0]} of {address}: {fault}" for fault in faults(answers)]
    assert len(seen) >= {"anonymous": 4}.get(who, 8)
    assert not found, "Escape it, or refuse it with a sentence:\n  " + "\n  ".join(sorted(set(found)))


def test_the_check_finds_the_fields():
    (form,) = Forms(
        "<form method=POST action=/x/><input name=a value=1><input type=radio name=b value=1>"
        "<input type=radio name=b value=2 checked><select name=c><option value=3><option value=4 selected></select>"
        "<textarea name=d>x</textarea><input type=file name=e><button name=f value=5></button></form>"
    ).found
    assert (form.action, form.method) == ("/x/", "post")
    assert form.given == {"a": "1", "b": "2", "c": "4", "d": "", "f": "5"}
    assert form.files == {"e"}
