"""Encryption at rest: the first key of FIELD_KEYS encrypts, each of them decrypts, and only in the same context.

AES-256-GCM with a random nonce. The context ("tenants.Tenant.identity_number") is the additional authenticated data,
so a value that is copied into another column or file cannot be decrypted there. A key may be removed from FIELD_KEYS
only after `manage.py rotate_keys` has encrypted its values again with the first key.
"""

import base64
import hashlib
import hmac
import re
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_LENGTH = 12  # bytes, as NIST SP 800-38D recommends for GCM
FILE_MAGIC = b"BAMMS1"  # an encrypted file: magic, length of the key id (1 byte), key id, nonce, ciphertext
ENCRYPTED = re.compile(r"[A-Za-z0-9]+:[A-Za-z0-9_-]{38,}={0,2}")  # nonce and tag alone take 28 bytes
HEAD_LENGTH = len(FILE_MAGIC) + 1 + 255


class DecryptionError(Exception):
    """A value that cannot be decrypted; the message names the key or the context, never the value.

    Not a ValueError: Django handles those as "no such row" or "not valid", and would hide the error.
    """


class KeyMissingError(DecryptionError):
    """FIELD_KEYS does not hold the key `key_id`; the value itself may be intact."""

    def __init__(self, context, key_id):
        super().__init__(f"A value of {context} was sealed with the key {key_id!r}, which FIELD_KEYS does not hold.")
        self.key_id = key_id


def encrypt(text: str, *, context: str) -> str:
    """Return `k1:base64url(nonce + ciphertext)`. It differs each time: search by `blind_index`."""
    key_id, body = _encrypt(text.encode(), context)
    return f"{key_id}:{base64.urlsafe_b64encode(body).decode()}"


def decrypt(text: str, *, context: str) -> str:
    """Return the plain text; raise KeyMissingError or another DecryptionError if it cannot be decrypted."""
    key_id, colon, body = text.partition(":")
    try:
        if not colon:
            raise ValueError
        body = base64.b64decode(body, altchars=b"-_", validate=True)
    except ValueError as error:
        raise DecryptionError(f"A value of {context} is not sealed: it does not look like KEY:BASE64.") from error
    return _decrypt(key_id, body, context).decode()


def reencrypt(text: str, *, context: str) -> str:
    """Decrypt a text with its own key, and encrypt it with the first key."""
    return encrypt(decrypt(text, context=context), context=context)


def encrypt_bytes(content: bytes, *, context: str) -> bytes:
    key_id, body = _encrypt(content, context)
    return FILE_MAGIC + bytes([len(key_id)]) + key_id.encode() + body


def decrypt_bytes(content: bytes, *, context: str) -> bytes:
    key_id, body = _split(content)
    if key_id is None:
        raise DecryptionError(f"A file of {context} is not sealed: it does not start with {FILE_MAGIC.decode()}.")
    return _decrypt(key_id, body, context)


def first_key() -> str:
    """Return the id of the key that encrypts."""
    return next(iter(settings.FIELD_KEYS))


def key_id_of(text: str) -> str:
    """Return the id of a text's key from its first HEAD_LENGTH characters or more; "" if it is not encrypted."""
    return text.partition(":")[0] if ENCRYPTED.match(text) else ""


def is_encrypted(text: str) -> bool:
    """Return whether a text has the form of an encrypted one."""
    return bool(ENCRYPTED.fullmatch(text))


def key_id_of_bytes(content: bytes) -> str:
    """Return the id of a file's key from its first HEAD_LENGTH bytes or more; "" if it is not encrypted."""
    return _split(content)[0] or ""


def blind_index(text: str, *, context: str) -> str:
    """Return 64 hex digits, the same for the same text and context: exact search in encrypted values.

    The caller must normalize the text first (no spaces or dots, capitals).
    """
    return blind_indexes(text, context=context)[0]


def blind_indexes(text: str, *, context: str) -> list[str]:
    """Return the index under each key of BLIND_INDEX_KEY: during rotation, a row may hold any of them."""
    message = len(context).to_bytes(2, "big") + context.encode() + text.encode()
    return [hmac.new(key, message, hashlib.sha256).hexdigest() for key in settings.BLIND_INDEX_KEYS.values()]


def _split(content):
    """Return (key id, nonce and ciphertext) of an encrypted file; the key id is None for any other content."""
    start = len(FILE_MAGIC) + 1
    if not content.startswith(FILE_MAGIC) or len(content) < start:
        return None, b""
    end = start + content[start - 1]
    return content[start:end].decode("ascii", "replace"), content[end:]


def _encrypt(content, context):
    key_id, key = next(iter(settings.FIELD_KEYS.items()))
    nonce = secrets.token_bytes(NONCE_LENGTH)
    return key_id, nonce + AESGCM(key).encrypt(nonce, content, context.encode())


def _decrypt(key_id, body, context):
    key = settings.FIELD_KEYS.get(key_id)
    if key is None:
        raise KeyMissingError(context, key_id)
    try:
        return AESGCM(key).decrypt(body[:NONCE_LENGTH], body[NONCE_LENGTH:], context.encode())
    except (InvalidTag, ValueError) as error:
        sentence = f"A value of {context} was altered, or sealed for something else: key {key_id} refuses it."
        raise DecryptionError(sentence) from error
