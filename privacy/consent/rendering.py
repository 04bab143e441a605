"""Legal texts as safe HTML, with an anchor for every clause. Pure: the same text always gives the same HTML.

HTML in the Markdown is escaped, and the output passes an allow-list as well.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

import nh3
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

from privacy.files import pdf_writer

WORDS_A_MINUTE = 200  # a careful reader; Brysbaert 2019 measured 238 for plain prose
NUMBERED = re.compile(r"(\d{1,3})[.)]?\s+(\S.*)")
ALLOWED = {
    "tags": {
        "p", "h2", "h3", "h4", "h5", "h6", "ol", "ul", "li", "strong", "em", "s", "code", "pre", "blockquote",
        "hr", "br", "a", "div", "table", "thead", "tbody", "tr", "th", "td",
    },
    "attributes": {
        **{f"h{level}": {"id"} for level in range(2, 7)},
        "li": {"id"}, "ol": {"start"}, "a": {"href", "title"}, "div": {"class", "tabindex"},
    },
    "url_schemes": {"http", "https", "mailto", "tel"},
    "link_rel": "noopener noreferrer",
}  # fmt: skip
PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
# Wide tables scroll inside a focusable box of their own
PARSER.add_render_rule("table_open", lambda *_args: '<div class="table-scroll" tabindex="0">\n<table>\n')
PARSER.add_render_rule("table_close", lambda *_args: "</table>\n</div>\n")


@dataclass(frozen=True)
class Clause:
    """One heading of the contents list; `number` is "" for a heading without one."""

    id: str
    number: str
    title: str


@dataclass(frozen=True)
class Rendered:
    html: str
    contents: tuple
    words: int

    @property
    def ids(self):
        return frozenset(clause.id for clause in self.contents)


@lru_cache(maxsize=256)
def render(text, prefix="", deeper=0):
    """Render Markdown as safe HTML. `prefix` keeps anchors of two texts on a page apart; `deeper` lowers headings."""
    tokens = PARSER.parse(text)
    contents = tuple(_give_addresses(tokens, prefix))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, max(2, int(token.tag[1])) + deeper)}"
    html = nh3.clean(PARSER.renderer.render(tokens, PARSER.options, {}), **ALLOWED)
    words = sum(len(plain(token).split()) for token in tokens if token.type in ("inline", "fence", "code_block"))
    return Rendered(mark_safe(html), contents, words)  # noqa: S308 - nh3 has cleaned it


def blocks(text):
    """Yield the same text for a PDF: headings, paragraphs, items of lists with their marks, and rows of tables."""
    marks, cells, is_heading = [], None, False
    for token in PARSER.parse(text):
        if token.type == "heading_open":
            is_heading = True
        elif token.type == "list_item_open":
            marks.append(f"{token.info}{token.markup} " if token.info else "• ")
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            yield " | ".join(cells)
            cells = None
        elif token.type in ("inline", "fence", "code_block"):
            words = plain(token).rstrip()
            if cells is not None:
                cells.append(words)
            elif is_heading:
                yield pdf_writer.Heading(words)
            else:
                yield "".join(marks) + words
            marks, is_heading = [], False


def minutes(words):
    """Return the minutes it takes to read a text of so many words, rounded up, at least one."""
    return max(1, math.ceil(words / WORDS_A_MINUTE))


def lines(summary):
    """Return the lines of a summary of changes, one change each, without list markers."""
    found = (re.sub(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+", "", line).strip() for line in summary.splitlines())
    return [line for line in found if line]


def _give_addresses(tokens, prefix):
    """Set anchors: `clause-3`, and `clause-3-2` for its point 2; the first of a name keeps it. Yield the clauses."""
    taken, section, point, place = set(), "", 0, 0
    for token, following in zip(tokens, [*tokens[1:], None], strict=False):
        if token.type == "heading_open" and token.tag in ("h1", "h2"):
            place += 1
            match = NUMBERED.fullmatch(plain(following).strip())
            section = _address(taken, f"{prefix}clause-{match[1]}" if match else f"{prefix}part-{place}")
            token.attrSet("id", section)
            yield Clause(section, match[1] if match else "", match[2] if match else plain(following).strip())
        elif token.type == "ordered_list_open" and token.level == 0:
            point = int(token.attrGet("start") or 1)
        elif token.type == "list_item_open" and token.level == 1 and token.info and section:
            address = f"{section}-{point}"
            point += 1
            if address not in taken:
                token.attrSet("id", _address(taken, address))


def _address(taken, wanted):
    address, again = wanted, 2
    while address in taken:
        address, again = f"{wanted}-again-{again}", again + 1
    taken.add(address)
    return address


def plain(token):
    """Return the visible text of a token, without markup."""
    if token.children is None:
        return token.content
    return "".join(" " if child.type.endswith("break") else child.content for child in token.children)
