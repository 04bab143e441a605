"""docs/security.md says what is so: each requirement once, each test and file it names, each number as it is set."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from tenants.models import Tenant

ROOT = Path(settings.BASE_DIR)
TEXT = (ROOT / "docs" / "security.md").read_text()
STATES = {"met", "n/a", "open"}
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| L(\d) \| ([^|]+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
PATH = re.compile(r"(?<![\w./])(?:accounts|bamms|docs|locale|privacy|static|templates|tenants|tests)/[\w./-]*\w")
NAMED = re.compile(r"(tests/[\w/]+\.py)?((?:::\w+)+)")


def section(title):
    """What stands under a heading, up to the next one that is not below it."""
    level, rest = re.search(rf"^(#+) {re.escape(title)}\n(.*)", TEXT, re.MULTILINE | re.DOTALL).groups()
    return re.split(rf"^#{{1,{len(level)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def table(title):
    """The cells of the tables under a heading, without headings and lines."""
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if not line.startswith("| ---")]


@cache
def names_in(path):
    """What a test module holds: test_x, TestY and TestY::test_x."""
    found = set()
    for node in ast.parse((ROOT / path).read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
    return found


def missing_tests(text):
    """Tests that are named and are not there; "::test_x" is of the file named before it."""
    found, path = [], ""
    for match in re.finditer(rf"{NAMED.pattern}|(tests/[\w/]+\.py)", text):
        path = match[1] or match[3] or path
        name = (match[2] or "").removeprefix("::")
        if name and (not (ROOT / path).is_file() or name not in names_in(path)):
            found.append(f"{path}::{name}")
    return found


def missing_files(text):
    return [path for path in PATH.findall(text) if not (ROOT / path).exists()]


def wanted():
    lines = (ROOT / "tests" / "data" / "asvs-ids.txt").read_text().split("\n")
    return dict(line.split() for line in lines if line)


def test_every_requirement_stands_there_once_with_its_level():
    rows = ROW.findall(TEXT)
    assert len(rows) == len(re.findall(r"^\| V\d", TEXT, re.MULTILINE)), "A row of requirements has another form."
    ids = [row[0] for row in rows]
    assert len(ids) == len(set(ids))
    assert len(wanted()) == 253
    assert {row[0]: row[1] for row in rows if row[1] != "3"} == wanted()


def test_every_state_is_one_of_three_and_says_why():
    for number, _level, what, state, why in ROW.findall(TEXT):
        assert state in STATES, number
        assert what.strip(), number
        assert len(why) > 5, number
        assert state != "open" or "missing:" in why or "wins" in why, f"{number} does not say what is missing."


def test_the_counts_are_those_of_the_rows():
    rows = ROW.findall(TEXT)
    for words, levels in (("Level 1", "1"), ("Level 2", "2"), ("Together 253", "12"), ("Chosen from level 3", "3")):
        counted = [[row[3] for row in rows if row[1] in levels].count(state) for state in ("met", "n/a", "open")]
        assert f"{words}: met {counted[0]}, n/a {counted[1]}, open {counted[2]}." in TEXT


def test_every_test_and_file_that_is_named_is_there():
    assert not missing_files(TEXT)
    found = [line for line in TEXT.splitlines() if missing_tests(line)]
    assert not found, "\n".join(f"{', '.join(missing_tests(line))} in: {line[:60]}" for line in found)


@pytest.mark.parametrize(
    "text",
    [
        "tests/rules/test_security_doc.py::test_that_is_not_there",
        "tests/rules/test_security_doc.py::test_the_check_sees_a_fault, ::test_that_is_not_there",
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
    for name in Tenant.Privacy.updatable:
        label = str(Tenant._meta.get_field(name).verbose_name)
        plain = {"birth_date": "birth date", "birth_place": "birth place"}.get(name, label)
        assert plain in said, f"{name} has no rule of input in docs/security.md"


def test_every_key_is_in_the_inventory():
    said = " ".join(row[0] for row in table("Keys"))
    assert all(f"`{name}`" in said for name in ("FIELD_KEYS", "BLIND_INDEX_KEY", "EVIDENCE_KEYS", "SECRET_KEY"))
