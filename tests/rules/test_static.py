"""Our own files stand under the content security policy: no data: picture, no missing icon, nothing from elsewhere."""

import re
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


@pytest.mark.parametrize("script", sorted((STATIC / "js").glob("*.js")), ids=lambda path: path.name)
def test_scripts_keep_nothing_and_make_no_inline_code(script: Path):
    for forbidden in ("localStorage", "document.cookie", "eval(", "innerHTML", ".style.", 'setAttribute("style"'):
        assert forbidden not in words(script), forbidden
