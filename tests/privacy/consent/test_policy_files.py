"""The importer's reader: nothing lost, nothing altered, nothing guessed."""

import html
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from privacy.consent.policy_files import PolicyFileError, parse

ROOT = Path(settings.BASE_DIR)
SEED = ROOT / "tests" / "data" / "privacy-policy.txt"
TEXTS = ROOT / "privacy" / "texts"
RENDERER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])

HEADINGS = {
    "id": [
        "Definisi",
        "Data dan Informasi Pribadi",
        "Penggunaan Informasi",
        "Keamanan dan Integritas Data",
        "Kewajiban Pengguna",
        "Pembukaan Data dan Informasi",
        "Cookies",
        "Penyimpanan Data dan Informasi",
        "Perubahan",
        "Lain-lain",
        "Informasi Kontak",
        "Pengakuan dan Persetujuan",
    ],
    "en": [
        "Definitions",
        "Data and Personal Information",
        "Information Usage",
        "Data Security and Integrity",
        "User Obligations",
        "Disclosure of Data and Information",
        "Cookies",
        "Retention of Data and Information",
        "Changes",
        "Miscellaneous",
        "Contact Information",
        "Acknowledgement and Consent",
    ],
}


def words_shown(markdown):
    """What a reader sees of the Markdown, without the numbers that lists and headings carry."""
    shown = re.sub(r"<h2>\d+\. ", "<h2>", RENDERER.render(markdown))
    return html.unescape(re.sub(r"<[^>]*>", " ", shown)).split()


def shown(markdown):
    return " ".join(words_shown(markdown))


def refusal(content):
    with translation.override("en"), pytest.raises(PolicyFileError) as caught:
        parse(content)
    return str(caught.value.message)


def marked(sections, language="en", title="Policy", preamble=""):
    body = "\n\n".join(f"## {number}. {heading}\n\n{text}" for number, heading, text in sections)
    return f"<!-- language: {language} -->\n\n# {title}\n\n{preamble}\n\n{body}\n"


# The operator's own document


@pytest.fixture(scope="module")
def seed():
    return parse(SEED.read_bytes())


def test_parse_finds_twelve_sections_of_each_language_in_the_seed(seed):
    assert list(seed) == ["id", "en"]
    assert [section.heading for section in seed["id"].sections] == HEADINGS["id"]
    # The contents say "User Obligation" and "Acknowledgement"; the headings stay as they stand over the sections
    english = [*HEADINGS["en"][:11], "Acknowledgment and Consent"]
    assert [section.heading for section in seed["en"].sections] == english
    for text in seed.values():
        assert [section.number for section in text.sections] == list(range(1, 13))


def test_parse_keeps_every_line_of_the_seed_in_its_order(seed):
    lines = [line.strip() for line in SEED.read_text(encoding="utf-8").splitlines()]
    lines = [re.sub(r"^\d+\. ", "", line) for line in lines if line and line != "***"]
    reader_sees = words_shown(seed["en"].markdown) + words_shown(seed["id"].markdown)
    assert reader_sees == " ".join(lines).split()


def test_parse_keeps_every_line_of_the_seed_as_it_is_written(seed):
    text = seed["en"].markdown + seed["id"].markdown
    assert "\\" not in text
    for line in SEED.read_text(encoding="utf-8").splitlines():
        assert line.strip() == "***" or re.sub(r"^\d+\. ", "", line.strip()) in text


@pytest.mark.parametrize(("language", "title"), [("id", "KEBIJAKAN PRIVASI"), ("en", "PRIVACY POLICY")])
def test_parse_keeps_the_notes_before_the_seeds_title(seed, language, title):
    text = seed[language]
    assert text.title == title
    assert text.preamble.index(":") < text.preamble.index(f"**{title}**")
    assert text.preamble.count("\n12. ") == 1
    assert text.summary == ""


def test_parse_counts_the_clauses_of_the_seed(seed):
    clauses = [[len(re.findall(r"(?m)^\d+\. ", section.body)) for section in text.sections] for text in seed.values()]
    assert clauses == [[6, 6, 8, 0, 6, 5, 3, 0, 0, 0, 0, 0]] * 2


def test_parse_reads_back_what_it_wrote(seed):
    again = parse("".join(f"<!-- language: {name} -->\n\n{seed[name].markdown}\n\n" for name in seed))
    assert [again[name].markdown for name in again] == [seed[name].markdown for name in seed]
    assert again["en"].sections == seed["en"].sections


