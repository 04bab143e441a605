"""A fresh sign-in before a sensitive act: revealing, exporting, publishing, erasing, disclosing (ASVS 7.5).

Whoever signed in more than a few minutes ago (`ACCOUNT_REAUTHENTICATION_TIMEOUT`) confirms who is there, by password
or second factor, and then comes back to the page, with what was sent. It is about the session, so views ask for it.
"""

from allauth.account.decorators import reauthentication_required

fresh_sign_in = reauthentication_required(app="bamms")
# For a page of which only some acts are sensitive: call it with the request before such an act
ask_for_fresh_sign_in = fresh_sign_in(lambda request: None)
