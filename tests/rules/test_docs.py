"""The documentation refers only to things that exist: links, files, functions, commands, settings, demo accounts."""

import ast
import re
from functools import cache

import pytest
from django.core.management import get_commands

from bamms.demo import accounts as demo_accounts
from tests.rules.apps import APPS, ROOT

README, CONTRIBUTING = ROOT / "README.md", ROOT / "CONTRIBUTING.md"
PAGES = [README, CONTRIBUTING, *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
STATUS = re.compile(
    r"^Status: (?:accepted|replaced by \[(?P<by>\d+)\]\((?P<link>[^)]+)\)) · (?P<date>20\d\d-\d\d-\d\d)$", re.MULTILINE
)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
OF_OTHERS = {"ValueError", "StreamMaxLength", "MaxFileSize", "MaxScanSize", "ReadWritePaths"}  # Python, clamd, systemd
SUFFIXES = (".py", ".md", ".txt", ".toml", ".yaml", ".html", ".js", ".css", ".in", ".po", ".mo")


def names_of(pages):
    return [str(page.relative_to(ROOT)) for page in pages]


def text_of(name):
    return (ROOT / name).read_text()


def table(text, first_heading):
    """Return the rows of the table with this first heading, as lists of cells."""
    lines = text.split(f"| {first_heading} |", 1)[1].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    return rows


# Decision records


def test_decisions_are_numbered_without_a_gap_and_dated():
    for number, page in enumerate(DECISIONS, start=1):
        assert page.name.startswith(f"{number:04}-"), f"{page.name} should be number {number}"
        text = page.read_text()
        assert text.startswith(f"# {number}. "), page.name
        assert len(STATUS.findall(text)) == 1, f"{page.name} needs one line such as: Status: accepted · 2026-11-24"


def test_a_replaced_decision_names_a_later_one():
    numbers = {page.name: number for number, page in enumerate(DECISIONS, start=1)}
    for page in DECISIONS:
        status = STATUS.search(page.read_text())
        if status["by"]:
            assert numbers.get(status["link"]) == int(status["by"]) > numbers[page.name], page.name


def test_the_index_lists_every_decision_with_its_title_and_status():
    index = text_of("docs/decisions/README.md")
    rows = {cells[0]: cells[1:] for cells in table(index, "number")}
    assert rows.keys() == {f"[{number}]({page.name})" for number, page in enumerate(DECISIONS, start=1)}
    for number, page in enumerate(DECISIONS, start=1):
        text = page.read_text()
        title = text.splitlines()[0].removeprefix(f"# {number}. ")
        status = STATUS.search(text)
        said = f"replaced by {status['by']}" if status["by"] else "accepted"
        assert rows[f"[{number}]({page.name})"] == [title, said, status["date"]]


# Links, files, functions


def anchors(text):
    """Return the anchors that GitHub generates for the headings."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page, text):
    found = []
    for link in LINK.findall(text):
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            found.append(link)
    return found


@cache
def file_names():
    roots = [ROOT / name for name in (*APPS, "docs", "locale", "static", "templates", "tests")]
    return {path.name for root in roots for path in root.rglob("*")} | {path.name for path in ROOT.iterdir()}


@cache
def definitions(path):
    """Return the names that a module defines or imports: functions, classes, `Class.attribute`, constants."""
    found = set()
    for node in ast.parse((ROOT / path).read_text()).body:
        found |= defined_by(node)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}" for inner in node.body for name in defined_by(inner)}
    return found


def defined_by(node):
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    if isinstance(node, ast.AnnAssign):
        return {node.target.id}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names}
    return set()


@cache
def known_names():
    """Return {module, package or class: names allowed after its dot}. Modules of the same name share an entry."""
    known = {}
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            names = definitions(str(path.relative_to(ROOT)))
            module = path.parent.name if path.stem == "__init__" else path.stem
            known.setdefault(module, set()).update(names)
            known.setdefault(path.parent.name, set()).add(path.stem)
            known.setdefault(path.parent.parent.name, set()).add(path.parent.name)
            for name in names:
                holder, _, attribute = name.partition(".")
                if attribute:
                    known.setdefault(holder, set()).add(attribute)
    return known


def missing_code(text):
    """Return paths, `path.py::name` and `module.name` in backticks that do not exist in the code."""
    found = []
    for code in CODE.findall(text):
        path, _, name = code.partition("::")
        if re.fullmatch(r"[\w.-]+(/[\w.-]+)+/?", path):
            if path.split("/")[0] != "var" and (ROOT / path.split("/")[0]).exists():
                there = (ROOT / path).exists() and (not name or name.replace("::", ".") in definitions(path))
                found += [] if there else [code]
        elif re.fullmatch(r"\w[\w.-]*", path) and path.endswith(SUFFIXES):
            found += [] if path in file_names() else [code]
        elif match := re.fullmatch(r"(?:\w+\.)*(\w+)\.(\w+)(?:\(.*\))?", code):
            holder, attribute = match.groups()
            found += [] if attribute in known_names().get(holder, {attribute}) else [code]
        elif re.fullmatch(r"(?:[A-Z][a-z]+){2,}", code) and code not in OF_OTHERS:  # a class
            found += [] if any(code in names for names in known_names().values()) else [code]
    return found


@pytest.mark.parametrize("name", names_of(PAGES))
def test_links_lead_somewhere(name):
    assert not broken_links(ROOT / name, text_of(name))


@pytest.mark.parametrize("name", names_of(PAGES))
def test_files_and_functions_that_are_named_exist(name):
    assert not missing_code(text_of(name))


@pytest.mark.parametrize(
    "code",
    [
        "privacy/nothing.py",
        "privacy/access.py::nothing",
        "privacy/models/parties.py::Party.nothing",
        "nothing.py",
        "access.nothing",
        "privacy.access.nothing(…)",
        "SharingGrant.nothing",
        "NothingMiddleware",
    ],
)
def test_the_check_sees_a_missing_name(code):
    assert missing_code(f"see `{code}`") == [code]
    assert not missing_code("see `privacy/access.py::get_and_record`, `access.get_and_record(…)`, `access.py`")
    assert broken_links(README, "[x](docs/nothing.md) [y](docs/operate.md#nothing)")
    assert not broken_links(README, "[x](docs/operate.md#keys) [y](https://example.com/)")


def test_verbs_of_the_law_exist():
    """In docs/privacy.md, a name without a module belongs to a module named before it in the same cell."""
    for clause, _owes, _page, verbs, _test in table(text_of("docs/privacy.md"), "clause or article"):
        holders = set()
        for code in CODE.findall(verbs):
            *before, name = code.split(".")
            holders |= set(before[-1:])
            if not before and holders and name.islower():
                assert any(name in known_names().get(holder, ()) for holder in holders), f"{clause}: {code}"


# Commands and the demo (settings: tests/bamms/test_settings.py)


@pytest.mark.parametrize("name", names_of(PAGES))
def test_commands_exist(name):
    text = text_of(name)
    assert set(re.findall(r"manage\.py (\w+)", text)) <= get_commands().keys()
    targets = set(re.findall(r"^(\w+):", text_of("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make (\w+)", text, re.MULTILINE)) <= targets


def test_the_readme_shows_the_demo_accounts_as_they_are():
    rows = table(text_of("README.md"), "sign in as")
    assert rows == [
        [f"`{demo_accounts.email(name)}`", who, what] for name, (_shown, who, what) in demo_accounts.CAST.items()
    ]
    assert f"password `{demo_accounts.PASSWORD}`" in text_of("README.md")
