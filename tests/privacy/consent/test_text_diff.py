"""What changed between two texts: changed clauses only, word by word."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from privacy.consent import text_diff
from privacy.consent.text_diff import Run, compare

OLD = "Opening.\n\n## 1. A\n\n1. We keep data often.\n2. Second.\n\n## 2. B\n\nSame.\n\n## 3. C\n\nGone."
NEW = (
    "Opening.\n\n## 1. A\n\n1. We keep data every day.\n2. Second.\n\n## 2. B\n\nSame.\n\n## 4. D\n\nFresh <b>text</b>."
)


def test_compare_shows_only_changed_clauses_dropped_ones_last():
    assert [(c.title, c.is_new, c.is_gone) for c in compare(OLD, NEW)] == [
        ("1. A", False, False),
        ("4. D", True, False),
        ("3. C", False, True),
    ]


def test_compare_marks_words_and_leaves_unchanged_points_out():
    changed = compare(OLD, NEW)[0]
    assert changed.before == ((Run("same", "1. We keep data"), Run("removed", "often.")),)
    assert changed.after == ((Run("same", "1. We keep data"), Run("added", "every day.")),)


def test_compare_shows_the_other_half_where_words_only_came_or_went():
    shorter, longer = "## 1. A\n\nWe keep data.\n\nSame.", "## 1. A\n\nWe keep your data.\n\nSame."
    for side in (compare(shorter, longer)[0].before, compare(longer, shorter)[0].after):
        assert [[run.kind for run in block] for block in side] == [["same", "same"]]
        assert " ".join(run.text for run in side[0]) == "We keep data."


def test_compare_shows_no_other_half_of_a_whole_new_point():
    changed = compare("## 1. A\n\nOne.\n\nTwo.", "## 1. A\n\nOne.\n\nFresh.\n\nTwo.")[0]
    assert changed.before == ()
    assert changed.after == ((Run("added", "Fresh."),),)


ONE = "## 1. A\n\nWe keep your name. We keep it for a year."
TWO = "## 1. A\n\nWe keep your name.\n\nWe keep it for a year."


def lines(side):
    return [" ".join(run.text for run in block) for block in side]


@pytest.mark.parametrize(("old", "new"), [(ONE, TWO), (TWO, ONE)], ids=["split", "joined"])
def test_compare_shows_both_forms_of_a_paragraph_that_was_split_or_joined(old, new):
    changed = compare(old, new)[0]
    halves = ["We keep your name.", "We keep it for a year."]
    whole = ["We keep your name. We keep it for a year."]
    assert (lines(changed.before), lines(changed.after)) == ((whole, halves) if old == ONE else (halves, whole))


def test_compare_shows_a_paragraph_that_got_words_before_a_new_one():
    changed = compare("## 1. A\n\nOne.\n\nLast.", "## 1. A\n\nOne. More.\n\nFresh.\n\nLast.")[0]
    assert (lines(changed.before), lines(changed.after)) == (["One."], ["One. More.", "Fresh."])


def test_compare_never_makes_html():
    assert Run("added", "Fresh <b>text</b>.") in compare(OLD, NEW)[1].after[1]


def test_compare_finds_nothing_in_the_same_text():
    assert compare(OLD, OLD) == ()


def test_compare_names_changed_opening_words_without_a_title():
    assert compare("One.\n\n## 1. A", "Two.\n\n## 1. A")[0].title == ""


def test_compare_reads_bullets_and_sections_without_a_number():
    changed = compare("## Note\n\n- one", "## Note\n\n- two\n  1. deep")[0]
    assert changed.title == "Note"
    assert changed.after == ((Run("same", "•"), Run("added", "two")), (Run("added", "1. deep"),))


def test_compare_replaces_a_clause_too_long_to_compare_word_by_word(monkeypatch):
    monkeypatch.setattr(text_diff, "TOO_MANY", 3)
    changed = compare("## 1. X\n\nsame words here now", "## 1. X\n\nsame words here then")[0]
    assert {run.kind for block in changed.before for run in block} == {"removed"}


WORDS = st.lists(
    st.sampled_from(["a", "b", "<i>", "c.", "\n\n", "\n\n## 1. K\n\n", "\n\n## 2. L\n\n"]), max_size=25
).map(" ".join)


@given(WORDS, WORDS)
@example("b a", "b \n\n a")
@example("b \n\n a", "b a")
def test_compare_loses_no_changed_block(old, new):
    was, now = text_diff.clauses(old), text_diff.clauses(new)
    changed = compare(old, new)
    assert len(changed) == sum(was.get(key) != now.get(key) for key in {*was, *now})
    for clause in changed:
        assert clause.before or clause.after
