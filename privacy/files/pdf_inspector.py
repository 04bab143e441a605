"""Look for active content in a PDF file. Runs as a program: the file on standard input, the finding on standard output.

qpdf is a C++ library, and a small file may unpack to gigabytes. This process has no keys and no database connection,
and the kernel stops it at the limits it is started with. It imports nothing of ours and no Django, to start fast.

Three readings of the file are searched: its bytes as they are, the objects that qpdf finds, and whatever is compressed
like an object stream, wherever it stands, for a reader that repairs a file may find other objects than qpdf does.
Source: ISO 32000-1, clauses 7.3.5 (names), 7.5.7 (object streams), 12.6 (actions), 13 (multimedia).
"""

import re
import resource
import sys
import zlib
from io import BytesIO
from itertools import chain

import pikepdf

INFLATED_MAX = 50_000_000  # bytes of all object streams together
AFTER_MAX = 1000  # bytes between the end of an object stream and the word for it: many streams must not share one
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
NAME_ENDS = rb"(?![^\x00\t\n\x0c\r ()<>\[\]{}/%])"
GAP = rb"(?:[\x00\s]|%[^\r\n]*+[\r\n])*+"
ENCRYPTED = re.compile(rb"/Encrypt" + NAME_ENDS)
# These never occur by chance in a picture. /OpenAction with an array only opens a page; word processors write it
LONG = (
    rb"/(?:JavaScript|Launch|SubmitForm|ImportData|EmbeddedFiles?|RichMedia|XFA|GoTo[ER]|Rendition|Movie|Sound"
    rb"|FileAttachment|Filespec|OnInstantiate|SetOCGState|GoTo3DView)" + NAME_ENDS
    + rb"|/OpenAction" + NAME_ENDS + rb"(?!" + GAP + rb"\[)"
    + rb"|/AA" + GAP + rb"(?:<<|\d+" + GAP + rb"\d)"
)  # fmt: skip
# These may, so they are searched in objects only. Links are allowed, except those that run a script
SHORT = (
    rb"/(?:JS|AA|EF|AF|3DD|3DA|U3D|PRC)" + NAME_ENDS
    + rb"|/S" + GAP + rb"/Thread" + NAME_ENDS
    + rb"|/FS" + GAP + rb"/URL" + NAME_ENDS
    + rb"|/Ref" + GAP + rb"(?:<<|\d+" + GAP + rb"\d+" + GAP + rb"R)"
    + rb"|\(\s*(?i:javascript)\s*:"
)  # fmt: skip
IN_BYTES, IN_OBJECTS = re.compile(LONG), re.compile(LONG + rb"|" + SHORT)
STREAM = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
WHOLE_STREAM = re.compile(STREAM.pattern + rb".*?endstream", re.DOTALL)
NOT_READ = re.compile("limits error|error during parsing")  # qpdf goes on without the object
OBJECT_NUMBERS = re.compile(GAP + rb"\d")  # with which an object stream begins


class UnsureError(Exception):
    """A PDF reader may find something that this program does not see."""


def finding(content):
    """Return "encrypted", "active", "broken", "unsure", or "" for a file without active content."""
    names = unescaped(content)
    if ENCRYPTED.search(names):
        return "encrypted"
    if IN_BYTES.search(names):
        return "active"
    outside = WHOLE_STREAM.sub(b" ", content)
    if STREAM.search(outside):
        return "broken"
    try:
        with pikepdf.open(BytesIO(content), inherit_page_attributes=False) as pdf:
            texts = chain([outside], _inflated(content), _objects(pdf))
            return "active" if any(IN_OBJECTS.search(unescaped(text)) for text in texts) else ""
    except UnsureError:
        return "unsure"
    except pikepdf.PdfError:
        return "broken"


def unescaped(text):
    """Decode names, in which any letter may be written as #xx: /J#61vaScript is /JavaScript."""
    return ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), text)


def _inflated(content):
    """Yield every stream whose content looks like an object stream, listed or not and whatever its dictionary says."""
    room = INFLATED_MAX
    for match in STREAM.finditer(content):
        try:
            start = zlib.decompressobj().decompress(content[match.end() : match.end() + 256], 64)
        except zlib.error:
            continue  # an object stream that qpdf can unpack comes from `_objects`
        if OBJECT_NUMBERS.match(start):
            inflater, end = zlib.decompressobj(), content.find(b"endstream", match.end())
            try:
                text = inflater.decompress(memoryview(content)[match.end() : end], room)
            except zlib.error as error:
                raise UnsureError from error
            room -= len(text)
            if not inflater.eof or not room or len(inflater.unused_data) > AFTER_MAX:
                raise UnsureError
            yield text


def _objects(pdf):
    """Yield every object as qpdf writes it: no comments, one way to write a name or a string."""
    yield pdf.trailer.unparse(resolved=True)
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Object):
            continue  # a number, or null
        if not isinstance(item, pikepdf.Stream):
            yield item.unparse(resolved=True)
            continue
        yield item.stream_dict.unparse(resolved=True)
        if "/First" in item or item.get("/Type") == "/ObjStm":
            yield _object_stream(item)
    if any(NOT_READ.search(warning) for warning in pdf.get_warnings()):
        raise UnsureError


def _object_stream(stream):
    filters = stream.get("/Filter", pikepdf.Array())
    filters = list(filters) if isinstance(filters, pikepdf.Array) else [filters]
    if filters not in ([], ["/FlateDecode"], ["/Fl"]) or "/F" in stream:
        raise UnsureError
    try:
        text = stream.read_bytes()
    except pikepdf.PdfError as error:
        raise UnsureError from error
    if not OBJECT_NUMBERS.match(text):
        raise UnsureError
    return text


if __name__ == "__main__":
    memory, seconds = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    print(finding(sys.stdin.buffer.read()), end="")
