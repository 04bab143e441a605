"""What is encrypted at rest: the first key of FIELD_KEYS seals, any key of it opens; nothing opens in another context.

AES-256-GCM with a fresh nonce each time. The context ("tenants.Tenant.identity_number") is authenticated with the
value, so a sealed value copied into another column or file cannot be opened there. A key may leave FIELD_KEYS only
after everything it sealed was sealed anew.
"""

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_LENGTH = 12  # bytes, what GCM is made for
FILE_MAGIC = b"BAMMS1"  # a sealed file: magic, length of the key id (1 byte), key id, nonce, ciphertext


class SealError(ValueError):
    """A sealed value that cannot be opened; the sentence names the key or the context, never the value."""


def seal(text: str, *, context: str) -> str:
    """`k1:base64url(nonce + ciphertext)`. Two seals of one text differ: search by `blind_index`."""
    key_id, body = _encrypt(text.encode(), context)
    return f"{key_id}:{base64.urlsafe_b64encode(body).decode()}"


def unseal(text: str, *, context: str) -> str:
    key_id, colon, body = text.partition(":")
    try:
        if not colon:
            raise ValueError
        body = base64.b64decode(body, altchars=b"-_", validate=True)
    except ValueError as error:
        raise SealError(f"A value of {context} is not sealed: it does not look like KEY:BASE64.") from error
    return _decrypt(key_id, body, context).decode()


def seal_bytes(content: bytes, *, context: str) -> bytes:
    key_id, body = _encrypt(content, context)
    return FILE_MAGIC + bytes([len(key_id)]) + key_id.encode() + body


def unseal_bytes(content: bytes, *, context: str) -> bytes:
    start = len(FILE_MAGIC) + 1
    if not content.startswith(FILE_MAGIC) or len(content) < start:
        raise SealError(f"A file of {context} is not sealed: it does not start with {FILE_MAGIC.decode()}.")
    end = start + content[start - 1]
    return _decrypt(content[start:end].decode("ascii", "replace"), content[end:], context)


def blind_index(text: str, *, context: str) -> str:
    """The same text in the same context gives the same 64 hex digits: exact search over sealed values.

    The caller brings the text into one form first (no spaces or dots, capitals).
    """
    message = len(context).to_bytes(2, "big") + context.encode() + text.encode()
    return hmac.new(settings.BLIND_INDEX_KEY, message, hashlib.sha256).hexdigest()


def _encrypt(content, context):
    key_id, key = next(iter(settings.FIELD_KEYS.items()))
    nonce = secrets.token_bytes(NONCE_LENGTH)
    return key_id, nonce + AESGCM(key).encrypt(nonce, content, context.encode())


def _decrypt(key_id, body, context):
    key = settings.FIELD_KEYS.get(key_id)
    if key is None:
        raise SealError(f"A value of {context} was sealed with the key {key_id!r}, which FIELD_KEYS does not hold.")
    try:
        return AESGCM(key).decrypt(body[:NONCE_LENGTH], body[NONCE_LENGTH:], context.encode())
    except (InvalidTag, ValueError) as error:
        sentence = f"A value of {context} was altered, or sealed for something else: key {key_id} refuses it."
        raise SealError(sentence) from error
