"""Static files comply with the content security policy: no data: URLs, no missing icons, no external resources."""

import hashlib
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings

STATIC = settings.BASE_DIR / "static"
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
OUR_SHEETS = sorted((STATIC / "css").glob("*.css"))
SPRITE = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons/sprite.svg").read_text()))


def words(path):
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("sheet", OUR_SHEETS, ids=lambda path: path.name)
def test_sheets_point_only_at_files_of_ours_that_exist(sheet):
    for address in re.findall(r'url\("?([^")]+)"?\)', words(sheet)):
        assert not address.startswith(("data:", "http", "//")), address
        assert (sheet.parent / address).is_file(), address


@pytest.mark.parametrize("sheet", [path for path in OUR_SHEETS if path.stem != "variables"], ids=lambda path: path.stem)
def test_only_the_variables_and_the_print_sheet_name_colours(sheet):
    text = re.sub(r"/\*.*?\*/", "", words(sheet), flags=re.DOTALL)
    named = set(re.findall(r":[^;{}]*?(#[0-9a-fA-F]{3,8})\b", text))
    assert named <= ({"#fff", "#000", "#666", "#999"} if sheet.name == "print.css" else set())


def test_dark_names_every_colour_that_light_names():
    light, dark = words(STATIC / "css/variables.css").split("prefers-color-scheme: dark")
    colours = {name for name, value in re.findall(r"(--[\w-]+): ([^;]+);", light) if value.startswith(("#", "url"))}
    assert colours <= {name for name, _value in re.findall(r"(--[\w-]+): ([^;]+);", dark)}


def test_pages_show_only_icons_that_the_sprite_has():
    shown = {name for path in TEMPLATES for name in re.findall(r'_icon.html" with name="([\w-]+)"', words(path))}
    assert shown
    assert shown <= SPRITE


def test_vendored_files_ask_for_no_source_map_and_carry_their_licence():
    folders = [path for path in (STATIC / "vendor").iterdir() if path.is_dir()]
    assert folders
    for folder in folders:
        assert any(path.name.startswith("LICEN") for path in folder.iterdir()), folder
        for path in folder.rglob("*.[cj]s*"):
            assert "sourceMappingURL" not in words(path), path


def other_than_written(vendor):
    """Return where the files of `vendor` and `SHA256SUMS` differ."""
    written = {
        (vendor / name).resolve(): hash_
        for hash_, name in (line.split("  ", 1) for line in words(vendor / "SHA256SUMS").splitlines())
    }
    taken = {path.resolve() for path in vendor.rglob("*") if path.is_file()} - {
        (vendor / name).resolve() for name in ("README.md", "SHA256SUMS")
    }
    taken |= {(vendor / "../icons" / name).resolve() for name in ("sprite.svg", "LICENSE")}
    found = [f"{path.name} is missing" for path in written.keys() - taken]
    found += [f"{path.name} is not listed" for path in taken - written.keys()]
    for path in taken & written.keys():
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != written[path]:
            found.append(f"{path.name} is not what was taken")
    return found


def test_files_taken_from_elsewhere_are_what_was_taken():
    assert not other_than_written(STATIC / "vendor")


def test_the_version_of_what_was_taken_stands_in_its_readme():
    table = words(STATIC / "vendor/README.md")
    for folder in (path for path in (STATIC / "vendor").iterdir() if path.is_dir()):
        name, _dash, version = folder.name.rpartition("-")
        assert re.search(rf"\| {version}\b.*`{name}-{version}/", table), folder


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda vendor: next(vendor.glob("*/*.css")).write_text("p {}"), "bootstrap.min.css is not what was taken"),
        (lambda vendor: next(vendor.glob("*/*.css")).unlink(), "bootstrap.min.css is missing"),
        (lambda vendor: (vendor / "bootstrap-5.3.9/extra.js").touch(), "extra.js is not listed"),
        (lambda vendor: (vendor / "../icons/sprite.svg").write_text("<svg/>"), "sprite.svg is not what was taken"),
        (lambda vendor: (vendor / "loose.js").touch(), "loose.js is not listed"),
    ],
)
def test_the_check_sees_what_was_not_taken(tmp_path, change, said):
    shutil.copytree(STATIC / "vendor", tmp_path / "vendor")
    shutil.copytree(STATIC / "icons", tmp_path / "icons")
    change(tmp_path / "vendor")
    assert said in " ".join(other_than_written(tmp_path / "vendor"))


def test_every_locked_version_carries_its_hashes():
    for name in ("requirements.txt", "requirements-dev.txt"):
        pinned = re.findall(
            r"^(\S.*?)(?: \\)?\n((?:    --hash=sha256:\S+.*\n)*)", words(settings.BASE_DIR / name), re.MULTILINE
        )
        pinned = [(what, hashes) for what, hashes in pinned if not what.startswith("#")]
        assert len(pinned) > 20
        for what, hashes in pinned:
            assert re.match(r"[\w.-]+(\[[\w,-]+\])?==[\w.]+", what), what
            assert hashes, what


@pytest.mark.parametrize("script", sorted((STATIC / "js").glob("*.js")), ids=lambda path: path.name)
def test_scripts_keep_nothing_and_make_no_inline_code(script: Path):
    for forbidden in ("localStorage", "document.cookie", "eval(", "innerHTML", ".style.", 'setAttribute("style"'):
        assert forbidden not in words(script), forbidden
