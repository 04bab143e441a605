"""What the object streams of a PDF hold: there, compressed, an action would pass whoever reads the plain bytes only.

Readers find a stream by offsets that a file may forge, so the structure of the file is not believed. Whatever a reader
could take for the dictionary of an object stream, wherever it stands, must have the one simple form that writers give
it, and is unpacked from there. A file where that is not certain is refused.
Source: ISO 32000-1, clauses 7.2 (lexical conventions), 7.3.8 (streams), 7.5.7 (object streams).
"""

import re
import zlib
from bisect import bisect

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

WS = rb"\x00\t\n\x0c\r "
REGULAR = rb"[^\x00\t\n\x0c\r ()<>\[\]{}/%]"
# Every object stream has /First; without it, a reader may believe a stream that has only /N, as colour profiles do
SIGN = re.compile(rb"/(First|ObjStm|N)(?!" + REGULAR + rb")")
PROFILE_SIGN = b"N"
ESCAPED_NAME = re.compile(rb"/(" + REGULAR + rb"*#[0-9A-Fa-f]{2}" + REGULAR + rb"*)")
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
# On lines of their own, without strings, comments and dictionaries inside: nothing can stand around it and be hidden
SIMPLE = re.compile(
    rb"[\r\n][ \t]{0,8}\d{1,10}[ \t]+\d{1,5}[ \t]+obj[" + WS + rb"]{0,64}"
    rb"<<([\w./+\-\[\]" + WS + rb"]*)>>[" + WS + rb"]{0,64}stream(?:\r\n|\n|\r)"
)
TYPE = re.compile(rb"/Type[" + WS + rb"]*/ObjStm(?!" + REGULAR + rb")")
ANY_TYPE = re.compile(rb"/Type(?!" + REGULAR + rb")")
FILTER = re.compile(rb"/Filter[" + WS + rb"]*(?:\[[" + WS + rb"]*)?/(?:FlateDecode|Fl)(?!" + REGULAR + rb")")
ELSEWHERE = re.compile(  # other filters, filters by reference, and data in another file
    rb"/(?:Filter|DecodeParms|DP|F|FFilter|FDecodeParms|\w+Decode|Fl|AHx|A85|LZW|RL|Crypt)(?!" + REGULAR + rb")"
)
INFLATED_MAX = 50_000_000  # bytes, all object streams of a file together
READ_MAX, TOKEN_COST = 20_000_000, 200  # bytes and so many more a token: no file is read over and over
# What has no end of its own is short, or is searched for its end and paid for by its length
TOKEN = re.compile(
    rb"(?P<skip>[" + WS + rb"]+|%[^\r\n]*)|(?P<open><<|\[)|(?P<close>>>|\])|(?P<name>/" + REGULAR + rb"*)"
    rb"|(?P<value>\d{1,20}[" + WS + rb"]{1,40}\d{1,20}[" + WS + rb"]{1,40}R(?!" + REGULAR + rb")"
    rb"|[+\-.\d]{1,40}(?!" + REGULAR + rb")|(?:true|false|null)(?!" + REGULAR + rb"))|(?P<string>\()|(?P<hex><)"
)
NOT_HEX = re.compile(rb"[^0-9A-Fa-f" + WS + rb"]")
IN_STRING = re.compile(rb"[()]|\\.", re.DOTALL)
END = b"endstream"


def unsure():
    return ValidationError(_("This PDF cannot be checked. Print it to a new PDF, then upload that."), code="unsure")


def unescaped(content):
    """Names may be written with #xx for any letter: /J#61vaScript is /JavaScript."""
    return ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), content)


def hidden(content):
    """What the object streams of the file hold; a ValidationError when that is not certain."""
    if any(SIGN.fullmatch(b"/" + unescaped(match[1])) for match in ESCAPED_NAME.finditer(content)):
        raise unsure()
    simple = [match for match in SIMPLE.finditer(content) if SIGN.search(match[1])]
    reader, found, room = Reader(content), [], INFLATED_MAX
    for match in simple:
        found.append(_unpacked(reader, match, room))
        room -= len(found[-1])
    starts = [match.start() for match in simple]
    for sign in SIGN.finditer(content):
        before = bisect(starts, sign.start())
        looked_at = before and sign.start() < simple[before - 1].end(1)
        if not looked_at and reader.leads_to_a_stream(sign):
            raise unsure()
    return found


def _unpacked(reader, match, room):
    content, dictionary = reader.content, match[1]
    end = content.find(END, match.end())
    reader.spend((len(content) if end < 0 else end) - match.end())
    is_profile = b"/First" not in dictionary and b"/ObjStm" not in dictionary
    typed = len(ANY_TYPE.findall(dictionary)) == len(TYPE.findall(dictionary)) == 1
    others = ELSEWHERE.search(FILTER.sub(b"", dictionary, count=1))
    if end < 0 or room <= 0 or others or not (typed or is_profile):
        raise unsure()
    body = content[match.end() : end]
    if not FILTER.search(dictionary):
        return body
    inflater = zlib.decompressobj()
    try:
        body = inflater.decompress(body, room)
    except zlib.error as error:
        raise unsure() from error
    if not inflater.eof:
        raise unsure()
    return body


class Unreadable(Exception):
    """What stands there is no dictionary that all readers understand alike."""


class Reader:
    """Reads dictionaries from a name on, in which keys and values take turns, and never more than READ_MAX in all."""

    def __init__(self, content):
        self.content, self.left = content, READ_MAX

    def leads_to_a_stream(self, sign):
        """Whether the dictionary in which the name stands belongs to a stream."""
        try:
            at = self._after_dictionary(sign.end(), value_next=sign[1] != b"ObjStm")
            kind = "skip"
            while kind == "skip":
                before = at
                kind, _text, at = self._token(at)
        except Unreadable:
            before = None
        if before is None:
            return sign[1] != PROFILE_SIGN  # which also occurs by chance, in a picture
        return self.content.startswith(b"stream", before)

    def _after_dictionary(self, at, *, value_next):
        around, in_dictionary = [], True
        while True:
            kind, text, at = self._token(at)
            if kind == "close":
                if in_dictionary != (text == b">>") or (in_dictionary and value_next):
                    raise Unreadable
                if not around:
                    return at
                in_dictionary, value_next = around.pop()
            elif kind != "skip":
                if kind is None or (in_dictionary and not value_next and kind != "name"):
                    raise Unreadable
                value_next = not value_next
                if kind == "open":
                    around.append((in_dictionary, value_next))
                    in_dictionary, value_next = text == b"<<", False

    def _token(self, at):
        """(kind, text, place after it); the kind is None for what belongs into no dictionary."""
        token = TOKEN.match(self.content, at)
        end = token.end() if token else at
        self.spend(end - at)
        if token and token.lastgroup == "string":
            end = self._after_string(end)
        if token and token.lastgroup == "hex":
            end = self._after_hex(end)
        return (token.lastgroup, token[0], end) if token else (None, b"", end)

    def _after_hex(self, at):
        mark = NOT_HEX.search(self.content, at)
        end = mark.end() if mark else len(self.content)
        self.spend(end - at)
        if mark is None or mark[0] != b">":
            raise Unreadable
        return end

    def _after_string(self, at):
        depth = 1
        while depth:
            mark = IN_STRING.search(self.content, at)
            end = mark.end() if mark else len(self.content)
            self.spend(end - at)
            if mark is None:
                raise Unreadable
            depth += {b"(": 1, b")": -1}.get(mark[0], 0)
            at = end
        return at

    def spend(self, size):
        self.left -= size + TOKEN_COST
        if self.left < 0:
            raise unsure()
