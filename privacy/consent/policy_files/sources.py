"""Splits a file into lines, and the lines into languages."""

import re

from django.utils.translation import gettext_lazy as _

from privacy.consent.policy_files import marked, plain
from privacy.consent.policy_files.documents import LANGUAGES, PolicyFileError

MAX_BYTES = 256 * 1024
MAX_LINES = 5000
COMMON_WORDS = {
    "id": re.compile(
        r"\b(anda|atau|dan|dari|dengan|definisi|ini|itu|kami|kebijakan|kepada|oleh|pada|tidak|untuk|yang)\b"
    ),
    "en": re.compile(r"\b(and|definitions|for|from|is|not|of|or|our|policy|that|the|this|to|we|with|you|your)\b"),
}
LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
MARKER = re.compile(r"<!--\s*(summary|lang|language)\s*:\s*([\w-]*)\s*-->|(lang|language)\s*:\s*(id|en)", re.IGNORECASE)

UNKNOWN_LANGUAGE = _(
    'The language of a text is not clear. Put "<!-- language: id -->" or "<!-- language: en -->" above it.'
)


def lines_of(content):
    if len(content) > MAX_BYTES:
        raise _too_large()
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
        text.encode("utf-8")
    except UnicodeError as error:
        raise PolicyFileError(_("The file is not UTF-8 text. Save it as plain text in UTF-8 and try again.")) from error
    if re.search("[\x00-\x08\x0e-\x1f]", text):
        raise PolicyFileError(_("The file is not plain text. Save it as plain text in UTF-8 and try again."))
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise PolicyFileError(_("The file is empty. Choose the file that holds the text."))
    lines = LINE_ENDS.split(text)
    if len(lines) > MAX_LINES:
        raise _too_large()
    return lines


def _too_large():
    return PolicyFileError(
        _(
            "The file is larger than a legal text can be (%(size)s KB or %(lines)s lines). "
            "Check that it is the right file, or split it into two documents."
        )
        % {"size": MAX_BYTES // 1024, "lines": MAX_LINES}
    )


def by_language(lines, marked_up):
    """Return two dicts of lines by language: the texts and the summaries of changes."""
    pieces, summaries, language = [[None, [], None]], {}, None
    target = pieces[0][1]
    by_markers = any(_marker(line) for line in lines)
    for before, line in zip(["", *lines], lines, strict=False):
        marker = _marker(line)
        if marker:
            kind, language = marker
            target = summaries.setdefault(language, []) if kind == "summary" else []
            if kind != "summary":
                pieces.append([language, target, None])
        elif not by_markers and not before.strip() and plain.SEPARATOR.fullmatch(line.strip()):
            pieces.append([None, target := [], line])
        elif not by_markers and marked_up and marked.is_title(line) and any(map(marked.section_of, target)):
            pieces.append([None, target := [line], None])
        else:
            target.append(line)
    return _joined(pieces), summaries


def _joined(pieces):
    texts, waiting, last = {}, [], None
    for language, lines, separator in pieces:
        if not any(line.strip() for line in lines):
            continue
        name = language or _language_of(lines)
        if name is None and any(plain.numbered(line) or marked.section_of(line) for line in lines):
            raise PolicyFileError(UNKNOWN_LANGUAGE)
        last = name or last
        if last is None:
            waiting += lines
            continue
        text = texts.setdefault(last, waiting)
        waiting = []
        text += [separator, *lines] if text and separator else lines
    if waiting:
        raise PolicyFileError(UNKNOWN_LANGUAGE)
    return texts


def _language_of(lines):
    text = " ".join(lines).lower()
    counts = sorted((len(words.findall(text)), name) for name, words in COMMON_WORDS.items())
    (less, _other), (most, name) = counts
    return name if most > 2 * less else None


def _marker(line):
    match = MARKER.fullmatch(line.strip()) if len(line) < 80 else None
    if match is None:
        return None
    kind, language = (match[1] or match[3]).lower(), (match[2] or match[4] or "").lower()
    if language not in LANGUAGES:
        raise PolicyFileError(UNKNOWN_LANGUAGE)
    return kind, language
