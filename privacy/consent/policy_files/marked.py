"""Reader of Markdown: numbered headings are the sections, everything else is kept unchanged."""

import re

from privacy.consent.policy_files.documents import Section

MARKED_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)")
MARKED_NUMBER = re.compile(r"([0-9]{1,3})(?:\\?[.)]|:)?\s+(\S.*)")


def heading_of(line):
    """Return (level, text) of a Markdown heading, or None."""
    match = MARKED_HEADING.fullmatch(line.strip()) if re.match(" {0,3}#", line) else None
    if match is None:
        return None
    text = match[2].strip()
    head, _space, tail = text.rpartition(" ")
    return len(match[1]), head.rstrip() if tail and set(tail) == {"#"} else text


def section_of(line):
    """Return (level, number, text) of a numbered Markdown heading, or None."""
    level, text = heading_of(line) or (0, "")
    match = MARKED_NUMBER.fullmatch(text)
    return (level, int(match[1]), match[2]) if match else None


def is_title(line):
    heading = heading_of(line)
    return heading is not None and heading[0] == 1 and heading[1] != "" and not section_of(line)


def read(lines):
    section_level = min((found[0] for line in lines if (found := section_of(line))), default=2)
    title, preamble, sections, target = "", [], [], None
    for line in lines:
        found = section_of(line)
        if found and found[0] == section_level:
            sections.append((found[1], found[2], target := []))
        elif target is None and not title and is_title(line):
            title = heading_of(line)[1]
            preamble += [f"**{title}**"] if trim(preamble) else []
        else:
            (preamble if target is None else target).append(_shifted(line, section_level, inside=target is not None))
    return title, trim(preamble), [Section(number, heading, trim(body)) for number, heading, body in sections]


def _shifted(line, section_level, *, inside):
    """Shift a heading: sections become level 2, so a heading inside one must be lower."""
    level, text = heading_of(line) or (0, "")
    if not level:
        return line
    return f"{'#' * min(6, max(3 if inside else 2, level + 2 - section_level))} {text}"


def trim(lines):
    text = [line if line.strip() else "" for line in lines]
    return "\n".join(text).strip("\n")
