"""Outgoing PDF files: the words are in them, nothing acts, and the same words make the same bytes."""

import re

import pytest
from django.core.files.base import ContentFile
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Paragraph

from privacy.files import pdf_writer, uploads
from privacy.files.pdf_writer import Facts, Grid, Heading


def pages(content):
    return len(re.findall(rb"/Type /Page\b", content))


@pytest.fixture
def drawn(monkeypatch):
    """Every text as it reaches the page."""
    texts, real = [], pdf_writer.Paragraph

    def paragraph(text, style, **options):
        texts.append(text)
        return real(text, style, **options)

    monkeypatch.setattr(pdf_writer, "Paragraph", paragraph)
    return texts


def test_all_kinds_of_blocks_make_a_pdf_that_we_would_let_in():
    content = pdf_writer.document(
        "Tanda terima", ["Satu.", Heading("Dua"), Facts([("Nomor", "TT-1")]), Grid(["A", "B"], [["1", "2"]])], "id"
    )
    assert content.startswith(b"%PDF-")
    assert uploads.clean_pdf(ContentFile(content)).read()
    assert b"/Lang (id)" in content


def test_the_same_words_make_the_same_bytes():
    make = [pdf_writer.document("Judul", ["Isi", Facts([("a", n)])], "id") for n in (1, 1, 2)]
    assert make[0] == make[1] != make[2]


def test_what_looks_like_markup_is_only_text(drawn):
    pdf_writer.document("A <b>title", ['<a href="https://x.example">&amp;</a>\n<br', Grid(["<i>"], [["<para>"]])], "en")
    assert '&lt;a href="https://x.example"&gt;&amp;amp;&lt;/a&gt;<br/>&lt;br' in drawn
    assert not [text for text in drawn if "<" in text.replace("<br/>", "")]


@pytest.mark.parametrize(
    ("text", "shown"), [("é – “ya” · 1²", "é – “ya” · 1²"), ("Nguyễn Văn", "Nguyen Van"), ("中", "?"), ("a\x07b", "ab")]
)
def test_letters_that_the_font_lacks_are_written_plainly(drawn, text, shown):
    pdf_writer.document("t", [text], "en")
    assert drawn[-1] == shown


def test_a_long_table_goes_on_over_the_pages_with_its_headings_once_on_each(monkeypatch):
    rows = [[f"row {n}", "words " * 300] for n in range(40)]
    draw, headings = Paragraph.drawOn, []

    def counted(self, *where, **how):
        headings.extend([self.text] if self.text == "A" else [])
        return draw(self, *where, **how)

    monkeypatch.setattr(Paragraph, "drawOn", counted)
    content = pdf_writer.document("Long", [Grid(["A", "B"], rows, [1, 3])], "en", wide=True)
    assert pages(content) == len(headings) > 5


def test_a_cell_longer_than_a_page_is_divided():
    assert pages(pdf_writer.document("Long", [Grid(["A", "B"], [["x", "words " * 4000]])], "en")) > 1
    assert pages(pdf_writer.document("Long", [Facts([("x", "long" * 9000)])], "en")) > 1


def test_both_fonts_are_in_the_file():
    content = pdf_writer.document("Judul", ["Isi"], "id")
    assert {pdfmetrics.getFont(name).face.name for name in (pdf_writer.PLAIN, pdf_writer.BOLD)} == {
        b"BitstreamVeraSans-Roman",
        b"BitstreamVeraSans-Bold",
    }
    assert content.count(b"/FontFile2") >= 2
