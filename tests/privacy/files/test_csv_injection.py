"""No cell of a file that we write acts in the spreadsheet that opens it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.files import csv_injection


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1", "@SUM(A1)", "\tx", "\rx", "\nx", " =1+1", "+cmd|' /C calc'!A0", "-cmd", "+", "-",
        "-1+cmd|' /C calc'!A0",
        "+62A1", "+1-2", "-2-3-4", "-1/0", "-1(2)", "＝1+1", "＠x", "＋x", "－x", "\x00=1+1",
    ],
)  # fmt: skip
def test_harmless_puts_an_apostrophe_before_what_would_act(cell):
    assert csv_injection.escape_formula(cell).startswith("'")


@pytest.mark.parametrize(
    "cell", ["", "+62 812-3456-7890", "-5", "Jalan = 1", "a@b.id", "'tis", 5, None, date(2020, 1, 1)]
)
def test_harmless_leaves_the_rest_as_it_is(cell):
    assert csv_injection.escape_formula(cell) == cell


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
def test_plain_undoes_harmless(text):
    assert csv_injection.plain(csv_injection.escape_formula(text)) == text or text.startswith("'")
