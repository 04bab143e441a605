"""docs/security/ is correct: each requirement once, and its tests, files and numbers as in the code."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from privacy import declarations
from tenants.models import Tenant
from tests.rules.apps import APPS

ROOT = Path(settings.BASE_DIR)
THREATS, CONTROLS, ASVS = (
    (ROOT / "docs" / "security" / name).read_text() for name in ("threats.md", "controls.md", "asvs.md")
)
STATES = {"met", "n/a", "open"}
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| L(\d) \| ([^|]+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
ENTRY = re.compile(r"^- \*\*(V\d+\.\d+\.\d+)\*\*(.*(?:\n  .*)*)", re.MULTILINE)
FOLDERS = "|".join(sorted({*APPS, "docs", "locale", "static", "templates", "tests"}))
PATH = re.compile(rf"(?<![\w./])(?:{FOLDERS})/[\w./-]*\w")
NAMED = re.compile(r"(tests/[\w/]+\.py)((?:::\w+)+)")


def section(title):
    """Return the text under a heading, up to the next heading that is not below it."""
    level, rest = re.search(rf"^(#+) {re.escape(title)}\n(.*)", CONTROLS, re.MULTILINE | re.DOTALL).groups()
    return re.split(rf"^#{{1,{len(level)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def table(title):
    """Return the cells of the tables under a heading, without headers and rules."""
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if not line.startswith("| ---")]


@cache
def names_in(path):
    """Return the names in a test module: test_x, TestY and TestY::test_x."""
    found = set()
    for node in ast.parse((ROOT / path).read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
    return found


def missing_tests(text):
    """Return tests that are named and do not exist."""
    return [
        f"{path}{name}"
        for path, name in NAMED.findall(text)
        if not (ROOT / path).is_file() or name.removeprefix("::") not in names_in(path)
    ]


def missing_files(text):
    return [path for path in PATH.findall(text) if not (ROOT / path).exists()]


def wanted():
    lines = (ROOT / "tests" / "data" / "asvs-ids.txt").read_text().split("\n")
    return dict(line.split() for line in lines if line)


def test_every_requirement_stands_there_once_with_its_level():
    rows = ROW.findall(ASVS)
    assert len(rows) == len(re.findall(r"^\| V\d", ASVS, re.MULTILINE)), "A row of requirements has another form."
    ids = [row[0] for row in rows]
    assert len(ids) == len(set(ids))
    assert len(wanted()) == 253
    assert {row[0]: row[1] for row in rows if row[1] != "3"} == wanted()


def explanations():
    """Return {number: explanation below its table}."""
    entries = ENTRY.findall(ASVS)
    assert len(entries) == len(re.findall(r"^- \*\*V\d", ASVS, re.MULTILINE)), "An entry of evidence has another form."
    assert len(entries) == len(dict(entries)), "A requirement has two entries of evidence."
    return dict(entries)


def test_every_state_is_one_of_three_and_says_why():
    below = explanations()
    for number, _level, what, state, why in ROW.findall(ASVS):
        assert state in STATES, number
        assert what.strip(), number
        reason = below[number] if why == "below" else why
        assert re.search(r"\w{2,}", NAMED.sub("", reason)), number
        assert state != "open" or "missing:" in reason or "wins" in reason, f"{number} does not say what is missing."


def test_evidence_is_of_a_requirement_that_stands_in_a_table():
    states = {row[0]: row[3] for row in ROW.findall(ASVS)}
    assert all(states[number] != "n/a" for number in explanations())


def test_the_counts_are_those_of_the_rows():
    rows = ROW.findall(ASVS)
    for words, levels in (
        ("Level 1", "1"),
        ("Level 2", "2"),
        ("Levels 1 and 2: 253 requirements", "12"),
        ("Chosen from level 3", "3"),
    ):
        counted = [[row[3] for row in rows if row[1] in levels].count(state) for state in ("met", "n/a", "open")]
        assert f"| {words} | {counted[0]} | {counted[1]} | {counted[2]} |" in ASVS


def test_every_test_and_file_that_is_named_is_there():
    text = THREATS + CONTROLS + ASVS
    assert not missing_files(text)
    assert not missing_tests(text)
    assert ASVS.count("::test_") == len(NAMED.findall(ASVS)), "A test is named without its file."


def test_lines_are_read_without_scrolling():
    assert not [line for text in (THREATS, CONTROLS, ASVS) for line in text.splitlines() if len(line) > 160]


@pytest.mark.parametrize(
    "text",
    [
        "tests/rules/test_security_doc.py::test_that_is_not_there",
        "tests/rules/test_nothing.py::test_x",
    ],
)
def test_the_check_sees_a_fault(text):
    assert missing_tests(text)
    assert missing_files("see accounts/nothing.py")
    assert not missing_files("the page /accounts/password/change/ and tests/rules")
    assert not missing_tests("tests/rules/test_security_doc.py::test_the_check_sees_a_fault")


def test_the_limits_are_those_of_the_settings():
    def said(rate):
        return "–" if rate is None else f"{rate[0]} / {rate[1]}"

    _head, *rows = table("Limits")
    assert {row[0]: row[2:] for row in rows} == {
        f"`{action}`": [said(rates.get("person")), said(rates.get("network"))]
        for action, rates in settings.LIMITS.items()
    }


def test_the_lengths_of_a_session_are_those_of_the_settings():
    _head, *rows = table("Sessions")
    assert {row[2]: row[1] for row in rows} == {
        "`SESSION_IDLE_MINUTES`": f"{settings.SESSION_IDLE_MINUTES} minutes",
        "`SESSION_COOKIE_AGE`": f"{settings.SESSION_COOKIE_AGE // 3600} hours",
        "`ACCOUNT_REAUTHENTICATION_TIMEOUT`": f"{settings.ACCOUNT_REAUTHENTICATION_TIMEOUT // 60} minutes",
    }
    source = (ROOT / "bamms" / "settings.py").read_text()
    assert 'number("SESSION_IDLE_MINUTES", 30,' in source
    assert 'number("SESSION_COOKIE_AGE", 8 * 60 * 60,' in source


def test_the_sizes_of_uploads_are_those_of_the_settings():
    text = section("Uploads")
    for words in (
        f"`UPLOAD_MAX_MB` ({settings.UPLOAD_MAX_MB})",
        f"`UPLOAD_MAX_MEGAPIXELS` ({settings.UPLOAD_MAX_MEGAPIXELS})",
        f"`IMPORT_MAX_ROWS` ({settings.IMPORT_MAX_ROWS:,};",
    ):
        assert words in text
    assert settings.DATA_UPLOAD_MAX_NUMBER_FILES == 5
    assert "five files a request" in text


def test_every_field_of_the_register_has_its_rule():
    said = " ".join(row[0] for row in table("Input rules"))
    for name in declarations.of(Tenant).updatable:
        label = str(Tenant._meta.get_field(name).verbose_name)
        plain = {"birth_date": "birth date", "birth_place": "birth place"}.get(name, label)
        assert plain in said, f"{name} has no rule of input in docs/security/controls.md"


def test_every_key_is_in_the_inventory():
    said = " ".join(row[0] for row in table("Keys"))
    assert all(
        f"`{name}`" in said
        for name in ("FIELD_KEYS", "BLIND_INDEX_KEY", "EVIDENCE_KEYS", "CHECKPOINT_KEYS", "SECRET_KEY")
    )
