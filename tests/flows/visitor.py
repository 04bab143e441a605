"""A person at a browser without scripts: opens pages, reads them, and sends the forms that really stand there.

Tokens, hidden fields and preset values come from the page itself, so a form that forgets one fails here.
"""

import re
from html.parser import HTMLParser

from django.core import mail
from django.test import Client

HOST = "http://testserver"


class Forms(HTMLParser):
    """The forms of a page: each with its action, method, the values that it would send, and its buttons."""

    def __init__(self, html):
        super().__init__()
        self.forms, self.form, self.select, self.textarea = [], None, None, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name = given.get("name")
        if tag == "form":
            self.form = {
                "action": given.get("action", ""),
                "method": given.get("method", "get").lower(),
                "data": {},
                "names": set(),
                "buttons": set(),
            }
            self.forms.append(self.form)
        if self.form is None or "disabled" in given:
            return
        if name:
            self.form["names"].add(name)
        if tag == "button":
            self.form["buttons"].add((name or "", given.get("value", "")))
        elif tag == "input" and name and self.is_sent(given):
            empty = "on" if given.get("type") in {"checkbox", "radio"} else ""
            self.form["data"].setdefault(name, []).append(given.get("value", empty))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.form["data"].setdefault(self.select, []).append(given.get("value", ""))
        elif tag == "textarea" and name:
            self.textarea = name
            self.form["data"][name] = [""]

    @staticmethod
    def is_sent(given):
        kind = given.get("type", "text")
        return "checked" in given if kind in {"checkbox", "radio"} else kind not in {"file", "submit", "button"}

    def handle_data(self, data):
        if self.textarea:
            so_far = self.form["data"][self.textarea][0]
            self.form["data"][self.textarea] = [so_far + (data if so_far else data.removeprefix("\n"))]

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        if tag == "select":
            self.select = None
        if tag == "textarea":
            self.textarea = None


class Visitor:
    def __init__(self, name="", language="en"):
        self.name, self.client = name, Client(enforce_csrf_checks=True, headers={"Accept-Language": language})
        self.response = None

    # Going and reading

    def goes_to(self, address):
        self.response = self.client.get(address.removeprefix(HOST), follow=True)
        return self

    @property
    def place(self):
        return (
            self.response.redirect_chain[-1][0] if self.response.redirect_chain else self.response.request["PATH_INFO"]
        )

    @property
    def status(self):
        return self.response.status_code

    @property
    def html(self):
        return self.response.content.decode()

    @property
    def text(self):
        """What the page says, tags left out."""
        body = re.sub(r"(?s)<(script|style|svg).*?</\1>|<!--.*?-->", " ", self.html)
        return " ".join(
            re.sub(r"<[^>]+>", " ", body)
            .replace("\xa0", " ")
            .replace("&nbsp;", " ")
            .replace("&#x27;", "'")
            .replace("&quot;", '"')
            .split()
        )

    def reads(self, *sentences):
        missing = [sentence for sentence in sentences if sentence not in self.text]
        assert not missing, (
            f"{self.name} at {self.place} ({self.status}) does not read {missing} but: {self.text[:3000]}"
        )
        return self

    def does_not_read(self, *sentences):
        found = [sentence for sentence in sentences if sentence in self.text]
        assert not found, f"{self.name} at {self.place} reads {found}"
        return self

    def is_at(self, place):
        assert self.place.split("?")[0] == place, f"{self.name} is at {self.place} ({self.status}): {self.text[:1500]}"
        return self

    # Sending

    def sends(self, *, button=None, form="", **values):
        """Fill in the first form with all these boxes (`form`: part of its action); press `button` (name, value)."""
        found = self.form_with({*values, *([button[0]] if button else [])}, form)
        data = {name: list(sent) for name, sent in found["data"].items()}
        for name, value in values.items():
            data[name] = value if isinstance(value, list) else [value]
        if button:
            assert button in found["buttons"], f"No button {button} but {found['buttons']}"
            data[button[0]] = [button[1]]
        send = self.client.post if found["method"] == "post" else self.client.get
        address = found["action"] or self.place
        self.response = send(address, data, follow=True, headers={"Referer": f"{HOST}{self.place}"})
        return self

    def posts(self, address, **values):
        """A form made by hand, with a good token: what somebody sends who goes round the page."""
        token = self.client.cookies["csrftoken"].value
        self.response = self.client.post(address, values, follow=True, headers={"X-CSRFToken": token})
        return self

    def sends_language(self, code):
        data = next(form["data"] for form in Forms(self.html).forms if "language/" in form["action"])
        self.response = self.client.post("/language/", data | {"language": code}, follow=True)
        return self

    def form_with(self, names, action):
        """The first form of the page's main part that has these boxes and goes there; then the one in the frame."""
        main = re.search(r"(?s)<main.*</main>", self.html)
        forms = [form for html in ((main[0] if main else ""), self.html) for form in Forms(html).forms]
        for form in forms:
            if names <= form["names"] and action in form["action"] and form["action"] != "/language/":
                return form
        there = [(form["action"], sorted(form["names"])) for form in forms]
        raise AssertionError(f"No form with {names} at {self.place} ({self.status}), only {there}: {self.text[:900]}")


def letters_to(email):
    return [letter for letter in mail.outbox if letter.to == [email]]


def link_in(letter):
    """A letter has one link."""
    (link,) = re.findall(r"http://\S+", letter.body)
    return link