# The project's own documents


@pytest.mark.parametrize("name", ["policy", "terms"])
def test_shipped_texts_stand_under_the_same_twelve_headings(name):
    file = parse((TEXTS / f"{name}.md").read_bytes())
    for language, text in file.items():
        assert [section.heading for section in text.sections] == HEADINGS[language]
        assert text.title
        assert text.preamble
        assert text.summary.startswith("- ")


@pytest.mark.parametrize("name", ["policy", "terms"])
def test_shipped_texts_say_the_same_clauses_in_both_languages(name):
    file = parse((TEXTS / f"{name}.md").read_bytes())
    shapes = [[re.findall(r"(?m)^(\d+)\. ", section.body) for section in text.sections] for text in file.values()]
    assert shapes[0] == shapes[1]
    numbers = [sorted(re.findall(r"\d+", "".join(section.body for section in text.sections))) for text in file.values()]
    assert numbers[0] == numbers[1]
    summaries = [text.summary.count("- ") for text in file.values()]
    assert summaries[0] == summaries[1]


@pytest.mark.parametrize("name", ["policy", "terms"])
def test_shipped_texts_share_no_sentence_with_the_operators_document(seed, name):
    def sentences(file):
        for language in file:
            for sentence in re.split(r"(?<=[.;:?!])\s+", shown(file[language].markdown)):
                if len(sentence.split()) > 4:
                    yield sentence.lower().strip(" .;:")

    own = parse((TEXTS / f"{name}.md").read_bytes())
    assert not set(sentences(own)) & set(sentences(seed))


@pytest.mark.parametrize("name", ["policy", "terms"])
def test_shipped_texts_name_no_company_and_no_address(name):
    text = (TEXTS / f"{name}.md").read_text(encoding="utf-8")
    assert not re.search(r"@|https?:|\bPT\b|\{|\}", text)


@pytest.mark.parametrize("name", ["policy", "terms"])
def test_shipped_texts_keep_to_the_glossary(name):
    text = parse((TEXTS / f"{name}.md").read_bytes())["id"].markdown
    wrong = (
        r"\b(perlindungan|vendor|manajemen|staf|surel|laman|mengakses|pengolahan|tenggat|admin|anda|user|password)\b"
    )
    assert not re.search(wrong, text)


# Markdown


def test_parse_goes_by_words_when_no_line_names_the_language():
    file = parse("## 1. Definisi\n\nKami adalah operator yang menjalankan aplikasi ini.\n")
    assert list(file) == ["id"]
    assert file["id"].markdown == "## 1. Definisi\n\nKami adalah operator yang menjalankan aplikasi ini."


def test_parse_parts_the_languages_at_a_line_of_stars():
    file = parse(
        "# Terms\n\n## 1. Definitions\n\nWe and you.\n\n***\n\nCatatan:\n\n# Syarat\n\n## 1. Definisi\n\nKami dan Anda."
    )
    assert {language: text.title for language, text in file.items()} == {"id": "Syarat", "en": "Terms"}
    assert file["id"].preamble == "Catatan:\n\n**Syarat**"


def test_parse_parts_the_languages_at_a_new_title():
    file = parse("# Terms of this\n\n# 1. We\n\nThe one of you.\n\n# Syarat untuk Anda\n\n# 1. Kami\n\nKami dan Anda.")
    assert file["en"].markdown == "## 1. We\n\nThe one of you."
    assert file["id"].markdown == "## 1. Kami\n\nKami dan Anda."


def test_parse_keeps_a_line_of_stars_inside_one_language():
    file = parse("## 1. The one\n\nThis is for you.\n\n***\n\nAnd that is not.")
    assert file["en"].sections[0].body == "This is for you.\n\n***\n\nAnd that is not."


def test_parse_gives_a_part_too_short_to_tell_to_its_neighbour():
    file = parse("DRAFT\n\n***\n\n## 1. The one\n\nThis is for you.\n\n***\n\nJakarta")
    assert file["en"].markdown == "DRAFT\n\n***\n\n## 1. The one\n\nThis is for you.\n\n***\n\nJakarta"


