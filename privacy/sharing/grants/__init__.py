"""Sharing grants: asked for by staff or a vendor, given only by the person, checked at each read (clauses 2.5, 3.7).

`can_read` alone decides whether a vendor may see a field now. It denies by default and always returns a reason
code; pages, lists, search and exports call it.
"""

from privacy.sharing.grants.access_decisions import Answer, Reason, State, can_read, decide, readable, state
from privacy.sharing.grants.lifecycle import check, end_of, give, latest_until, narrow, offered_until, withdraw
from privacy.sharing.grants.sharing_requests import answer, ask, ask_again_from, cancel, refuse
from privacy.sharing.grants.vendor_view import Shown, list_shared, open_shared, shown_to
