"""Reauthentication before a sensitive act: revealing, exporting, publishing, erasing, disclosing (ASVS 7.5).

A user who signed in more than `ACCOUNT_REAUTHENTICATION_TIMEOUT` seconds ago must enter a password or second factor,
and then returns to the page with the data that was posted. It concerns the session, so views check it, not verbs.
"""

from allauth.account.decorators import reauthentication_required

fresh_sign_in = reauthentication_required(app="bamms")
# For views in which only some acts are sensitive: call it with the request before such an act
ask_for_fresh_sign_in = fresh_sign_in(lambda request: None)
