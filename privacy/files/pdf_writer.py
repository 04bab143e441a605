"""PDF files that people print and keep, made from plain text and tables.

Text is escaped, and the file holds no script, link or form. Equal texts give equal files, byte for byte, so that a
check code can be compared later; the time of creation is part of the text.
"""

import io
import unicodedata
from dataclasses import dataclass
from functools import cache, partial
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table
from reportlab.platypus.doctemplate import LayoutError

PLAIN, BOLD = "Vera", "VeraBd"  # bundled with reportlab: Latin letters of all our languages, dashes, quotation marks
MARGIN = 18 * mm
LINE = colors.HexColor("#9aa8a4")
LABEL_SHARE = 0.32  # of the width, for the labels of facts


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Facts:
    """Label and value, one below the other."""

    lines: list


@dataclass(frozen=True)
class Grid:
    """A table whose headings are repeated on every page. `shares`: relative widths of the columns."""

    headings: list
    rows: list
    shares: list | None = None


def document(title, blocks, language, *, wide=False):
    """Return the bytes of the file. A block is a text (one paragraph), Heading, Facts or Grid; `wide` is landscape."""
    try:
        return _build(title, blocks, language, wide=wide, split=False)
    except LayoutError:  # a row that is taller than a page
        return _build(title, blocks, language, wide=wide, split=True)


def _build(title, blocks, language, *, wide, split):
    page = landscape(A4) if wide else A4
    width = page[0] - 2 * MARGIN
    written = io.BytesIO()
    template = SimpleDocTemplate(
        written, pagesize=page, title=str(title), author="BAMMS", lang=language, invariant=1,
        leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
    )  # fmt: skip
    story = [_paragraph(title, "title"), *(_flowable(block, width, small=wide, split=split) for block in blocks)]
    foot = partial(_foot, words=_printable(title))
    template.build(story, onFirstPage=foot, onLaterPages=foot)
    return written.getvalue()


def _flowable(block, width, *, small, split):
    if isinstance(block, Heading):
        return _paragraph(block.text, "heading")
    if isinstance(block, Facts):
        rows = [[_paragraph(label, "text label"), _paragraph(value, "text")] for label, value in block.lines]
        return _table(rows, [width * LABEL_SHARE, width * (1 - LABEL_SHARE)], splitInRow=split)
    if isinstance(block, Grid):
        style = "small" if small else "text"
        shares = block.shares or [1] * len(block.headings)
        head = [_paragraph(text, f"{style} label") for text in block.headings]
        body = [[_paragraph(cell, style) for cell in row] for row in block.rows]
        return _table([head, *body], [width * share / sum(shares) for share in shares], repeatRows=1, splitInRow=split)
    return _paragraph(block, "text")


def _table(rows, widths, **options):
    lines = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE)]
    return Table(rows, widths, style=lines, spaceBefore=2 * mm, spaceAfter=4 * mm, **options)


def _paragraph(text, style):
    return Paragraph(escape(_printable(text)).replace("\n", "<br/>"), _styles()[style])


@cache
def _styles():
    for name in (PLAIN, BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    make = partial(ParagraphStyle, fontName=PLAIN, splitLongWords=1)
    return {
        "title": make("title", fontName=BOLD, fontSize=16, leading=21, spaceAfter=4 * mm),
        "heading": make("heading", fontName=BOLD, fontSize=11, leading=15, spaceBefore=4 * mm, keepWithNext=1),
        "text": make("text", fontSize=9.5, leading=13.5, spaceAfter=2 * mm),
        "text label": make("text label", fontName=BOLD, fontSize=9.5, leading=13.5),
        "small": make("small", fontSize=7, leading=9.5),
        "small label": make("small label", fontName=BOLD, fontSize=7, leading=9.5),
    }


def _printable(text):
    """Replace what the font cannot draw by the letter without accents or by a question mark, never by an empty box."""
    _styles()
    known = pdfmetrics.getFont(PLAIN).face.charToGlyph
    return "".join(_drawable(letter, known) for letter in str(text))


def _drawable(letter, known):
    if letter == "\n" or ord(letter) in known:
        return letter
    bare = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return bare if bare and all(ord(part) in known for part in bare) else "" if letter < " " else "?"


def _foot(canvas, template, *, words):
    canvas.saveState()
    canvas.setFont(PLAIN, 7.5)
    canvas.drawString(MARGIN, MARGIN / 2, words[:90])
    canvas.drawRightString(template.pagesize[0] - MARGIN, MARGIN / 2, str(canvas.getPageNumber()))
    canvas.restoreState()
