"""What a stranger sends costs its length: four times as much of it takes about four times as long, never sixteen."""

import contextlib
import struct
import zlib
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import process_time

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from privacy.files.uploads import clean_image, clean_pdf
from tests.privacy.files.test_uploads import KNOWN, pdf, picture, upload

BAR = 8
ROUNDS = 7
CHUNK = struct.pack(">I", 0) + b"prVt" + struct.pack(">I", zlib.crc32(b"prVt"))
END_TO_COME = b"\n1 0 obj<<%b/Filter/Fl>>stream\n" % KNOWN + zlib.compress(b"1 0 ")


def again_and_again(text):
    return lambda size: pdf(text * (size // len(text)))


def in_vain(filler):
    return lambda size: pdf(b"/N%" * (size // 1000) + b"\n" + filler + filler[-1:] * size + b"x")


HOSTILE = {
    "a PDF that opens a string again and again": (clean_pdf, again_and_again(b"/N(")),
    "a PDF that opens a comment again and again": (clean_pdf, again_and_again(b"/N%")),
    "a PDF that closes what is not open": (clean_pdf, again_and_again(b"/N 1>>%")),
    "a PDF that opens a list again and again": (clean_pdf, again_and_again(b"/N[")),
    "a PDF of names": (clean_pdf, again_and_again(b"/N 1/X ")),
    "a PDF that opens hexadecimals again and again": (clean_pdf, again_and_again(b"/N<00")),
    "a PDF with hexadecimals without end": (clean_pdf, in_vain(b"<a")),
    "a PDF with digits without end": (clean_pdf, in_vain(b"1")),
    "a PDF with blanks without end": (clean_pdf, in_vain(b"1 ")),
    "a PDF of many streams with one end": (
        clean_pdf,
        lambda size: pdf(END_TO_COME * (size // 2000) + b" " + b"a" * size + b"\nendstream"),
    ),
    "a picture of very many parts": (
        clean_image,
        lambda size: picture("PNG")[:-12] + CHUNK * (size // 12) + picture("PNG")[-12:],
    ),
    "a huge password": (validate_password, lambda size: "Kapal-laut7x" * (size // 12)),
}


def seconds(take, sent):
    sent = upload(sent) if isinstance(sent, bytes) else sent
    start = processor_time()
    with contextlib.suppress(ValidationError):
        take(sent)
    return processor_time() - start


def processor_time():
    """Of this process and of those that it started and that are over."""
    children = getrusage(RUSAGE_CHILDREN)
    return process_time() + children.ru_utime + children.ru_stime


@pytest.mark.django_db
@pytest.mark.parametrize("name", HOSTILE)
def test_four_times_as_much_takes_at_most_eight_times_as_long(name):
    take, make = HOSTILE[name]
    little, much = make(1_000_000), make(4_000_000)
    times = [(seconds(take, little), seconds(take, much)) for _round in range(ROUNDS)]
    one, four = (median(column) for column in zip(*times, strict=True))
    print(f"\n{name}: {one * 1000:.1f} ms for 1 MB, {four * 1000:.1f} ms for 4 MB: {four / one:.2f}x")
    assert four / one <= BAR
