"""Checks of two-person acts: the second person is another one, is not concerned, and decides on what they have read.

Call these inside the transaction of a verb, on a locked row.
"""

from privacy.errors import Refused


def check_second(act, by):
    """Raise Refused when `by` asked for the act, or when the act is about them."""
    if getattr(act, act.FIRST).holder_id == by.pk:
        raise Refused(act.SAME_PERSON, code="second_person")
    if act.concerns(by):
        raise Refused(act.CONCERNED, code="concerned")


def check_unchanged(seen, now, sentence):
    """Raise Refused with this sentence when what would be done (`now`) is not what the page showed (`seen`).

    Both are fingerprints or times. A caller without a page before the act passes None for `seen`.
    """
    if seen is not None and seen != now:
        raise Refused(sentence, code="changed")
