"""Limits of a JPG or PNG file, checked before decoding: a small file may take hours to decode.

A JPEG may encode its pixels many times over (scans), and a PNG may consist of half a million empty chunks. Cameras and
programs write a dozen scans at most, and chunks of some thousand bytes.
Source: ITU-T T.81, annex B (markers); PNG third edition, clause 5 (chunks).
"""

import math
import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

SCANS_MAX = 32
CHUNKS_MAX = 10_000
MARKER = re.compile(rb"\xff([^\x00\xff])")
WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}  # markers without a length
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
PNG, SIGNATURE, FRAME = b"\x89PNG", 8, 12  # bytes of a chunk besides its data: length, kind, checksum


def is_laborious(content):
    """Return whether decoding takes many times the work that the number of pixels explains."""
    most, steps = (CHUNKS_MAX, _chunks(content)) if content.startswith(PNG) else (SCANS_MAX, _scans(content))
    return any(number > most for number, _step in enumerate(steps, 1))


def check_pixels(width, height):
    """Raise ValidationError for a picture with more megapixels than the setting UPLOAD_MAX_MEGAPIXELS."""
    most = settings.UPLOAD_MAX_MEGAPIXELS
    if width * height > most * 1_000_000:
        raise ValidationError(
            _("The picture has %(n)s megapixels; the limit is %(max)s. Make it smaller, then upload it again."),
            code="too_many_pixels",
            params={"n": number_format(math.ceil(width * height / 1_000_000)), "max": number_format(most)},
        )


def _scans(content):
    at = 2
    while (marker := MARKER.search(content, at)) and marker[1][0] != END_OF_IMAGE:
        at = marker.end()
        if marker[1][0] not in WITHOUT_LENGTH:
            at += max(2, int.from_bytes(content[at : at + 2], "big"))
        if marker[1][0] == START_OF_SCAN:
            yield at


def _chunks(content):
    at = SIGNATURE
    while at < len(content):
        yield at
        at += FRAME + int.from_bytes(content[at : at + 4], "big")
