"""Recovery codes: generated when they are shown, and stored only as password hashes (ASVS 6.5.2).

allauth stores the seed of all codes, from which the codes can be computed again with the database and its keys. Its
flows, pages and table are used; only the class that generates and checks the codes is ours.
"""

import secrets

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import auth, flows
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, check_password, make_password
from django.db import transaction

CODES = 10
DIGITS = 9  # random, about 30 bits; the digit before them is the code's index, so that a try costs one hash, not ten


class RecoveryCodes(auth.RecoveryCodes):
    """`data["hashes"]` maps the index of each unused code to its hash, once the codes have been shown."""

    def __init__(self, instance):
        super().__init__(instance)
        self.shown = []

    @classmethod
    def activate(cls, user):
        kind = Authenticator.Type.RECOVERY_CODES
        instance, _made = Authenticator.objects.get_or_create(user=user, type=kind, defaults={"data": {}})
        return cls(instance)

    @transaction.atomic
    def mark_as_viewed(self):
        """Generate the codes; only this object holds them, for the page of this request."""
        self._lock()
        if self.did_view:
            return
        codes = [f"{place}{secrets.randbelow(10**DIGITS):0{DIGITS}}" for place in range(CODES)]
        self.instance.data["hashes"] = {code[0]: make_password(code) for code in codes}
        super().mark_as_viewed()
        self.shown = [f"{code[:5]} {code[5:]}" for code in codes]

    def get_unused_codes(self):
        """Return the codes in the request that generated them; later, one None for each code that is left."""
        return self.shown or [None] * len(self.instance.data.get("hashes", {}))

    @transaction.atomic
    def validate_code(self, code):
        """Return whether the code is an unused one, and delete its hash."""
        code = normalize_user_code(code)
        if len(code) != 1 + DIGITS:  # probably a code of the authenticator app
            return False
        self._lock()
        hashes = self.instance.data.get("hashes", {})
        if not check_password(code, hashes.get(code[0], UNUSABLE_PASSWORD_PREFIX)):
            return False
        del hashes[code[0]]
        self.instance.save(update_fields=["data"])
        return True

    def _lock(self):
        self.instance = Authenticator.objects.select_for_update().get(pk=self.instance.pk)


def install():
    """Replace allauth's class in the two modules that import it: there is no setting for it."""
    auth.RecoveryCodes = flows.RecoveryCodes = RecoveryCodes
