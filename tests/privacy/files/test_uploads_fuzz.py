"""Whatever bytes arrive, a file is cleaned or refused with a sentence; nothing else is ever raised."""

import io
import zlib
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import StopFutureHandlers
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from privacy.files import pdf_inspector, pdf_sanitizer
from privacy.files.uploads import MemoryUploads, check_ending, clean_document, clean_image, clean_pdf, ending_of

PIECES = st.sampled_from(
    [
        b"%PDF-1.7\n", b"%%EOF", b"\n1 0 obj", b"\nendobj\n", b"<<", b">>", b"[", b"]", b"(", b")", b"\\", b"%", b"\n",
        b" stream\n", b"\nendstream", b"/Type/ObjStm", b"/First 4", b"/N 1", b"/First 4 0 R", b"/Filter/FlateDecode",
        b"/Filter/LZWDecode", b"/DecodeParms", b"/Fir#73t", b"/X", b" 0", b" R", b"<00>", b"/AA", b"/JS", b"/Encrypt",
        b"stream\r", zlib.compress(b"1 0 <</Type/Page>>"), b"null",
    ]
)  # fmt: skip
HIDDEN = b"4 0 <</S/JavaScript/JS(app.alert)>>"


@pytest.fixture(autouse=True)
def _one_process(monkeypatch):
    """Hundreds of examples, and a process for each would be slow."""
    monkeypatch.setattr(pdf_sanitizer, "_inspect", pdf_inspector.finding)


def answer(clean, content, name="a"):
    """The cleaned file, or the sentence of the refusal."""
    try:
        return clean(SimpleUploadedFile(name, content))
    except ValidationError as refusal:
        return refusal


@given(st.binary(max_size=300))
def test_any_bytes_are_answered(content):
    for clean in (clean_image, clean_pdf, clean_document):
        for start in (b"", b"%PDF-1.7\n", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"):
            found = answer(clean, start + content + b"%%EOF")
            assert all(found.messages) if isinstance(found, ValidationError) else found.size


@given(st.lists(PIECES | st.binary(max_size=4), max_size=40))
def test_pieces_of_pdf_files_are_answered(pieces):
    assert answer(clean_pdf, b"%PDF-1.7\n" + b"".join(pieces) + b"\n%%EOF")


@given(
    before=st.lists(PIECES, max_size=8),
    inside=st.lists(PIECES.filter(lambda piece: piece != b">>"), max_size=6),
    after=st.lists(PIECES, max_size=8),
)
def test_no_surroundings_hide_a_compressed_script(before, inside, after):
    dictionary = b"/Type/ObjStm/N 1/First 4" + b"".join(inside) + b"/Filter/FlateDecode"
    body = b"\n9 0 obj<<" + dictionary + b">>stream\n" + zlib.compress(HIDDEN) + b"\nendstream endobj\n"
    content = b"%PDF-1.7\n" + b"".join(before) + body + b"".join(after) + b"\n%%EOF"
    assert isinstance(answer(clean_pdf, content), ValidationError)


@given(
    name=st.text("JavScriptEmbd", min_size=3, max_size=10), escapes=st.lists(st.booleans(), min_size=10, max_size=10)
)
def test_names_are_read_however_they_are_escaped(name, escapes):
    letters = zip(name.encode(), escapes, strict=False)
    written = b"".join(b"#%02X" % letter if escape else bytes([letter]) for letter, escape in letters)
    assert pdf_inspector.unescaped(written) == name.encode()
    for word in (b"JavaScript", b"EmbeddedFile"):
        hidden = b"".join(b"#%02x" % c if escape else bytes([c]) for c, escape in zip(word, escapes * 2, strict=False))
        with pytest.raises(ValidationError):
            pdf_sanitizer.clean(b"%PDF-1.7\n<</S/" + hidden + b">>\n%%EOF")


def drawn(form, **options):
    written = io.BytesIO()
    Image.effect_noise((24, 16), 80).convert("RGB").save(written, form, **options)
    return written.getvalue()


@given(
    content=st.sampled_from([drawn("JPEG"), drawn("JPEG", progressive=True), drawn("PNG")]),
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=6), st.integers(0, 6)), max_size=5),
)
def test_damaged_pictures_are_redrawn_or_refused(content, changes):
    for place, new, gone in changes:
        at = place % len(content)
        content = content[:at] + new + content[at + gone :]
    cleaned = answer(clean_image, content, "a.jpg")
    if not isinstance(cleaned, ValidationError):
        assert Image.open(cleaned).format == "JPEG"


@given(st.text(max_size=40))
def test_of_any_name_only_a_plain_ending_remains(name):
    ending = ending_of(name)
    assert ending == "" or (ending[0] == "." and ending[1:].isascii() and ending[1:].isalnum() and len(ending) <= 11)
    handler = MemoryUploads(RequestFactory().post("/"))
    with suppress(StopFutureHandlers):  # as Django does
        handler.new_file("scan", name, "", 1)
    kept = handler.file_complete(0)
    assert kept.name == f"file{ending}"
    if ending not in {"", ".pdf"}:
        with pytest.raises(ValidationError):
            check_ending(kept, (".pdf",), "Choose a PDF file.")
