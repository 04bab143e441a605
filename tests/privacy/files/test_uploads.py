"""Uploads: what comes in is drawn anew or refused, and what lies on disk is sealed."""

import contextlib
import hashlib
import io
import stat
import struct
import zipfile
import zlib
from urllib.parse import quote

import pytest
from django import forms
from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.migrations.writer import MigrationWriter
from django.test import RequestFactory
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from accounts.encryption import DecryptionError
from privacy.files import image_limits, pdf_inspector, pdf_sanitizer
from privacy.files.uploads import (
    MEGABYTE,
    DocumentUpload,
    ImageUpload,
    MemoryUploads,
    PrivateStorage,
    clean_document,
    clean_image,
    clean_pdf,
    sha256,
)

SECRET = b"NIK 3171015205900001"
BROKEN = "This file cannot be opened. Save it again, then upload it."
UNSURE = "This PDF cannot be checked. Print it to a new PDF, then upload that."
ACTIVE = "This PDF contains scripts, attachments or actions. Print it to a new PDF, then upload that."


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture
def storage(tmp_path, settings):
    settings.PRIVATE_FILES_DIR = tmp_path / "private"
    return PrivateStorage()


def upload(content, name="card.jpg"):
    return SimpleUploadedFile(name, content)


def picture(form="JPEG", mode="RGB", size=(40, 20), colour=None, **options):
    written = io.BytesIO()
    Image.new(mode, size, colour if colour is not None else 0).save(written, form, **options)
    return written.getvalue()


