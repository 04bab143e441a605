"""Recovery codes: made in the moment they are shown, and kept only as password hashes (ASVS 6.5.2).

allauth keeps the seed of all codes, from which whoever holds the database and its keys could write them again.
Its flows, pages and table stay; only the class that makes and checks the codes is ours.
"""

import secrets

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import auth, flows
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, check_password, make_password
from django.db import transaction

CODES = 10
DIGITS = 9  # of chance, about 30 bits; the digit before them is the place, so that a try costs one hash and not ten


class RecoveryCodes(auth.RecoveryCodes):
    """`data["hashes"]` holds the hash of each unused code by its place, from the moment the codes are shown."""

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
        """Make the codes; this object alone knows them, until its page is sent."""
        self._lock()
        if self.did_view:
            return
        codes = [f"{place}{secrets.randbelow(10**DIGITS):0{DIGITS}}" for place in range(CODES)]
        self.instance.data["hashes"] = {code[0]: make_password(code) for code in codes}
        super().mark_as_viewed()
        self.shown = [f"{code[:5]} {code[5:]}" for code in codes]

    def get_unused_codes(self):
        """The codes, in the request that made them; later as many nothings as codes are left."""
        return self.shown or [None] * len(self.instance.data.get("hashes", {}))

    @transaction.atomic
    def validate_code(self, code):
        """Strike the code off if it is one of the unused ones."""
        code = normalize_user_code(code)
        if len(code) != 1 + DIGITS:  # a code of the app, most likely
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
    """allauth names its class in these two places, and has no setting for it."""
    auth.RecoveryCodes = flows.RecoveryCodes = RecoveryCodes
