"""A text in which nobody can read anything is empty."""

import unicodedata

import pytest

from accounts.invisible_text import ReadableField, is_blank, visible_part

BLANK = [
    "", " ", "\u00a0", "\u200b", "\u200c\u200d", "\u2060", "\ufeff", "\u00ad", "\u3164", "\u115f\u1160", "\uffa0",
    "\u2800", "\u202e", "\u180e", "\u034f", "\ufe0f", "\U000e0041", "\x07", " \u200b\t\u2060\n",
]  # fmt: skip


@pytest.mark.parametrize("text", BLANK, ids=ascii)
def test_invisible_characters_are_no_text(text):
    assert is_blank(text)
    assert visible_part(text) == ""


@pytest.mark.parametrize("text", ["A", "\u200bA", "李", "\u3131", "-", "👩\u200d🔧", "a\u00adb"])
def test_what_can_be_read_stays_as_it_was_written(text):
    assert not is_blank(text)
    assert visible_part(text) == text


def test_every_character_without_a_look_of_its_own_is_known():
    """Spaces, and the format characters of Unicode that nothing is drawn for."""
    drawn = {"Arabic", "Syriac", "Kaithi", "Egyptian", "Shorthand", "Musical"}
    unseen = [
        chr(code)
        for code in range(0x20000)
        if unicodedata.category(chr(code)) in {"Cf", "Zs", "Zl", "Zp"}
        and unicodedata.name(chr(code), "").split()[0].capitalize() not in drawn
    ]
    assert [f"U+{ord(letter):04X}" for letter in unseen if not is_blank(letter)] == []


def test_a_field_takes_a_name_of_invisible_characters_for_none():
    field = ReadableField(required=False)
    assert field.clean("\u200b\u2060") == ""
    assert field.clean(" Ann ") == "Ann"
