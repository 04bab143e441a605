"""What changed between two versions of a legal text, clause by clause. Pure, and never HTML: templates escape it."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from privacy.consent.rendering import NUMBERED, PARSER, plain

END = "\n"  # separates blocks in the list of words, so that a comparison sees where a paragraph ends
TOO_MANY = 4_000_000  # words before × words after: beyond it a clause is shown as replaced, not compared word by word


@dataclass(frozen=True)
class Run:
    """Consecutive words that stayed ("same"), were removed ("removed") or were added ("added")."""

    kind: str
    text: str


@dataclass(frozen=True)
class Changed:
    """One changed clause: its changed blocks as runs. Unchanged blocks are left out."""

    title: str
    is_new: bool
    is_gone: bool
    before: tuple
    after: tuple


@lru_cache(maxsize=64)
def compare(old, new):
    """Return the changed clauses in the order of the new text; removed ones come last."""
    before, after = clauses(old), clauses(new)
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        was, now = before.get(key, ()), after.get(key, ())
        if was != now:
            found.append(Changed((now or was)[0] if key else "", not was, not now, *_marked(was, now)))
    return tuple(found)


def clauses(text):
    """Return key → blocks of plain text. The key is the clause's number, else its title; "" for the opening words."""
    found = {}
    blocks = found.setdefault("", [])
    for level, block in _blocks(PARSER.parse(text)):
        if level and level <= 2:
            match = NUMBERED.fullmatch(block)
            blocks = found.setdefault(match[1] if match else block, [])
        blocks.append(block)
    return {key: tuple(blocks) for key, blocks in found.items() if blocks}


def _blocks(tokens):
    """Yield (heading level or 0, plain text) of every block; list items begin with the number that the reader sees."""
    level, counts, mark = 0, [], ""
    for token in tokens:
        match token.type:
            case "heading_open":
                level = int(token.tag[1])
            case "ordered_list_open":
                counts.append(int(token.attrGet("start") or 1))
            case "bullet_list_open":
                counts.append(None)
            case "ordered_list_close" | "bullet_list_close":
                counts.pop()
            case "list_item_open":
                mark = f"{counts[-1]}. " if counts[-1] is not None else "• "
                counts[-1] = counts[-1] + 1 if counts[-1] is not None else None
            case "inline" | "fence" | "code_block":
                yield level, f"{mark}{' '.join(plain(token).split())}"
                level, mark = 0, ""


def _marked(was, now):
    old, new = _words(was), _words(now)
    if len(old) * len(new) > TOO_MANY:
        steps = [("replace", 0, len(old), 0, len(new))]
    else:
        steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    before, after = [], []
    for step, i, j, k, m in steps:
        gone, came = old[i:j], new[k:m]
        match step:
            case "insert":
                cut = not _fits_between_blocks(came, old, i)
            case "delete":
                cut = not _fits_between_blocks(gone, new, k)
            case _:
                cut = step == "replace"
        before.append(("same" if step == "equal" else "removed", gone, cut))
        after.append(("same" if step == "equal" else "added", came, cut))
    return _runs(before), _runs(after)


def _fits_between_blocks(words, side, at):
    """Return whether words of the other text fit into `side` at this position without changing a block around it."""
    begins, ends = at == 0 or side[at - 1] == END, at < len(side) and side[at] == END
    return (begins and words[-1] == END) or (ends and words[0] == END)


def _words(blocks):
    return [word for block in blocks for word in (*block.split(), END)]


def _runs(pieces):
    """Return the changed blocks as runs, from (kind, words, whether they cut a block)."""
    blocks, runs, changed = [], [], False
    for kind, words, cut in pieces:
        changed |= cut
        for part in re.split(f"({END})", " ".join(words)):
            if part == END:
                if changed or any(run.kind != "same" for run in runs):
                    blocks.append(tuple(runs))
                runs, changed = [], cut
            elif part.strip():
                runs.append(Run(kind, part.strip()))
    return tuple(blocks)
