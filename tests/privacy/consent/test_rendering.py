"""Legal texts as HTML: safe, and every clause has an address."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from privacy.consent import rendering
from privacy.consent.policy_files import parse
from privacy.files import pdf_writer

TEXT = """Opening words.

## 1. Definitions

1. **We** are the operator.
2. You are a person.

## 2. Data

Text.
"""


class Seen(HTMLParser):
    """What a page may be made of, collected."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.links, self.ids = set(), set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "href":
                self.links.append(value)
            if name == "id":
                self.ids.append(value)


def seen(text):
    parser = Seen()
    parser.feed(rendering.render(text).html)
    return parser


def test_render_gives_every_clause_and_point_an_address():
    shown = rendering.render(TEXT)
    assert '<h2 id="clause-1">1. Definitions</h2>' in shown.html
    assert '<li id="clause-1-2">' in shown.html
    assert [(clause.id, clause.number, clause.title) for clause in shown.contents] == [
        ("clause-1", "1", "Definitions"),
        ("clause-2", "2", "Data"),
    ]


def test_render_keeps_addresses_of_two_texts_apart_and_lowers_headings():
    shown = rendering.render(TEXT, prefix="terms-", deeper=1)
    assert '<h3 id="terms-clause-1">' in shown.html
    assert shown.ids == {"terms-clause-1", "terms-clause-2"}


def test_render_gives_repeated_numbers_addresses_of_their_own():
    ids = seen("## 1. A\n\n1. a\n\n## 1. B\n\n1. b\n\n## Note\n\ntext").ids
    assert len(ids) == len(set(ids))
    assert {"clause-1", "clause-1-again-2", "part-3"} <= set(ids)


def test_render_gives_the_points_of_a_second_list_no_address_twice():
    assert seen("## 1. A\n\n1. a\n\nText.\n\n1. b").ids == ["clause-1", "clause-1-1"]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "## 1. <img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<b>)",
        "![x](https://evil.example/p.png)",
        "<style>*{}</style><iframe src='//evil'></iframe>",
        '[x](https://a.example "><script>")',
    ],
)
def test_render_lets_no_markup_of_the_text_through(text):
    found = seen(text)
    assert found.tags <= rendering.ALLOWED["tags"]
    assert not [link for link in found.links if link.startswith(("javascript", "data"))]
    assert not {name for name in found.attributes if name.startswith("on") or name == "style"}


def test_render_shows_markup_of_the_text_as_words():
    assert "&lt;b&gt;bold&lt;/b&gt;" in rendering.render("<b>bold</b>").html


def test_render_leaves_no_inline_style_that_the_page_would_block():
    assert "style" not in rendering.render("| a |\n| :-: |\n| 1 |").html


@given(st.text(alphabet="#1.2 \n-*_<>[]()!`|:abc\"'&;=/", max_size=120))
def test_render_is_safe_and_addresses_stay_unique_whatever_is_written(text):
    found = seen(text)
    assert found.tags <= rendering.ALLOWED["tags"]
    assert len(found.ids) == len(set(found.ids))


def test_render_puts_wide_tables_into_a_box_that_scrolls():
    assert '<div class="table-scroll" tabindex="0">' in rendering.render("| a | b |\n| - | - |\n| 1 | 2 |").html


def test_render_counts_words_and_minutes_round_up():
    assert rendering.render(TEXT).words == 15
    assert rendering.render("```\ntwo words\n```").words == 2
    assert [rendering.minutes(words) for words in (0, 200, 201)] == [1, 1, 2]


def test_render_shows_a_line_break_as_space_between_words():
    assert rendering.render("Two\nlines\n---").contents[0].title == "Two lines"
    assert rendering.render("# One `code` word").contents[0].title == "One code word"


def test_lines_reads_a_summary_with_or_without_list_marks():
    assert rendering.lines("- one\n\n* two\n3. three\nfour") == ["one", "two", "three", "four"]


@pytest.mark.parametrize("name", ["policy", "terms"])
def test_render_finds_the_twelve_clauses_of_the_shipped_texts(name):
    file = parse((Path(settings.BASE_DIR) / "privacy" / "texts" / f"{name}.md").read_bytes())
    for language in file:
        ids = [clause.id for clause in rendering.render(file[language].markdown).contents]
        assert ids == [f"clause-{number}" for number in range(1, 13)]


ATTACKS = st.sampled_from(
    [
        "<script>", "</script>", "<img src=x onerror=alert(1)>", "<svg/onload=x>", "<a href=javascript:x>", "<!--",
        "-->", "[x](javascript:x)", "[x](JaVaScript:x)", "[x](java\tscript:x)", "[x](data:text/html,x)",
        "[x](//evil.example)", "[x](vbscript:x)", "[x](&#106;avascript:x)", '[x](/a "t\\" onclick=x")', "![x](/p.png)",
        "<https://a.example>", "[x]: javascript:x\n[x]", "| a |\n|:-:|\n| ", " |\n", "```html\n", "```\n",
        "<style>*{}</style>", "\n# ", "\n## 1. ", "\n1. ", "\n- ", "\n> ", "`",
        "&lt;", "&#x3c;", "\0", "\u202e", "\u2028", "](", "\\",
        "\n\n", "</div>", "<div class=x>",
    ]
)  # fmt: skip


@given(st.lists(ATTACKS | st.text(max_size=5), max_size=12).map("".join))
def test_render_lets_only_what_is_allowed_through_whatever_is_written(text):
    parser = Allowed()
    parser.feed(rendering.render(text).html)
    parser.close()
    assert not parser.refused


class Allowed(HTMLParser):
    """Collects whatever the allow-list does not know: tags, attributes, addresses, comments and instructions."""

    def __init__(self):
        super().__init__()
        self.refused = []

    def handle_starttag(self, tag, attrs):
        allowed = rendering.ALLOWED["attributes"].get(tag, set()) | ({"rel"} if tag == "a" else set())
        if tag not in rendering.ALLOWED["tags"]:
            self.refused.append(tag)
        for name, value in attrs:
            scheme, colon, _rest = (value or "").partition(":")
            is_far = name == "href" and colon and "/" not in scheme and scheme.isalnum()
            if name not in allowed or (is_far and scheme.lower() not in rendering.ALLOWED["url_schemes"]):
                self.refused.append((tag, name, value))

    def handle_comment(self, data):
        self.refused.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def test_the_blocks_of_a_pdf_hold_what_the_page_shows():
    text = (
        "## 1. *Definitions*\n\nA **tenant** [lives](https://example.com) here.\n\n1. First\n2. Second\n\n"
        "- Bullet\n\n| A | B |\n| --- | --- |\n| 1 | 2 |\n\n```\ncode\n```\n"
    )
    assert list(rendering.blocks(text)) == [
        pdf_writer.Heading("1. Definitions"), "A tenant lives here.", "1. First", "2. Second", "• Bullet", "A | B",
        "1 | 2", "code",
    ]  # fmt: skip
