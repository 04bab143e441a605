"""Old beside new: what differs is marked, and only that."""

import pytest

from privacy.templatetags.changes import marked


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("+62 812-3456-7890", "+62 812-3456-7891", '+62 812-3456-789<mark class="changed">1</mark>'),
        ("Jalan Satu 10, Jakarta", "Jalan Satu 21, Jakarta", 'Jalan Satu <mark class="changed">21</mark>, Jakarta'),
        ("aa", "aaa", 'aa<mark class="changed">a</mark>'),
        # One letter in common is chance
        ("Jakarta", "Surabaya", '<mark class="changed">Surabaya</mark>'),
        ("Ann", "<b>Eve</b>", '<mark class="changed">&lt;b&gt;Eve&lt;/b&gt;</mark>'),
        ("same", "same", "same"),
        ("", "new", "new"),
        # A number beside its mask differs in every character, which says nothing
        ("•••• 0001", "3172 0001", "3172 0001"),
    ],
)
def test_marked_marks_what_differs(old, new, shown):
    assert marked(new, old) == shown