@pytest.mark.parametrize("marker", ["<!-- language: en -->", "<!--LANG:EN-->", "lang: en", "Language: en"])
def test_parse_knows_the_language_by_its_marker(marker):
    file = parse(f"{marker}\n## 1. Kami dan Anda\n\nKami.\n")
    assert file["en"].markdown == "## 1. Kami dan Anda\n\nKami."


def test_parse_takes_the_summary_of_changes():
    text = "<!-- summary: en -->\n\n- First.\n- Second.\n\n" + marked([(1, "One", "A.")])
    assert parse(text)["en"].summary == "- First.\n- Second."


def test_parse_leaves_markdown_as_it_is():
    body = "1. **Bold** and [a link](https://example.com/a_b).\n2. Second  \n   line.\n\n   Still second.\n\n- a\n- b"
    section = parse(marked([(1, "A *fine* one", body)]))["en"].sections[0]
    assert (section.heading, section.body) == ("A *fine* one", body)


def test_parse_reads_headings_of_other_levels():
    text = "lang: en\n### 1) One ###\n\nA.\n\n#### Inner\n\n### Loose\n\nB.\n\n### 2\\. Two\n\nC."
    sections = parse(text)["en"].sections
    assert [(section.number, section.heading) for section in sections] == [(1, "One"), (2, "Two")]
    assert sections[0].body == "A.\n\n### Inner\n\n### Loose\n\nB."


def test_parse_keeps_deeper_numbered_headings_inside_their_section():
    sections = parse("lang: en\n# 1. One\n\n## 1. Inner\n\nA.")["en"].sections
    assert [section.body for section in sections] == ["### 1. Inner\n\nA."]


def test_parse_needs_no_title():
    assert parse("lang: en\n## 1. One\n\nA.")["en"].title == ""


# Plain text


CONTENTS = "POLICY OF THE HOUSE\n\n1. Definitions ......... 1\n2. Your obligation\n3. Changes\n\n"


def test_parse_finds_headings_by_the_contents_however_they_are_numbered():
    file = parse(
        CONTENTS + "1. Definitions\n1. We are us.\n2. You are you.\n\n1. Your Obligations\n\nTo pay.\n\nCHANGES\nNone."
    )
    text = file["en"]
    assert text.title == "POLICY OF THE HOUSE"
    assert text.preamble == "1. Definitions ......... 1\n2. Your obligation\n3. Changes"
    assert [section.heading for section in text.sections] == ["Definitions", "Your Obligations", "CHANGES"]
    assert [section.body for section in text.sections] == ["1. We are us.\n2. You are you.", "To pay.", "None."]


def test_parse_finds_numbered_headings_without_contents():
    text = (
        "Policy for you\n\n1. Definitions\n1.1 We are us.\n1.2 You are you.\n\n2) The rest\n   1. Short\n   2. Long\n"
    )
    sections = parse(text)["en"].sections
    assert [(section.number, section.heading) for section in sections] == [(1, "Definitions"), (2, "The rest")]
    assert sections[0].body == "1. We are us.\n2. You are you."
    assert sections[1].body == "1. Short\n2. Long"


def test_parse_does_not_take_a_list_of_clauses_for_the_contents():
    text = "1. The first\n\nRead this:\n\n  1. one;\n  2. two.\n\n2. The second\n\nYou and we.\n"
    sections = parse(text)["en"].sections
    assert [section.body for section in sections] == ["Read this:\n\n1. one;\n2. two.", "You and we."]


def test_parse_does_not_take_a_clause_for_a_heading_of_the_contents():
    body = "1. Definitions\n1. Changes.\n2. Your obligation;\n\n1. Your obligation\n\nTo pay.\n\n1. Changes\n\nNone."
    sections = parse(CONTENTS + body)["en"].sections
    assert sections[0].body == "1. Changes.\n2. Your obligation;"


def test_parse_keeps_the_numbers_of_lists_that_touch():
    body = "  1. one;\n  2. two;\n  1. again one;\n  5. then five."
    section = parse(f"1. The list of the house\n\n{body}\n")["en"].sections[0]
    assert section.body == "1. one;\n2. two;\n\n1) again one;\n\n5. then five."


