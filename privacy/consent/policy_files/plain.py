"""Reader of plain text: finds the headings, and converts the rest to Markdown that renders to the same words."""

import re
from difflib import SequenceMatcher
from itertools import islice

from django.utils.translation import gettext_lazy as _

from privacy.consent.policy_files.documents import PolicyFileError, Section

SEPARATOR = re.compile(r"([*=_-])\1{2,}")
NUMBERED = re.compile(r"([0-9]{1,3})[.)]\s+(\S.*)")
CLAUSE = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})[.)]?\s+(\S.*)")
NEW_PARAGRAPH = re.compile(r"([-+*•–]|\(?([a-z]|[ivx]{2,4})[.)]|\([0-9]{1,3}\))\s", re.IGNORECASE)
SPECIAL = re.compile(r"[\\`*\[\]<>|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|(?:^|(?<=\s))#|^[-+=]")
OPENING_NUMBER = re.compile(r"([0-9]{1,9})([.)](?!\S))")


def numbered(line, section=None):
    """Return (number, text) of a line that begins with a number, or None; "2.3" means 3 inside section 2."""
    text = line.strip()
    match = NUMBERED.fullmatch(text)
    if match:
        return int(match[1]), match[2]
    match = CLAUSE.fullmatch(text) if section else None
    return (int(match[2]), match[3]) if match and int(match[1]) == section else None


def read(lines):
    headings = _headings_by_contents(lines) or _headings_by_number(lines)
    places = [place for place, _number in headings]
    sections = [
        Section(
            number,
            _escape((numbered(lines[place]) or (0, lines[place].strip()))[1]),
            _blocks(lines[place + 1 : end], number),
        )
        for (place, number), end in zip(headings, [*places, len(lines)][1:], strict=True)
    ]
    title, preamble = _title_and_preamble(lines[: places[0]] if places else lines)
    return title, preamble, sections


def _headings_by_contents(lines):
    """Return [(line, number)] from the first numbered list whose entries occur again as lines of their own."""
    names = ["" if line.rstrip().endswith((".", ";", ",")) else _name(line) for line in lines]
    for run in islice(_runs(lines), 3):
        if not 2 <= len(run) <= 100:
            continue
        found, start = [], run[-1] + 1
        for place in run:
            found.append(_closest(names, _name(lines[place]), start))
            start = start if found[-1] is None else found[-1] + 1
        if found.count(None) * 2 > len(run):
            continue
        if None in found:
            raise PolicyFileError(
                _('The list of contents names "%(heading)s", but no section has that heading. Write both alike.')
                % {"heading": lines[run[found.index(None)]].strip()[:100]}
            )
        return [(place, numbered(lines[entry])[0]) for entry, place in zip(run, found, strict=True)]
    return []


def _runs(lines):
    run, last = [], 0
    for place, line in enumerate([*lines, "end"]):
        number = (numbered(line) or (0,))[0]
        if line.strip() and (number == 0 or number < last) and run:
            yield run
            run, last = [], 0
        if number:
            run.append(place)
            last = number


def _name(line):
    """Normalise a heading for comparison: without number, dots, page number, capitals and punctuation."""
    text = (numbered(line) or (0, line))[1].strip()
    if len(text) > 200:
        return ""
    return " ".join(re.findall(r"\w+", re.sub(r"(\.{3,}|…|\t)[\s.…]*\d+$", "", text).casefold()))


def _closest(names, name, start):
    """Return the line most like the name from `start` on, allowing for slips such as a missing plural."""
    if not name:
        return None
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(name)
    best, place = 0.85, None
    for index, other in enumerate(names[start:], start):
        if other == name:
            return index
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best and matcher.ratio() > best:
            best, place = matcher.ratio(), index
    return place


def _headings_by_number(lines):
    """Return [(line, number)] of the short numbered lines, least indented, that end without a full stop."""
    found = []
    for place, line in enumerate(lines):
        number, text = numbered(line) or (0, line)
        if number and len(text) <= 120 and text[-1] not in ".;:,":
            found.append((len(line) - len(line.lstrip()), place, number))
    least = min(found, default=(0,))[0]
    return [(place, number) for indent, place, number in found if indent == least]


def _title_and_preamble(lines):
    filled = [place for place, line in enumerate(lines) if line.strip()]
    capitals = [place for place in filled if lines[place].isupper() and not numbered(lines[place])]
    plain = [place for place in filled[:1] if len(lines[place]) <= 80 and lines[place].strip()[-1] not in ".;:,"]
    place = next(iter(capitals or plain), None)
    if place is None:
        return "", _blocks(lines)
    title = _escape(lines[place].strip())
    if place == filled[0]:
        return title, _blocks(lines[place + 1 :])
    return title, f"{_blocks(lines[:place])}\n\n**{title}**\n\n{_blocks(lines[place + 1 :])}".strip()


def _blocks(lines, section=None):
    """Convert plain lines to Markdown blocks: numbered lines become list items, the others paragraphs."""
    blocks, item, gap, expected = [], None, True, 0
    for line in lines:
        text, indent = line.strip(), len(line) - len(line.lstrip())
        number, words = numbered(line, section) or (None, text)
        if not text or SEPARATOR.fullmatch(text):
            blocks += [("", ["***"])] if text else []
            item, gap = None if text else item, True
            continue
        if number is not None:
            blocks.append((_list_sign(number, expected, blocks[-1][0] if item is not None else ""), [_escape(words)]))
            expected, item = number + 1, indent
        elif item is not None and (not gap or indent > item):
            blocks[-1][1].extend(["", _escape(text)] if gap or NEW_PARAGRAPH.match(text) else [_escape(text)])
        elif gap or NEW_PARAGRAPH.match(text):
            blocks.append(("", [_escape(text)]))
            item = None
        else:
            blocks[-1][1].append(_escape(text))
        gap = False
    return _written(blocks)


def _list_sign(number, expected, before):
    """Return the list marker. Adjacent lists would be numbered as one; another sign after the number separates them."""
    sign = before.strip()[-1:] or "."
    if before and number != expected:
        sign = ")" if sign == "." else "."
    return f"{number}{sign} "


def _written(blocks):
    text = ""
    for (before, _lines_before), (marker, lines) in zip([("", []), *blocks], blocks, strict=False):
        pad = "\n" + " " * len(marker)
        text += ("\n" if before and marker and before[-2] == marker[-2] else "\n\n") + marker + pad.join(lines)
    return re.sub(r"(?m)^ +$", "", text).strip("\n")


def _escape(text):
    """Escape the text, so that it renders to the same words in Markdown."""
    number = OPENING_NUMBER.match(text)
    start = number[1] + "\\" if number else ""
    return start + SPECIAL.sub(lambda match: "\\" + match[0], text[len(start[:-1]) :])
