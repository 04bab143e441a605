"""All visible text of templates and forms is translatable."""

import ast
import re
from html.parser import HTMLParser

from django.template.base import Lexer, TokenType

from tests.rules.apps import SOURCES, name
from tests.rules.sentences import TEMPLATES, listed

# Names that are the same in every language
NAMES = {"BAMMS", "Bahasa Indonesia", "English", "ID", "EN", "CSV", "XLSX", "PDF", "NIK", "KTP", "SIM", "WIB"}
SPOKEN = {"title", "alt", "aria-label", "placeholder", "aria-description", "aria-roledescription", "label"}
LETTERS = re.compile(r"[^\W\d_]{2,}")
HOLE = "\ue000"  # a private-use character
OPENING = ("blocktranslate", "blocktrans")
ATTRIBUTES = {"bodyclass", "submit_name"}  # blocks inside a tag: classes, names
# Python: keyword arguments that are shown, and calls whose first argument is shown
KEYWORDS = {
    "label",
    "help_text",
    "verbose_name",
    "verbose_name_plural",
    "description",
    "short_description",
    "empty_label",
    "site_title",
    "index_title",
}
SAYING = {"Refused", "ValidationError", "PermissionDenied", "message_user", "success", "info", "warning", "error"}


def outside(source):
    """Return the template without tags and translated text."""
    closing, text = "", ""
    for token in Lexer(source).tokenize():
        parts = token.split_contents() if token.token_type == TokenType.BLOCK else [""]
        if closing:
            closing = "" if parts[0] == closing else closing
        elif parts[0] in {*OPENING, "comment", "verbatim"} or (parts[0] == "block" and parts[1] in ATTRIBUTES):
            closing = f"end{parts[0]}"
        elif token.token_type == TokenType.TEXT:
            text += token.contents
        elif token.token_type == TokenType.VAR:
            text += "div" if text.endswith(("<", "</")) else HOLE
    return text


class Visible(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found, self.silent = [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.silent += tag in {"script", "style"}
        given = dict(attrs)
        spoken = [given.get(attribute) for attribute in SPOKEN]
        if tag == "input" and given.get("type") in {"submit", "button", "reset"}:
            spoken.append(given.get("value"))
        self.found += [text for text in spoken if text and says_something(text)]

    def handle_endtag(self, tag):
        self.silent -= tag in {"script", "style"}

    def handle_data(self, data):
        if not self.silent and says_something(data):
            self.found.append(" ".join(data.replace(HOLE, " … ").split()))


def says_something(text):
    for word in NAMES:
        text = text.replace(word, "")
    return bool(LETTERS.search(re.sub(r"&\w+;", "", text.replace(HOLE, " "))))


def visible(path):
    text = outside(path.read_text())
    return (
        Visible(text).found if path.suffix == ".html" else [line for line in text.splitlines() if says_something(line)]
    )


def untranslated_templates(paths):
    return [
        f"{name(path)}: {text[:80]!r}" for path in paths if path.suffix in {".html", ".txt"} for text in visible(path)
    ]


def test_templates_hold_no_untranslated_text():
    found = untranslated_templates(TEMPLATES)
    assert not found, f"Wrap these in {{% translate %}} or {{% blocktranslate trimmed %}}:\n  {listed(found)}"


def untranslated(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (k.value for k in node.keywords if k.arg in KEYWORDS and is_text(k.value))
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            owner = getattr(getattr(node.func, "value", None), "id", "")
            if called in SAYING and owner in {"", "messages", "self"}:
                yield from (argument for argument in node.args[:2] if is_text(argument))
        if isinstance(node, ast.Assign):
            yield from (
                node.value
                for target in node.targets
                if getattr(target, "id", getattr(target, "attr", "")) in KEYWORDS and is_text(node.value)
            )


def is_text(node):
    text = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
    return isinstance(text, ast.Constant) and isinstance(text.value, str) and says_something(text.value)


def untranslated_code(sources):
    return [
        f"{source.name}:{node.lineno}"
        for source in sources
        if "management" not in source.path.parts and "demo" not in source.path.parts
        for node in untranslated(source.tree)
    ]


def test_code_holds_no_untranslated_text():
    found = untranslated_code(SOURCES)
    assert not found, f"Wrap these in _():\n  {listed(found)}"


def formatted_early(sources):
    """Return `_(f"…")` and `_("…" % x)`, which no catalogue contains."""
    return [
        f"{source.name}:{node.lineno}"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in {"_", "gettext", "gettext_lazy", "ngettext"}
        and node.args
        and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
    ]


def test_sentences_are_formatted_after_their_translation():
    found = formatted_early(SOURCES)
    assert not found, f'Translate first, then fill in: _("… %(n)s …") % {{…}}:\n  {listed(found)}'


def test_the_check_sees_untranslated_text():
    assert Visible(outside("<p>Hello {{ name }}</p>{% translate 'x' %}")).found == ["Hello …"]
    assert Visible(outside('<a title="Go home"></a>')).found == ["Go home"]
    assert not Visible(outside("{% blocktranslate %}Hello{% endblocktranslate %} BAMMS · {{ x }}")).found
    assert [*untranslated(ast.parse("raise Refused('Not so')"))]
    assert [*untranslated(ast.parse("CharField(label='Name')"))]
    assert not [*untranslated(ast.parse("CharField(label=_('Name'), max_length=3)"))]
