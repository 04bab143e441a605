"""How evidence proves itself: one canonical form, its check code (SHA-256), a seal whose key no database holds (HMAC).

Pure functions. A row with the right seal was written by this application; who can only write to the database
cannot make one. A personal value enters evidence as a commitment: its hash with the subject's salt, which proves
the value to whoever holds both, and nothing once the salt is destroyed (article 24; ISO/IEC TS 27560).
"""

import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from uuid import UUID

from django.conf import settings


def canonical(values) -> bytes:
    """JSON with sorted keys and no spaces; moments in UTC with microseconds. Equal values give equal bytes."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain).encode()


def _plain(value):
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return value.hex
    raise TypeError(f"{type(value).__name__} has no canonical form.")


def sha256_of(values) -> str:
    """SHA-256 of the canonical form, 64 hex digits: anyone can compute it again."""
    return hashlib.sha256(canonical(values)).hexdigest()


def seal(table: str, content: bytes) -> str:
    """`key id:HMAC-SHA256` over the table's name and the content, by the first of EVIDENCE_KEYS."""
    key_id, key = next(iter(settings.EVIDENCE_KEYS.items()))
    return f"{key_id}:{_mac(key, table, content)}"


def is_sealed(mac: str, table: str, content: bytes) -> bool:
    key_id, _colon, code = mac.partition(":")
    key = settings.EVIDENCE_KEYS.get(key_id)
    return key is not None and hmac.compare_digest(code, _mac(key, table, content))


def lost_key(mac: str) -> str:
    """The name of the key that this seal asks for, when EVIDENCE_KEYS does not hold it; else ""."""
    key_id, _colon, _code = mac.partition(":")
    return "" if key_id in settings.EVIDENCE_KEYS else key_id[:20]


def _mac(key, table, content):
    return hmac.new(key, table.encode() + b"\0" + content, hashlib.sha256).hexdigest()


def commitment(salt: bytes, value: str) -> str:
    """A salted commitment (HMAC-SHA256 under the subject's salt) to a personal value."""
    return hmac.new(bytes(salt), value.encode(), hashlib.sha256).hexdigest()