def pdf(*objects, trailer=b"/Root 1 0 R"):
    """A file of one page, whose other objects have the numbers from 3 on."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>"
    first = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[90 0 R]/Count 1>>")
    body, table = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", b"0 1\n0000000000 65535 f \n"
    for number, item in (*enumerate((*first, *objects), 1), (90, page)):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, item)
    return body + b"xref\n%btrailer\n<<%b/Size 91>>\nstartxref\n%d\n%%%%EOF\n" % (table, trailer, len(body))


def stream(dictionary, body):
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (dictionary, len(body), body)


def object_stream(text, dictionary=b"/Type/ObjStm/Filter/FlateDecode"):
    return stream(dictionary, zlib.compress(text))


def redrawn(content, clean=clean_image):
    cleaned = clean(upload(content))
    assert cleaned.name == "picture.jpg"
    drawn = Image.open(io.BytesIO(cleaned.read()))
    drawn.load()
    assert (drawn.format, drawn.mode) == ("JPEG", "RGB")
    return drawn


def refused(clean, content, **options):
    with pytest.raises(ValidationError) as refusal:
        clean(upload(content), **options)
    [sentence] = refusal.value.messages
    return sentence


# Pictures


def test_clean_image_drops_everything_but_pixels():
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()  # description
    exif.get_ifd(0x8825)[2] = (6.0, 10.0, 30.0)  # latitude
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = picture(exif=exif, icc_profile=profile, comment=SECRET, dpi=(300, 300)) + SECRET
    assert content.count(SECRET) == 3
    cleaned = clean_image(upload(content)).read()
    assert SECRET not in cleaned
    drawn = Image.open(io.BytesIO(cleaned))
    assert not drawn.getexif()
    assert set(drawn.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_clean_image_drops_what_follows_the_picture():
    for content in (picture(), picture("PNG")):
        cleaned = clean_image(upload(content + b"PK\x03\x04<script>" + SECRET)).read()
        assert cleaned.endswith(b"\xff\xd9")
        assert SECRET not in cleaned
        assert b"<script>" not in cleaned


def test_clean_image_drops_the_texts_of_a_png():
    texts = PngInfo()
    texts.add_text("Comment", SECRET.decode())
    texts.add_itxt("XML:com.adobe.xmp", SECRET.decode(), zip=True)
    assert SECRET not in clean_image(upload(picture("PNG", pnginfo=texts))).read()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_clean_image_turns_the_picture_upright(orientation, form):
    upright = Image.new("RGB", (64, 32), "blue")
    upright.paste("red", (0, 0, 16, 16))
    # How a camera held that way stores the scene: the inverse of what a viewer does to show it
    stored = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    written = io.BytesIO()
    (upright.transpose(stored) if stored is not None else upright).save(written, form, exif=exif, quality=95)
    drawn = redrawn(written.getvalue())
    assert drawn.size == (64, 32)
    red, _green, blue = drawn.getpixel((4, 4))
    assert red > 200
    assert blue < 60


def test_clean_image_ignores_damaged_notes_about_the_camera():
    assert redrawn(picture(exif=b"Exif\x00\x00not a TIFF header at all")).size == (40, 20)


@pytest.mark.parametrize(
    ("mode", "colour", "drawn"),
    [
        ("RGBA", (255, 0, 0, 0), (255, 255, 255)),
        ("RGBA", (0, 0, 0, 255), (0, 0, 0)),
        ("LA", (0, 0), (255, 255, 255)),
        ("P", 0, (0, 0, 0)),
        ("1", 1, (255, 255, 255)),
        ("L", 128, (128, 128, 128)),
        ("I;16", 65535, (255, 255, 255)),
        ("I;16", 32768, (128, 128, 128)),
    ],
)
def test_clean_image_paints_every_kind_of_png_on_white(mode, colour, drawn):
    pixel = redrawn(picture("PNG", mode, colour=colour)).getpixel((20, 10))
    assert max(abs(a - b) for a, b in zip(pixel, drawn, strict=True)) <= 2


@pytest.mark.parametrize("options", [{"mode": "P"}, {"mode": "RGB"}, {"mode": "L"}])
def test_clean_image_paints_a_transparent_colour_white(options):
    transparency = (0, 0, 0) if options["mode"] == "RGB" else 0
    assert redrawn(picture("PNG", **options, transparency=transparency)).getpixel((20, 10)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_clean_image_draws_other_kinds_of_jpeg(mode):
    assert redrawn(picture("JPEG", mode)).size == (40, 20)


@pytest.mark.parametrize(("form", "size"), [("JPEG", (6400, 3200)), ("PNG", (6000, 3000))])
def test_clean_image_makes_large_pictures_smaller(form, size):
    assert redrawn(picture(form, "L", size=size)).size == (3000, 1500)


def test_clean_image_keeps_the_first_picture_of_several():
    first = Image.new("RGB", (40, 20), "red")
    animated, album = io.BytesIO(), io.BytesIO()
    first.save(animated, "PNG", save_all=True, append_images=[Image.new("RGB", (40, 20), "blue")])
    first.save(album, "MPO", save_all=True, append_images=[Image.new("RGB", (40, 20), "blue")])
    for written in (animated, album):
        red, _green, blue = redrawn(written.getvalue()).getpixel((20, 10))
        assert red > 200
        assert blue < 60


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        picture("GIF"),
        picture("WEBP"),
        picture("TIFF"),
        picture("BMP"),
        pdf(),
        b"\x00\x00\x00\x18ftypheic",
        b"MZ\x90\x00",
        b"",
    ],
)
def test_clean_image_goes_by_the_content_and_not_by_the_name(content):
    assert refused(clean_image, content) == "Choose a JPG or PNG file."


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_clean_image_refuses_half_a_picture(form):
    noise = Image.effect_noise((300, 300), 80).convert("RGB")
    written = io.BytesIO()
    noise.save(written, form)
    content = written.getvalue()
    for length in (12, len(content) // 3, len(content) // 2):
        assert refused(clean_image, content[:length]) == BROKEN


def test_clean_image_refuses_a_file_over_the_limit(settings):
    settings.UPLOAD_MAX_MB = 1
    padded = picture() + b"\x00" * MEGABYTE
    assert refused(clean_image, padded) == "The file is 1.1 MB; the limit is 1 MB."
    assert refused(clean_document, pdf() + b"\x00" * (3 * MEGABYTE)) == "The file is 3.1 MB; the limit is 1 MB."
    with override("id"):
        assert "1,1" in refused(clean_image, padded)
    settings.UPLOAD_MAX_MB = 2
    assert clean_image(upload(padded)).size


def test_clean_image_does_not_believe_the_stated_size(settings):
    settings.UPLOAD_MAX_MB = 1
    liar = upload(picture() + b"\x00" * MEGABYTE * 2)
    liar.size = 10
    assert refused(lambda _file: clean_image(liar), b"") == "The file is 1.1 MB; the limit is 1 MB."


def header_of_png(width, height):
    fields = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + fields
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(fields)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    body = b"IDAT" + zlib.compress(b"\x00" * 1000)
    return start + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def test_clean_image_refuses_too_many_pixels_before_it_draws_them(monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("decoded"))
    for width, height, megapixels in ((8000, 5001, "41"), (60_000, 60_000, "3600"), (1_000_000, 41, "41")):
        sentence = refused(clean_image, header_of_png(width, height)).replace(",", "")
        assert sentence == (
            f"The picture has {megapixels} megapixels; the limit is 40. Make it smaller then upload it again."
        )


def test_clean_image_refuses_a_text_that_unpacks_to_gigabytes():
    text = b"iTXtkey\x00\x01\x00\x00\x00" + zlib.compress(b"\x00" * 80_000_000)
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    content = picture("PNG")
    assert refused(clean_image, content[:33] + chunk + content[33:]) == BROKEN


@given(st.sampled_from([picture(), picture("PNG"), pdf(), b"\xff\xd8\xff"]), st.data())
def test_clean_document_raises_nothing_but_validation_errors(content, data):
    at = data.draw(st.integers(0, len(content)))
    content = content[:at] + data.draw(st.binary(max_size=8)) + content[at + data.draw(st.integers(0, 8)) :]
    try:
        assert clean_document(upload(content)).size
    except ValidationError as refusal:
        sentences = refusal.messages
    else:
        sentences = ["accepted"]
    assert all(sentences)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 1}, {"mode": "CMYK"}])
def test_clean_image_takes_what_cameras_and_programs_write(options):
    noise = Image.effect_noise((300, 300), 80).convert(options.pop("mode", "RGB"))
    preview = b"Exif\x00\x00" + b"\xff\xda\x00\x02" * 40  # marks of a picture inside notes are none
    written = io.BytesIO()
    noise.save(written, "JPEG", exif=preview, **options)
    assert redrawn(written.getvalue() + b"\xff\xda\x00\x02" * 40).size == (300, 300)


def test_clean_image_refuses_a_picture_that_draws_itself_over_and_over():
    drawn = picture("JPEG", size=(400, 400), progressive=True)
    last = drawn[drawn.rfind(b"\xff\xda") : -2]
    scans = drawn.count(b"\xff\xda")
    assert redrawn(drawn[:-2] + last * (image_limits.SCANS_MAX - scans) + b"\xff\xd9").size == (400, 400)
    assert refused(clean_image, drawn[:-2] + last * (image_limits.SCANS_MAX - scans + 1) + b"\xff\xd9") == BROKEN


@pytest.mark.parametrize("at", [33, -12])
def test_clean_image_refuses_a_picture_of_very_many_parts(at):
    drawn = picture("PNG")
    chunk = struct.pack(">I", 0) + b"prVt" + struct.pack(">I", zlib.crc32(b"prVt"))
    assert redrawn(drawn[:at] + chunk * 9_990 + drawn[at:]).size == (40, 20)
    assert refused(clean_image, drawn[:at] + chunk * 400_000 + drawn[at:]) == BROKEN


def test_clean_image_refuses_the_largest_jpeg_without_drawing_it(monkeypatch):
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("decoded"))
    drawn = picture()
    at = drawn.index(b"\xff\xc0") + 5
    content = drawn[:at] + struct.pack(">HH", 65_535, 65_535) + drawn[at + 4 :]
    assert "The picture has 4295 megapixels" in refused(clean_image, content)


@pytest.mark.parametrize(
    "tail", [b"PK\x03\x04 PK\x05\x06" + b"\0" * 18, b"<html><script>alert(1)</script>", pdf(b"<</S/JavaScript>>")]
)
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_clean_document_leaves_of_a_file_of_two_kinds_the_picture_alone(form, tail):
    drawn = picture(form)
    inside = {"JPEG": drawn[:2] + b"\xff\xfe" + struct.pack(">H", len(tail) + 2) + tail + drawn[2:], "PNG": drawn}[form]
    for content in (drawn + tail, inside + tail):
        cleaned = clean_document(upload(content)).read()
        assert cleaned.startswith(b"\xff\xd8\xff")
        assert not any(mark in cleaned for mark in (b"PK\x05\x06", b"<script", b"%PDF", b"JavaScript"))


# PDF files


@pytest.mark.parametrize(
    "content",
    [
        pdf(),
        pdf(trailer=b"/Root 1 0 R/OpenAction [2 0 R /XYZ null null 0]"),
        pdf(stream(b"/Filter/DCTDecode", b"\xff\xd8/JS /AA \x00"), object_stream(b"1 0 <</Type/Page>>")),
        pdf(stream(b"/Type/ObjStm", b"1 0 <</Type/Page>>")),
        pdf(b"(/JSON /AAA /JavaScripture)"),
        b"\xef\xbb\xbf\r\n" + pdf(),
    ],
)
def test_clean_pdf_keeps_a_quiet_file_as_it_is(content):
    for clean in (clean_pdf, clean_document):
        cleaned = clean(upload(content, "letter.pdf"))
        assert (cleaned.read(), cleaned.name) == (content, "document.pdf")


@pytest.mark.parametrize(
    "name",
    [
        b"JavaScript",
        b"JS",
        b"Launch",
        b"OpenAction",
        b"AA",
        b"EmbeddedFile",
        b"EmbeddedFiles",
        b"RichMedia",
        b"XFA",
        b"SubmitForm",
        b"ImportData",
        b"J#61vaScript",
        b"#4a#53",
        b"Open#41ction",
        b"#41#41",
    ],
)
def test_clean_pdf_refuses_a_file_that_can_act(name):
    for content in (
        pdf(b"<</S/%b 3 0 R>>" % name),
        pdf(b"<</%b<</S/GoTo>>>>" % name),
        pdf(object_stream(b"1 0 <</%b(app.alert)>>" % name)),
        pdf(stream(b"/Type/ObjStm", b"1 0 <</%b 5 0 R>>" % name)),
        pdf(object_stream(b"1 0 <</%b 5 0 R>>" % name, b"/Type /ObjStm/N 1/First 4/Filter[/Fl]")),
    ):
        assert refused(clean_document, content) == ACTIVE


@pytest.mark.parametrize(
    "acting",
    [
        b"<</Type/Annot/Subtype/FileAttachment/FS 5 0 R>>",
        b"<</F(evil.exe)/EF<</F 5 0 R>>>>",
        b"<</F(evil.exe)/EF 5 0 R>>",
        b"<</Type/Filespec/F(evil.exe)>>",
        b"<</Type/Catalog/AF[5 0 R]>>",
        b"<</Subtype/3D/3DD 5 0 R>>",
        b"<</Type/3D/Subtype/U3D/OnInstantiate 6 0 R>>",
        b"<</Type/3D/Subtype/PRC>>",
        b"<</S/Thread/F(\\\\evil\\share\\a.pdf)>>",
        b"<</S /Thread/D 0>>",
        b"<</S/SetOCGState/State[/OFF 9 0 R]>>",
        b"<</S/GoTo3DView/TA 5 0 R>>",
        b"<</Subtype/Form/Ref<</F(\\\\evil\\a.pdf)>>>>",
        b"<</Subtype/Form/Ref 5 0 R>>",
        b"<</F<</FS/URL/F(http://evil.example/)>>>>",
        b"<</S/URI/URI(JavaScript:app.alert(1))>>",
    ],
)
def test_clean_pdf_refuses_attachments_programs_and_what_is_fetched(acting):
    for content in (pdf(acting), pdf(object_stream(b"1 0 " + acting))):
        assert refused(clean_document, content) == ACTIVE


def test_clean_pdf_keeps_links_and_marks_of_structure():
    quiet = pdf(
        b"<</S/URI/URI(https://example.com/)>>",
        b"<</Type/Catalog/Threads[5 0 R]/Type/StructElem/Ref[6 0 R]/S/Span>>",
        b"<</Type/Thread/F 7 0 R/Font<</AFM 8 0 R/EF1 9 0 R>>>>",
    )
    assert clean_pdf(upload(quiet)).read() == quiet


def test_clean_pdf_reads_long_names_even_where_a_stream_seems_to_be():
    assert refused(clean_pdf, pdf(b"(>>stream\n) <</S/JavaScript>> (endstream)")) == ACTIVE


def test_clean_pdf_refuses_a_locked_file():
    sentence = "This PDF is locked with a password. Save it without one, then upload it again."
    assert refused(clean_pdf, pdf(trailer=b"/Root 1 0 R/Encrypt 9 0 R")) == sentence
    assert refused(clean_pdf, pdf(stream(b"/Type/XRef/#45ncrypt 9 0 R", b""))) == sentence


@pytest.mark.parametrize(
    "content",
    [
        pdf()[:-10],
        pdf() + b"\x00" * 1100,
        pdf(b"<<>>\nstream\nnever ends"),
    ],
)
def test_clean_pdf_refuses_a_broken_file(content):
    assert refused(clean_pdf, content) == BROKEN


@pytest.mark.parametrize(
    "name", ["ASCIIHexDecode", "AHx", "ASCII85Decode", "A85", "LZWDecode", "LZW", "RunLengthDecode", "RL", "Crypt"]
)
def test_clean_pdf_refuses_an_object_stream_that_it_cannot_read(name):
    dictionary = b"/Type/ObjStm/N 1/First 4/Filter/%b" % name.encode()
    assert refused(clean_pdf, pdf(stream(dictionary, b"1 0 <</Type/Page>>"))) == UNSURE


KNOWN = b"/Type/ObjStm/N 1/First 4"
HIDDEN = zlib.compress(b"4 0 <</S/JavaScript/JS(app.alert)>>")


@pytest.mark.parametrize(
    "dictionary",
    [
        KNOWN + b"/Filter/FlateDecode/DecodeParms<</Predictor 12>>",
        KNOWN + b"/Filter/FlateDecode/DecodeParms 9 0 R",
        KNOWN + b"/Filter 9 0 R",
        KNOWN + b"/Filter[/FlateDecode/FlateDecode]",
        KNOWN + b"/Filter/FlateDecode/Filter/FlateDecode",
        KNOWN + b"/Filter/Flate#44ecode",
        KNOWN + b"/Filter/FlateDecode/F(other.pdf)",
        KNOWN + b"/Filter/FlateDecode/X(obj)",
        KNOWN + b"/Filter/FlateDecode/X(\n8 0 obj<</A)",
        KNOWN + b"/Filter/FlateDecode/X<00>",
        KNOWN + b"/Filter/FlateDecode%obj\n",
        b"%obj<<\n" + KNOWN + b"/Filter/FlateDecode",
        b"/N 1/First 4/Filter/FlateDecode",
        b"/Type 9 0 R/N 1/First 4/Filter/FlateDecode",
        b"/Type/XObject/Type/ObjStm/N 1/First 4/Filter/FlateDecode",
        b"/Type/Obj#53tm/N 1/Firs#74 4/Filter/FlateDecode",
        b"/N 1/Fir#73t 4/Filter/FlateDecode",
        b"/Fir#73t 4/#4e 1/Filter/FlateDecode",
        b"/N 1/X(y)/Filter/FlateDecode",
        b"/First 4/X[(>>)]/N 1/Filter/FlateDecode",
        b"/First 4/X[>>]/N 1/Filter/FlateDecode",
        b"/First 4/X>>/N 1/Filter/FlateDecode",
        b"/N 1/First 4/X[>>]/Filter/FlateDecode",
        b"/N 1/First 4/X>>/Filter/FlateDecode",
        b"/First 4/X[1 2/N 1/Filter/FlateDecode",
        b"/First 4/X(1\\)/N 1/Filter/FlateDecode",
        b"/First 4{}/N 1/Filter/FlateDecode",
        b"/First%\n4/N 1/Filter/FlateDecode",
    ],
)
def test_clean_pdf_finds_a_script_whatever_the_dictionary_of_its_stream_says(dictionary):
    assert refused(clean_pdf, pdf(stream(dictionary, HIDDEN))) == ACTIVE


@pytest.mark.parametrize("before", [b"%stream\n", b"(stream\n)", b"<</X(endstream endobj stream\n)>>", b"%(<<\n"])
@pytest.mark.parametrize("written", [b"%b", b"9 0 obj%b", b"%%\r9 0 obj\r\n<</A\n%b>>"])
def test_clean_pdf_finds_object_streams_whatever_stands_around_them(before, written):
    one = stream(KNOWN + b"/Filter/FlateDecode", HIDDEN)
    assert refused(clean_pdf, pdf(before + written % one, b"(endstream endobj)")) in {ACTIVE, UNSURE}
    assert refused(clean_pdf, pdf(stream(b"", before + b"\n9 0 obj\n" + one))) in {ACTIVE, UNSURE}


@pytest.mark.parametrize("body", [b"not deflated", zlib.compress(b"x" * 100)[:-8], HIDDEN[:9], b""])
def test_clean_pdf_refuses_an_object_stream_that_does_not_unpack(body):
    assert refused(clean_pdf, pdf(stream(KNOWN + b"/Filter/FlateDecode", body))) == UNSURE


def test_clean_pdf_refuses_a_colour_profile_that_is_an_object_stream():
    profile = pdf(object_stream(b"a profile", b"/N 3/Alternate/DeviceRGB/Filter/FlateDecode"))
    assert clean_pdf(upload(profile)).read() == profile
    assert refused(clean_pdf, pdf(stream(b"/N 3/Filter/FlateDecode", HIDDEN))) == ACTIVE


def test_clean_pdf_keeps_bookmarks_and_letters_that_only_look_like_an_object_stream():
    quiet = pdf(
        b"<</Type/Outlines/First 4 0 R/Last 5 0 R/Count 2>>",
        b"<</Title(1\\) \xfe\xff (a))/Parent 3 0 R/First 6 0 R/Last 6 0 R/C[0 .5 -1.]/F 2/A<</S/URI/URI(x)>>>>",
        b"<</AP<</N 7 0 R>>/T<FEFF 0041>/X true/Y null>>",
        b"<</FunctionType 2/N 1/Domain[0 1]>>",
        stream(b"/Filter/DCTDecode", b"/N 1 ) >> stream /N 2<zz /N%"),
        b"<</Linearized 1/L 99/H[ 1 2]/O 5/E 9/N 1/T 8>>",
    )
    assert clean_pdf(upload(quiet)).read() == quiet


def test_clean_pdf_finds_what_comments_strings_and_nesting_hide():
    script = b"<6A617661736372697074 3a61>"  # javascript:a
    for content in (
        pdf(b"<</S%x\n/Thread/F(a.pdf)>>"),
        pdf(b"<</S/URI/URI" + script + b">>"),
        pdf(b"<</S/URI/URI(\\152ava\\\nscript:a)>>"),
        pdf(script),  # to which an action may point
        pdf(stream(b"/URI" + script, b"x")),
        pdf(trailer=b"/Root 1 0 R/URI" + script),
        pdf(stream(b"/First 4", b"1 0 <</JS 5 0 R>>")),
    ):
        assert refused(clean_pdf, content) == ACTIVE
    assert refused(clean_pdf, pdf(b"[" * 600 + script + b"]" * 600)) == UNSURE


def test_clean_pdf_refuses_what_may_be_an_object_stream_and_is_not_whole():
    elsewhere = stream(KNOWN + b"/F(other.pdf)", b"1 0 <</Type/Page>>")
    cut_off = stream(b"/N 1/Filter/FlateDecode", zlib.compress(b"1 0 " + bytes(range(256)))[:-8])
    for content in (pdf(elsewhere), pdf(cut_off)):
        assert refused(clean_pdf, content) == UNSURE


def test_clean_pdf_reads_no_end_over_and_over():
    """Many object streams with one end: each would be read to there."""
    one = b"\n1 0 obj<<%b/Filter/Fl>>stream\n" % KNOWN + zlib.compress(b"1 0 ")
    assert refused(clean_pdf, pdf(one * 2000 + b" " + b"a" * 4_000_000 + b"\nendstream")) == UNSURE


def test_clean_pdf_refuses_object_streams_that_unpack_without_end(monkeypatch):
    monkeypatch.setattr(pdf_inspector, "INFLATED_MAX", 1000)
    small = object_stream(b"1 0 " + b" " * 990)
    assert pdf_inspector.finding(pdf(small)) == ""
    assert pdf_inspector.finding(pdf(object_stream(b"1 0 " + b" " * 996))) == "unsure"
    assert pdf_inspector.finding(pdf(small, small)) == "unsure"


def unpacked_numbers(count):
    """A file with an array of so many numbers in an object stream, which its cross-reference stream names."""
    text = b"1 0 <</Type/Catalog/Pages 2 0 R/X[" + b"1 " * count + b"]>>"
    body, rows = b"%PDF-1.7\n", [bytes(4), b"\2\0\4\0"]
    for number, item in (
        (2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>"),
        (4, object_stream(text, b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode")),
    ):
        rows.append(b"\1" + len(body).to_bytes(2) + b"\0")
        body += b"%d 0 obj\n%b\nendobj\n" % (number, item)
    table = stream(b"/Type/XRef/W[1 2 1]/Size 5/Root 1 0 R", b"".join(rows))
    return body + b"5 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, len(body))


def test_clean_pdf_refuses_a_small_file_that_takes_much_memory_or_long(monkeypatch, caplog):
    assert clean_pdf(upload(unpacked_numbers(1000))).size
    assert refused(clean_pdf, unpacked_numbers(8_000_000)) in {UNSURE, BROKEN}
    assert not caplog.messages
    monkeypatch.setattr(pdf_sanitizer, "MEMORY_MAX", 8_000_000_000)
    monkeypatch.setattr(pdf_sanitizer, "SECONDS_MAX", 1)
    assert refused(clean_pdf, unpacked_numbers(8_000_000)) == UNSURE
    assert "SIGKILL" in caplog.text or "SIGXCPU" in caplog.text
    monkeypatch.setattr(pdf_sanitizer, "WAIT_MAX", 0.01)
    assert refused(clean_pdf, pdf()) == UNSURE
    assert "timed out" in caplog.text


def test_clean_pdf_reads_in_a_process_without_our_environment(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "secret")
    run = pdf_sanitizer.subprocess.run
    seen = []
    monkeypatch.setattr(
        pdf_sanitizer.subprocess, "run", lambda command, **options: seen.append(options) or run(command, **options)
    )
    assert clean_pdf(upload(pdf())).size
    assert [options["env"] for options in seen] == [{}]


@pytest.mark.parametrize("name", [b"GoToE", b"GoToR", b"Rendition", b"Movie", b"Sound"])
def test_clean_pdf_refuses_what_plays_or_opens_other_files(name):
    assert refused(clean_pdf, pdf(b"<</S/%b/F 9 0 R>>" % name)) == ACTIVE


@pytest.mark.parametrize("value", [b"<</O 9 0 R>>", b" 9 0 R", b"\n<<", b"%\n<<"])
def test_clean_pdf_reads_events_even_where_a_stream_seems_to_be(value):
    assert refused(clean_pdf, pdf(b"(>>stream\n) <</AA" + value + b">> (endstream)")) == ACTIVE


def test_clean_pdf_finds_the_lock_even_where_a_stream_seems_to_be():
    assert "locked" in refused(clean_pdf, pdf(b"(>>stream\n) <</Encrypt 9 0 R>> (endstream)"))


def test_clean_pdf_refuses_a_file_that_is_a_zip_file_as_well():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.class", b"x")
        archive.comment = b"\nendstream\nendobj\n%%EOF"
    both = pdf()[: -len(b"%%EOF\n")] + b"9 0 obj<<>>stream\n" + packed.getvalue()
    assert zipfile.is_zipfile(io.BytesIO(both))
    assert refused(clean_pdf, both) == ACTIVE


def test_clean_pdf_drops_what_follows_the_end():
    assert clean_pdf(upload(pdf() + b"PK\x03\x04" + SECRET)).read() == pdf()


@pytest.mark.parametrize("content", [picture(), b"<html>%PDF-1.7", b"GIF89a" + pdf()])
def test_clean_pdf_goes_by_the_content(content):
    assert refused(clean_pdf, content) == "Choose a PDF file."


def test_clean_document_takes_pictures_and_pdf_files_only():
    assert redrawn(picture(), clean_document).size == (40, 20)
    for content in (b"GIF89a" + pdf(), b"<html>", b"PK\x03\x04"):
        assert refused(clean_document, content) == "Choose a JPG, PNG or PDF file."


# Storage


def test_storage_seals_what_it_keeps(storage, tmp_path):
    name = storage.save("scans/KTP Ann Wijaya.JPG", ContentFile(SECRET))
    [path] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert path == tmp_path / "private" / name
    assert SECRET not in path.read_bytes()
    assert "Ann" not in str(path)
    with storage.open(name) as opened:
        assert (opened.read(), opened.name) == (SECRET, name)
    assert storage.size(name) == len(SECRET)


def test_storage_keeps_folder_and_kind_and_nothing_else_of_a_name(storage):
    names = [
        storage.save(name, ContentFile(SECRET))
        for name in ("scans/a.jpg", "photos/2026/b.PDF", "c.exe", "Sc ans/d.jpg.html", "scans/a.jpg")
    ]
    assert [name.split("/")[0] for name in names] == ["scans", "photos", "files", "files", "scans"]
    assert [name[name.index("/") + 33 :] for name in names] == [".jpg", ".pdf", "", "", ".jpg"]
    assert len(set(names)) == 5


def test_storage_lets_only_its_owner_in(storage, tmp_path):
    path = tmp_path / "private" / storage.save("scans/a.jpg", ContentFile(SECRET))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_storage_refuses_a_file_that_was_altered_or_moved(storage, tmp_path):
    first, second = (storage.save("scans/a.jpg", ContentFile(SECRET)) for _ in range(2))
    path, other = tmp_path / "private" / first, tmp_path / "private" / second
    other.write_bytes(path.read_bytes())
    with pytest.raises(DecryptionError):
        storage.open(second)
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    with pytest.raises(DecryptionError):
        storage.open(first)
    other.write_bytes(SECRET)
    with pytest.raises(DecryptionError):
        storage.open(second)


@pytest.mark.parametrize("name", ["../../x", "scans/../../x", "/etc/passwd", "..\\..\\x", ".."])
def test_storage_never_leaves_its_folder(storage, tmp_path, name):
    with contextlib.suppress(SuspiciousFileOperation):
        storage.save(name, ContentFile(SECRET))
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path.is_relative_to(tmp_path / "private" / "files") for path in kept)
    with pytest.raises(SuspiciousFileOperation):
        storage.open("../../x")


def test_storage_forgets_the_name_of_an_upload(storage):
    cleaned = clean_document(upload(picture(), "../../x"))
    assert storage.save(f"scans/{cleaned.name}", cleaned).startswith("scans/")


def test_storage_gives_no_address_and_is_written_once(storage):
    name = storage.save("scans/a.jpg", ContentFile(SECRET))
    with pytest.raises(AttributeError, match="no address"):
        storage.url(name)
    with pytest.raises(ValueError, match="written once"):
        storage.open(name, "wb")
    storage.delete(name)
    with pytest.raises(FileNotFoundError):
        storage.open(name)


def test_storage_can_stand_in_a_migration():
    assert MigrationWriter.serialize(PrivateStorage())[0] == "privacy.files.uploads.PrivateStorage()"


def test_sha256_is_of_the_content_wherever_the_reader_stands(storage):
    digest = hashlib.sha256(SECRET).hexdigest()
    name = storage.save("scans/a.jpg", ContentFile(SECRET))
    for file in (upload(SECRET), ContentFile(SECRET), storage.open(name)):
        file.read(3)
        assert sha256(file) == digest
        assert file.read() == SECRET


# Receiving


def received(content, name="card.jpg"):
    request = RequestFactory().post("/", {"file": upload(content, name)})
    request.upload_handlers = [MemoryUploads(request)]
    return request.FILES["file"]


def test_memory_uploads_keeps_large_files_off_the_disk():
    content = picture() + b"\x00" * (4 * MEGABYTE)
    file = received(content)
    assert isinstance(file.file, io.BytesIO)
    assert (file.read(), file.name) == (content, "file.jpg")


def test_every_upload_to_the_site_stays_in_memory():
    request = RequestFactory().post("/", {"file": upload(b"\x00" * (4 * MEGABYTE), "card.jpg")})
    assert isinstance(request.FILES["file"].file, io.BytesIO)


def test_memory_uploads_only_counts_a_file_over_the_limit(settings):
    settings.UPLOAD_MAX_MB = 1
    file = received(picture() + b"\x00" * (2 * MEGABYTE))
    assert file.read() == b""
    with pytest.raises(ValidationError, match=r"The file is 2\.1 MB; the limit is 1 MB"):
        clean_image(file)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("KTP Ann Wijaya.JPG", "file.jpg"),
        ("../../etc/passwd", "file"),
        ("..\\..\\boot.ini", "file.ini"),
        ("a\r\nSet-Cookie: x=1.pdf", "file.pdf"),
        ("gpj.\u202eexe.jpg", "file.jpg"),
        ("a.jpg\u202e", "file.jpg"),
        ("<script>alert(1)</script>.png", "file.png"),
        ("&sol;etc&sol;x.pdf", "file.pdf"),
        ("CON", "file"),
        ("NUL.jpg", "file.jpg"),
        (".htaccess", "file.htaccess"),
        ("x" * 600 + ".pdf", "file.pdf"),
        ("a." + "b" * 300, "file"),
        ("a.jpg. . ", "file.jpg"),
        ("a.jp g", "file"),
        ("a.\u0458pg", "file"),
        ("..jpg", "file.jpg"),
    ],
)
def test_memory_uploads_lets_nothing_of_a_name_in_but_its_ending(name, kept):
    assert sent(name).FILES["file"].name == kept


@pytest.mark.parametrize("name", ["", ".", "..", "/", "a/", "\u202e"])
def test_a_file_without_a_name_was_not_chosen(name):
    assert not sent(name).FILES


def sent(name):
    """A request with the name as it is: the test client would tidy it."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n\r\n'
    if "\n" in name:
        head = f"--b\r\nContent-Disposition: form-data; name=file; filename*=UTF-8''{quote(name)}\r\n\r\n"
    request = RequestFactory().post("/", head.encode() + b"x\r\n--b--\r\n", "multipart/form-data; boundary=b")
    request.upload_handlers = [MemoryUploads(request)]
    return request


