"""Which PDF files are let in: those that only show something.

A scan, a letter or a signed agreement needs no script, no attachment and no form that sends. The check reads names,
in plain parts and in object streams, and is one wall of several: files are also served as downloads, never run here.
Source: ISO 32000-1, clauses 7.3.5 (names), 7.5.7 (object streams), 12.6 (actions).
"""

import re
import zlib

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

HEADER = re.compile(rb"(?:\xef\xbb\xbf)?[\x00\t\n\x0c\r ]{0,64}%PDF-[0-9]")
END, END_WITHIN = b"%%EOF", 1024  # bytes from the end of the file, as readers allow
STREAM, STREAM_END = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)"), b"endstream"
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
NAME_ENDS = rb"(?![^\x00\t\n\x0c\r ()<>\[\]{}/%])"
# Long enough never to occur by chance in a picture. /OpenAction with an array only opens a page; word processors
# write it into every file
ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|SubmitForm|ImportData|EmbeddedFiles?|RichMedia|XFA|OpenAction(?!\s*\[))" + NAME_ENDS
)
# Two letters occur by chance in a picture, so they are read outside streams only
ACTIVE_SHORT = re.compile(rb"/(?:JS|AA)" + NAME_ENDS)
ENCRYPTED = re.compile(rb"/Encrypt" + NAME_ENDS)
OBJECT_STREAM = re.compile(rb"/ObjStm" + NAME_ENDS)
DEFLATED = re.compile(rb"/(?:FlateDecode|Fl)" + NAME_ENDS)
UNREADABLE = re.compile(
    rb"/(?:ASCIIHexDecode|AHx|ASCII85Decode|A85|LZWDecode|LZW|RunLengthDecode|RL|Crypt|Predictor)" + NAME_ENDS
)
INFLATED_MAX = 50_000_000  # bytes, all object streams of a file together


def is_pdf(content):
    return HEADER.match(content) is not None


def clean(content):
    """The file without what follows its end; a ValidationError says why it is refused."""
    content = _cut(content)
    outside, hidden = _parts(content)
    plain = _unescaped(b"\n".join([*outside, *hidden]))
    if ENCRYPTED.search(plain):
        raise ValidationError(
            _("This PDF is locked with a password. Save it without one, then upload it again."), code="encrypted"
        )
    if ACTIVE_SHORT.search(plain) or ACTIVE.search(plain) or ACTIVE.search(_unescaped(content)):
        raise ValidationError(
            _("This PDF contains scripts, attachments or actions. Print it to a new PDF, then upload that."),
            code="active",
        )
    return content


def broken():
    return ValidationError(_("This file cannot be opened. Save it again, then upload it."), code="broken")


def _cut(content):
    end = content.rfind(END)
    if end < 0 or len(content) - end > END_WITHIN:
        raise broken()
    end += len(END)
    # The line break belongs to the file: a signature may cover it
    return content[:end] + re.match(rb"\r?\n?", content[end:])[0]


def _parts(content):
    """What stands outside streams, and what object streams hold."""
    outside, hidden, at, room = [], [], 0, INFLATED_MAX
    while start := STREAM.search(content, at):
        end = content.find(STREAM_END, start.end())
        if end < 0:
            raise broken()
        before = content[at : start.start()]
        outside.append(before)
        dictionary = _unescaped(before.rpartition(b"obj")[2])
        if OBJECT_STREAM.search(dictionary):
            hidden.append(_inflated(dictionary, content[start.end() : end], room))
            room -= len(hidden[-1])
        at = end + len(STREAM_END)
    outside.append(content[at:])
    return outside, hidden


def _inflated(dictionary, body, room):
    if room <= 0 or UNREADABLE.search(dictionary) or len(DEFLATED.findall(dictionary)) > 1:
        raise broken()
    if not DEFLATED.search(dictionary):
        return body
    inflater = zlib.decompressobj()
    try:
        body = inflater.decompress(body, room)
    except (zlib.error, ValueError) as error:
        raise broken() from error
    if inflater.unconsumed_tail or not inflater.eof:
        raise broken()
    return body


def _unescaped(content):
    """Names may be written with #xx for any letter: /J#61vaScript is /JavaScript."""
    return ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), content)