def test_parse_keeps_wrapped_and_indented_lines_with_their_clause():
    body = (
        "  1. one that goes\n     on;\n     a. with a part;\n\n     and a second paragraph.\n  2. two.\n\n"
        "After the list.\ngoes on\n- dash\n"
    )
    section = parse(f"1. The list of the house\n\n{body}\n***\nend.")["en"].sections[0]
    assert section.body == (
        "1. one that goes\n   on;\n\n   a. with a part;\n\n   and a second paragraph.\n2. two.\n\n"
        "After the list.\ngoes on\n\n\\- dash\n\n***\n\nend."
    )


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n", "\u2028"])
def test_parse_reads_every_kind_of_line_end(ends):
    text = SEED.read_text(encoding="utf-8")
    assert parse(text.replace("\n", ends)) == parse("\ufeff" + text)


@pytest.mark.parametrize(
    "line",
    [
        "Write to a_b@example.com or https://example.com/a_b?x=1&copy=2",
        "2 * 3 * 4 and _not_ italic and `code` and <b>bold</b> &amp; more",
        "# not a heading",
        "+ not a list",
        "2022. Not a list",
        "=====x",
        "~~kept~~ | a | b |",
        "[not](a link) ![nor](an image) C:\\folder\\",
    ],
)
def test_parse_shows_special_characters_of_plain_text_as_they_are(line):
    file = parse(f"1. The heading of #1 #\n\nFor you:\n\n{line}\n")
    assert shown(file["en"].markdown) == f"The heading of #1 # For you: {line}"


# Refusals: each says what to do


def test_parse_refuses_what_is_not_utf_8():
    assert "UTF-8" in refusal("1. Definisi é".encode("latin-1"))
    assert "UTF-8" in refusal("1. Definisi \ud800")


def test_parse_refuses_what_is_not_text():
    assert "not plain text" in refusal(b"1. The\x00")


@pytest.mark.parametrize("content", ["", b"", " \n\t\n", "\ufeff"])
def test_parse_refuses_an_empty_file(content):
    assert "empty" in refusal(content)


@pytest.mark.parametrize("content", [b"a" * 300_000, "1. a\n" * 6_000])
def test_parse_refuses_a_file_too_large(content):
    assert "larger" in refusal(content)


@pytest.mark.parametrize("content", ["Just the words of a policy.", "# The policy\n\n## Without numbers\n"])
def test_parse_refuses_a_file_without_numbered_sections(content):
    assert "no numbered sections" in refusal(content)


def test_parse_refuses_a_language_without_numbered_sections():
    assert "English has no numbered sections" in refusal(
        marked([(1, "Satu", "A.")], "id") + "<!-- language: en -->\n\nText."
    )
    assert "English has no numbered sections" in refusal(
        marked([(1, "Satu", "A.")], "id") + "<!-- summary: en -->\n\n- A."
    )
    assert "English has no numbered sections" in refusal("lang: en\n1. Only a sentence.")


def test_parse_refuses_a_section_number_given_twice():
    assert "more than one section 2" in refusal(marked([(1, "One", "A."), (2, "Two", "B."), (2, "Three", "C.")]))


def test_parse_refuses_an_export_that_lost_its_numbers_and_has_no_contents():
    assert "more than one section 1" in refusal("1. The first\n\nFor you.\n\n1. The second\n\nFor you.\n")


@pytest.mark.parametrize("numbers", [(1, 3), (2, 3), (2, 1)])
def test_parse_refuses_missing_and_shuffled_section_numbers(numbers):
    wrong = next(place for place, number in enumerate(numbers, 1) if number != place)
    assert f"section {wrong} is missing" in refusal(marked([(number, "One", "A.") for number in numbers]))


def test_parse_refuses_contents_that_skip_a_number():
    assert "section 2 is missing" in refusal("1. The one\n3. The other\n\n1. The one\n\nA.\n\n3. The other\n\nB.")


def test_parse_refuses_contents_that_name_a_section_that_is_not_there():
    assert '"2. Your obligation"' in refusal(CONTENTS + "1. Definitions\n\nWe.\n\n3. Changes\n\nNone.")


@pytest.mark.parametrize("marker", ["<!-- language: fr -->", "<!-- language: -->", "<!-- summary: de -->"])
def test_parse_refuses_a_language_it_does_not_know(marker):
    assert "<!-- language: id -->" in refusal(f"{marker}\n\n## 1. Un\n\nA.")


