"""Parse responses: the text of a body, also in archives and PDF files, and the forms and links of a page."""

import base64
import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser

from django.utils import timezone

STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
TYPED = {"date": "", "number": "1", "email": "x@example.com", "tel": "+628120000001", "url": "https://example.com/x"}
NOT_FILLED = {"submit", "button", "image", "file", "reset"}


def everything_in(response):
    """Return headers and body as text; unpack ZIP (and so XLSX) and PDF files."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    headers = " ".join(str(value) for name, value in response.headers.items() if name != "Set-Cookie")
    return f"{headers}\n{_text(body)}"


def _text(body):
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return "\n".join(_text(packed.read(name)) for name in packed.namelist())
    if body.startswith(b"%PDF"):
        return "\n".join(_inflated(stream).decode("latin-1") for stream in STREAM.findall(body))
    return body.decode(errors="replace")


def _inflated(stream):
    stream = stream.strip()
    try:
        if stream.endswith(b"~>"):  # ASCII85, of which PDF needs no beginning
            stream = base64.a85decode(stream.removeprefix(b"<~").removesuffix(b"~>"))
        return zlib.decompress(stream)
    except (ValueError, zlib.error):
        return stream


@dataclass
class Form:
    action: str
    data: dict = field(default_factory=dict)
    buttons: list = field(default_factory=list)

    def sent(self):
        """Return the data that each of the form's buttons would send."""
        return [{**self.data, **button} for button in self.buttons or [{}]]


def forms_of(html):
    """Return the page's POST forms, filled in with minimal values and with every checkbox ticked."""
    reader = _Reader()
    reader.feed(html)
    return [form for form in reader.forms if not re.search(r"language|logout", form.action)]


def links_of(html):
    """Return the page's links that only change the query string: filters, order, dates, "show all"."""
    return re.findall(r'href="(\?[^"#]+)"', html.replace("&amp;", "&"))


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self.form, self.select, self.area = [], None, None, None

    def handle_starttag(self, tag, attrs):
        attrs = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(attrs.get("action", ""))
            if attrs.get("method", "get").lower() == "post":
                self.forms.append(self.form)
        elif self.form is not None:
            handler = getattr(self, f"_{tag}", None)
            if handler:
                handler(attrs, attrs.get("name", ""))

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.area:
            self.form.data[self.area] = self.form.data.get(self.area) or "x"
            self.area = None

    def handle_data(self, data):
        if self.area:
            self.form.data[self.area] = self.form.data.get(self.area, "") + data.strip()

    def _input(self, attrs, name):
        kind = attrs.get("type", "text")
        value = attrs.get("value", "")
        if kind in {"submit", "image"} and name:
            self.form.buttons.append({name: value})
        if not name or kind in NOT_FILLED:
            return
        if kind == "checkbox":
            self.form.data.setdefault(name, []).append(value or "on")
        elif kind == "radio":
            if "checked" in attrs or name not in self.form.data:
                self.form.data[name] = value
        else:
            self.form.data[name] = value if kind == "hidden" else value or self._typed(kind)

    def _typed(self, kind):
        if kind == "date":
            return (timezone.localdate() + timedelta(days=9)).isoformat()
        return TYPED.get(kind, "x")

    def _button(self, attrs, name):
        self._input({"type": "submit"} | attrs, name)

    def _select(self, attrs, name):
        self.select = name
        if name:
            self.form.data.setdefault(name, "")

    def _option(self, attrs, _name):
        value = attrs.get("value", "")
        if self.select and value and ("selected" in attrs or not self.form.data[self.select]):
            self.form.data[self.select] = value

    def _textarea(self, _attrs, name):
        self.area = name