# Form fields


class CardForm(forms.Form):
    photo = ImageUpload(required=False, max_length=10)
    scan = DocumentUpload()


def bound(**files):
    return CardForm({}, files)


def test_fields_name_kinds_and_limit(settings):
    settings.UPLOAD_MAX_MB = 7
    form = CardForm()
    assert form["photo"].help_text == "JPG or PNG, at most 7 MB."
    assert form["scan"].help_text == "JPG, PNG or PDF, at most 7 MB."
    assert 'accept="image/jpeg,image/png"' in str(form["photo"])
    assert 'accept="image/jpeg,image/png,application/pdf"' in str(form["scan"])


def test_fields_give_the_cleaned_file():
    form = bound(photo=upload(picture(), f"{'long name ' * 20}.jpg"), scan=upload(pdf(), "scan.pdf"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["photo"].name == "picture.jpg"
    assert form.cleaned_data["scan"].name == "document.pdf"


@pytest.mark.parametrize(
    ("files", "errors"),
    [
        ({}, {"scan": ["Choose a JPG, PNG or PDF file."]}),
        ({"scan": upload(b"")}, {"scan": [BROKEN]}),
        ({"scan": upload(b"GIF89a")}, {"scan": ["Choose a JPG, PNG or PDF file."]}),
        ({"scan": upload(pdf(), "a.pdf"), "photo": upload(pdf())}, {"photo": ["Choose a JPG or PNG file."]}),
        (
            {"scan": upload(pdf(), "a.pdf"), "photo": upload(picture() + b"\x00" * 5 * MEGABYTE)},
            {"photo": ["The file is 5.1 MB; the limit is 5 MB."]},
        ),
    ],
)
def test_fields_say_what_to_do(files, errors):
    assert bound(**files).errors == errors


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("card.pdf", picture()),
        ("card.svg", picture()),
        ("card.jpg.exe", picture()),
        ("card.html", picture("PNG")),
        ("card.exe. .", picture()),
        ("letter.jpg", pdf()),
        ("letter.pdf.js", pdf()),
        ("letter.docx", pdf()),
    ],
)
def test_fields_refuse_an_ending_that_does_not_fit_the_content(name, content):
    assert bound(scan=upload(content, name)).errors == {"scan": ["Choose a JPG, PNG or PDF file."]}


@pytest.mark.parametrize(
    "name", ["card.JPG", "card.jpeg", "card.jfif", "card.png", "card", "Surat No. 12", "card. .", "a.b c"]
)
def test_fields_take_the_endings_of_the_kind_and_names_without_one(name):
    for content in (picture(), picture("PNG")):
        assert not bound(scan=upload(content, name)).errors
    if "." not in name:
        assert not bound(scan=upload(pdf(), name)).errors


def test_fields_keep_the_file_that_is_there():
    kept = ContentFile(picture(), name="scans/a.jpg")
    form = CardForm({}, {}, initial={"scan": kept})
    assert form.is_valid()
    assert form.cleaned_data == {"scan": kept, "photo": None}


def test_fields_take_their_own_sentences():
    field = DocumentUpload(error_messages={"required": "Add the letter."})
    with pytest.raises(ValidationError, match="Add the letter"):
        field.clean(None)
