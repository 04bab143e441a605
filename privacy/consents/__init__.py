"""Agreeing, declining and withdrawing: explicit acts, each recorded once with what was shown.

A rendering of the consent page is a presentation (`present`); an answer names it by its one-time token, so that
the record says what was really on the screen. Whatever uses an optional purpose asks `allows`.
Source: clause 12 of the policy; articles 20 to 26 of UU PDP; ISO/IEC TS 27560.
"""

from privacy.consents.answering import choose, decline, give, too_old, withdraw
from privacy.consents.asking import asked, is_current, is_fresh, present, questions, required, tidy
from privacy.consents.knowing import allows, given_purposes, history, holders_allowing, latest, unanswered_purposes
from privacy.consents.paper import record as record_paper

__all__ = [
    "allows",
    "asked",
    "choose",
    "decline",
    "give",
    "given_purposes",
    "history",
    "holders_allowing",
    "is_current",
    "is_fresh",
    "latest",
    "present",
    "questions",
    "record_paper",
    "required",
    "tidy",
    "too_old",
    "unanswered_purposes",
    "withdraw",
]
