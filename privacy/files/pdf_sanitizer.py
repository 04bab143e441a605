"""Which PDF files are let in: those that only show something.

A scan, a letter or a signed agreement needs no script, no attachment and no form that sends. The check reads names,
in plain parts and in object streams, and is one wall of several: files are also served as downloads, never run here.
Source: ISO 32000-1, clauses 7.3.5 (names), 12.6 (actions), 13 (multimedia).
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from privacy.files import pdf_streams
from privacy.files.pdf_streams import unescaped

HEADER = re.compile(rb"(?:\xef\xbb\xbf)?[\x00\t\n\x0c\r ]{0,64}%PDF-[0-9]")
END, END_WITHIN = b"%%EOF", 1024  # bytes from the end of the file, as readers allow
STREAM, STREAM_END = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)"), b"endstream"
NAME_ENDS = rb"(?![^\x00\t\n\x0c\r ()<>\[\]{}/%])"
# Long enough never to occur by chance in a picture. /OpenAction with an array only opens a page; word processors
# write it into every file
ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|SubmitForm|ImportData|EmbeddedFiles?|RichMedia|XFA|OpenAction(?!\s*\[)|GoTo[ER]|Rendition"
    rb"|Movie|Sound|FileAttachment|Filespec|OnInstantiate|SetOCGState|GoTo3DView)" + NAME_ENDS
)
# So is this key with its value
ACTIVE_EVENTS = re.compile(rb"/AA[\x00\s]*(?:<<|\d+[\x00\s]+\d|%)")
# Shorter ones are not, so they are read outside streams only. Links stay, but none that runs a script
ACTIVE_SHORT = re.compile(
    rb"/(?:JS|AA|EF|AF|3DD|3DA|U3D|PRC)"
    + NAME_ENDS
    + rb"|/S\s*/Thread"
    + NAME_ENDS
    + rb"|/FS\s*/URL"
    + NAME_ENDS
    + rb"|/Ref\s*(?:<<|\d+\s+\d+\s+R)|\(\s*(?i:javascript)\s*:"
)
ENCRYPTED = re.compile(rb"/Encrypt" + NAME_ENDS)
# A ZIP file (of Java or Office, say) is found from its end, within so many bytes of the end of the file
ZIP_END, ZIP_END_WITHIN = b"PK\x05\x06", 66_000


def is_pdf(content):
    return HEADER.match(content) is not None


def clean(content):
    """The file without what follows its end; a ValidationError says why it is refused."""
    content = _cut(content)
    read = b"\n".join([*_outside(content), *pdf_streams.hidden(content)])
    plain, whole = unescaped(read), unescaped(content)
    if ENCRYPTED.search(plain) or ENCRYPTED.search(whole):
        raise ValidationError(
            _("This PDF is locked with a password. Save it without one, then upload it again."), code="encrypted"
        )
    in_plain = ACTIVE_SHORT.search(plain) or ACTIVE.search(plain)
    if in_plain or ACTIVE.search(whole) or ACTIVE_EVENTS.search(whole) or ZIP_END in content[-ZIP_END_WITHIN:]:
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


def _outside(content):
    """What stands outside streams."""
    outside, at = [], 0
    while start := STREAM.search(content, at):
        end = content.find(STREAM_END, start.end())
        if end < 0:
            raise broken()
        outside.append(content[at : start.start()])
        at = end + len(STREAM_END)
    return [*outside, content[at:]]
