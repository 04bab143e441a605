"""The translatable strings in code and templates, and those in the catalogues."""

import ast
import gettext

from django.conf import settings
from django.template import engines
from django.template.base import Node, TextNode
from django.template.context import Context
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.text import get_text_list
from django.utils.translation import trim_whitespace

from tests.rules.apps import SOURCES, name

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.*"))
# Function → argument positions of context (or None), message, and plural (or None)
CALLS = {
    "_": (None, 0, None), "gettext": (None, 0, None), "gettext_lazy": (None, 0, None), "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1), "ngettext_lazy": (None, 0, 1), "pgettext": (0, 1, None), "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2), "npgettext_lazy": (0, 1, 2),
}  # fmt: skip


def in_code(sources=SOURCES):
    """Return {(context, message): location} of all Python modules."""
    found = {}
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and (
                places := CALLS.get(getattr(node.func, "id", getattr(node.func, "attr", "")))
            ):
                texts = [
                    node.args[at].value
                    if at is not None and at < len(node.args) and isinstance(node.args[at], ast.Constant)
                    else None
                    for at in places
                ]
                if isinstance(texts[1], str):
                    found.setdefault((texts[0], texts[1]), f"{source.name}:{node.lineno}")
    return found


def in_templates(paths=TEMPLATES):
    found = {}
    for path in paths:
        template = engines["django"].from_string(path.read_text()).template
        for node in nodes(template.nodelist):
            if isinstance(node, TranslateNode) and str(node.filter_expression.var.var).startswith("'"):
                # The node stores a literal with its quotation marks
                found.setdefault((context_of(node), node.filter_expression.var.var[1:-1]), name(path))
            if isinstance(node, BlockTranslateNode):
                found.setdefault((context_of(node), block(node, node.singular)), name(path))
    return found


def context_of(node):
    return node.message_context.resolve(Context()) if node.message_context else None


def block(node, tokens):
    text, _names = node.render_token_list(tokens)
    return trim_whitespace(text) if node.trimmed else text


def nodes(nodelist):
    for node in nodelist:
        yield node
        for attribute in (*Node.child_nodelists, "nodelist_loop", "nodelist_empty", "nodelist_true", "nodelist_false"):
            if not isinstance(node, TextNode):
                yield from nodes(getattr(node, attribute, None) or [])
        for _condition, inner in getattr(node, "conditions_nodelists", []):
            yield from nodes(inner)


class Entry:
    def __init__(self):
        self.context, self.flags, self.said = None, set(), {}

    @property
    def msgid(self):
        return self.said.get("msgid", "")

    @property
    def translations(self):
        return [text for key, text in self.said.items() if key.startswith("msgstr")]


def catalogue(language):
    """Return all entries of locale/<language>/LC_MESSAGES/django.po but the header."""
    entries, entry, key = [], Entry(), ""
    for line in (folder(language) / "django.po").read_text().splitlines():
        if line.startswith("#,"):
            entry.flags |= {flag.strip() for flag in line[2:].split(",")}
        elif line.startswith('"'):
            entry.said[key] += ast.literal_eval(line)
        elif line and not line.startswith("#"):
            key, _space, text = line.partition(" ")
            entry.said[key] = ast.literal_eval(text)
        elif not line and entry.said:
            entries.append(entry)
            entry = Entry()
    entries.append(entry)
    for each in entries:
        each.context = each.said.get("msgctxt")
    return [each for each in entries if each.msgid]


def compiled(language):
    with (folder(language) / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def folder(language):
    return settings.BASE_DIR / "locale" / language / "LC_MESSAGES"


def listed(found, most=40):
    lines = sorted(map(str, found))
    return "\n  ".join([*lines[:most], get_text_list([f"and {len(lines) - most} more"]) if len(lines) > most else ""])
