"""Agreeing, declining and withdrawing: explicit acts, each recorded once with what was shown.

A rendering of the consent page is a presentation (`present`); an answer names it by its one-time token, so that
the record says what was really on the screen. Code that uses data for an optional purpose calls `allows`.
Source: clause 12 of the policy; articles 20 to 26 of UU PDP; ISO/IEC TS 27560.
"""

from privacy.consent.consents.decisions import TOO_OLD, choose, decline, give, withdraw
from privacy.consent.consents.paper import record as record_paper
from privacy.consent.consents.prompts import (
    delete_unanswered,
    is_current,
    is_fresh,
    present,
    prompt_for,
    questions,
    required,
)
from privacy.consent.consents.queries import (
    allows,
    given_purposes,
    history,
    holders_allowing,
    latest,
    unanswered_purposes,
)
from privacy.consent.consents.status import rebuild_statuses, wrong_statuses