@pytest.mark.parametrize(
    "content",
    [
        "## 1. Un\n\nLe chat.\n",
        "## 1. The one\n\nFor you.\n\n***\n\n1. Un\n\nLe chat.\n",
        "Foo\n\n<!-- summary: id -->\n\n1. Bar\n",
        "## 1. The one of you\n\nFor us.\n\n## 1. Kami dan Anda\n\nUntuk ini.\n",
    ],
)
def test_parse_refuses_a_text_whose_language_is_not_clear(content):
    assert "language of a text is not clear" in refusal(content)


def test_parse_refuses_a_second_language_with_other_sections():
    content = marked([(1, "Satu", "A."), (2, "Dua", "B.")], "id") + marked([(1, "One", "A.")])
    assert "Indonesian text has 2 sections and the English text has 1" in refusal(content)


# Whatever is thrown at it

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SIGNS = "aZ09*_<>&[]`#~|+.\\-"
PHRASES = st.lists(st.text(SIGNS, min_size=1, max_size=8), min_size=1, max_size=8).map(" ".join)
WORDS = st.lists(st.text(LETTERS, min_size=1, max_size=8), min_size=1, max_size=6).map(" ".join)
HEADING_WORDS = (
    st.lists(st.text(LETTERS, min_size=4, max_size=12), min_size=1, max_size=3).map(" ".join).map(str.capitalize)
)
CLAUSES = st.lists(WORDS.map(lambda words: words + "."), min_size=1, max_size=4)
DOCUMENTS = st.lists(st.tuples(HEADING_WORDS, CLAUSES), min_size=2, max_size=6, unique_by=lambda pair: pair[0])


def clauses_of(clauses):
    return "\n".join(f"{number}. {clause}" for number, clause in enumerate(clauses, 1))


def as_expected(file, sections):
    found = [(section.number, section.heading, section.body) for section in file["en"].sections]
    return found == [(number, heading, clauses_of(clauses)) for number, (heading, clauses) in enumerate(sections, 1)]


@given(DOCUMENTS, WORDS)
def test_parse_returns_the_sections_that_were_written_as_markdown(sections, preamble):
    numbered = [(number, heading, clauses_of(clauses)) for number, (heading, clauses) in enumerate(sections, 1)]
    file = parse(marked(numbered, preamble=preamble))
    assert as_expected(file, sections)
    assert file["en"].preamble == preamble
    assert parse("lang: en\n" + file["en"].markdown)["en"].markdown == file["en"].markdown


@given(DOCUMENTS)
def test_parse_returns_the_sections_that_were_written_as_plain_text(sections):
    body = "\n\n".join(
        f"{number}. {heading}\n\n{clauses_of(clauses)}" for number, (heading, clauses) in enumerate(sections, 1)
    )
    assert as_expected(parse(f"lang: en\n\nPOLICY\n\n{body}\n"), sections)


@given(DOCUMENTS)
def test_parse_returns_the_sections_of_an_export_that_lost_its_numbers(sections):
    contents = clauses_of([heading for heading, _clauses in sections])
    body = "\n".join(f"  1. {heading}\n{clauses_of(clauses)}" for heading, clauses in sections)
    assert as_expected(parse(f"lang: en\n\nPOLICY\n\n{contents}\n{body}\n"), sections)


@given(PHRASES, PHRASES)
@example("0", "__0 0__")
def test_parse_shows_any_plain_words_as_they_were_written(heading, words):
    text = f"lang: en\n1. Heading {heading}x\n\nWords {words}\n\n(x) {words}\n"
    assert shown(parse(text)["en"].markdown) == f"Heading {heading}x Words {words} (x) {words}"


LINES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "## 1. A",
            "## 2. B",
            "# T",
            "1. a",
            "  2. b",
            "1.1 c",
            "***",
            "",
            "lang: id",
            "<!-- language: en -->",
            "the of",
            "dan yang",
        ]
    ),
)


PILES = st.lists(LINES, max_size=25).map("\n".join)


@given(st.one_of(st.text(), st.binary(), PILES, PILES.map("lang: en\n{}".format)))
@example("lang: en\n1. -\n2. -\n\n1. -\n")
@example("1. a\n2. b\n\na\n\nb\n\n***\n")
def test_parse_raises_nothing_but_its_own_error(content):
    try:
        file = parse(content)
    except PolicyFileError:
        return
    assert file
    assert all(text.sections for text in file.values())
    RENDERER.render("".join(text.markdown for text in file.values()))
