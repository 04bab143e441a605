"""Proof of evidence: a canonical form, its check code (SHA-256), and a seal (HMAC) whose key no database holds.

Pure functions. A row with a valid seal was written by this application: write access to the database does not suffice.
Evidence holds a personal value as a commitment: an HMAC with the subject's salt, which proves the value to those who
have both, and nothing once the salt is destroyed (article 24; ISO/IEC TS 27560).
"""

import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from uuid import UUID

from django.conf import settings


def canonical(values) -> bytes:
    """Return JSON with sorted keys and no spaces, times in UTC with microseconds. Equal values give equal bytes."""
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
    """Return the SHA-256 of the canonical form, 64 hex digits. It has no key: anyone can compute it."""
    return hashlib.sha256(canonical(values)).hexdigest()


def seal(table: str, content: bytes) -> str:
    """Return `key id:HMAC-SHA256` of the table's name and the content, with the first of EVIDENCE_KEYS."""
    key_id, key = next(iter(settings.EVIDENCE_KEYS.items()))
    return f"{key_id}:{_mac(key, table, content)}"


def is_sealed(mac: str, table: str, content: bytes) -> bool:
    key_id, _colon, code = mac.partition(":")
    key = settings.EVIDENCE_KEYS.get(key_id)
    return key is not None and hmac.compare_digest(code, _mac(key, table, content))


def lost_key(mac: str) -> str:
    """Return the id of the key of this seal if EVIDENCE_KEYS does not hold it, else ""."""
    key_id, _colon, _code = mac.partition(":")
    return "" if key_id in settings.EVIDENCE_KEYS else key_id[:20]


def _mac(key, table, content):
    return hmac.new(key, table.encode() + b"\0" + content, hashlib.sha256).hexdigest()


def commitment(salt: bytes, value: str) -> str:
    """Return a salted commitment (HMAC-SHA256 under the subject's salt) to a personal value."""
    return hmac.new(bytes(salt), value.encode(), hashlib.sha256).hexdigest()
