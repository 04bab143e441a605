"""What is encrypted at rest: the first key of FIELD_KEYS seals, any key of it opens; nothing opens in another context.

AES-256-GCM with a fresh nonce each time. The context ("tenants.Tenant.identity_number") is authenticated with the
value, so a sealed value copied into another column or file cannot be opened there. A key may leave FIELD_KEYS only
after everything it sealed was sealed anew (`manage.py rotate_keys`).
"""

import base64
import hashlib
import hmac
import re
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_LENGTH = 12  # bytes, what GCM is made for
FILE_MAGIC = b"BAMMS1"  # a sealed file: magic, length of the key id (1 byte), key id, nonce, ciphertext
ENCRYPTED = re.compile(r"[A-Za-z0-9]+:[A-Za-z0-9_-]{38,}={0,2}")  # nonce and tag alone take 28 bytes
HEAD_LENGTH = len(FILE_MAGIC) + 1 + 255


class DecryptionError(Exception):
    """A sealed value that cannot be opened; the sentence names the key or the context, never the value.

    Not a ValueError: Django takes those for "no such row" or "not valid", and would show an empty answer.
    """


class KeyMissingError(DecryptionError):
    """`key_id` names the key that FIELD_KEYS does not hold: nothing is wrong with the value itself."""

    def __init__(self, context, key_id):
        super().__init__(f"A value of {context} was sealed with the key {key_id!r}, which FIELD_KEYS does not hold.")
        self.key_id = key_id


def encrypt(text: str, *, context: str) -> str:
    """`k1:base64url(nonce + ciphertext)`. Two seals of one text differ: search by `blind_index`."""
    key_id, body = _encrypt(text.encode(), context)
    return f"{key_id}:{base64.urlsafe_b64encode(body).decode()}"


def decrypt(text: str, *, context: str) -> str:
    """The text; KeyLostError or another SealError when it does not open."""
    key_id, colon, body = text.partition(":")
    try:
        if not colon:
            raise ValueError
        body = base64.b64decode(body, altchars=b"-_", validate=True)
    except ValueError as error:
        raise DecryptionError(f"A value of {context} is not sealed: it does not look like KEY:BASE64.") from error
    return _decrypt(key_id, body, context).decode()


def reencrypt(text: str, *, context: str) -> str:
    """What any key sealed, sealed by the first one."""
    return encrypt(decrypt(text, context=context), context=context)


def encrypt_bytes(content: bytes, *, context: str) -> bytes:
    key_id, body = _encrypt(content, context)
    return FILE_MAGIC + bytes([len(key_id)]) + key_id.encode() + body


def decrypt_bytes(content: bytes, *, context: str) -> bytes:
    start = len(FILE_MAGIC) + 1
    if not content.startswith(FILE_MAGIC) or len(content) < start:
        raise DecryptionError(f"A file of {context} is not sealed: it does not start with {FILE_MAGIC.decode()}.")
    end = start + content[start - 1]
    return _decrypt(content[start:end].decode("ascii", "replace"), content[end:], context)


def first_key() -> str:
    """The id of the key that seals."""
    return next(iter(settings.FIELD_KEYS))


def key_id_of(text: str) -> str:
    """The id of the key that sealed a text, of which HEAD_LENGTH characters are enough; "" when it is not sealed."""
    return text.partition(":")[0] if ENCRYPTED.match(text) else ""


def is_encrypted(text: str) -> bool:
    """Whether a text has the form of a sealed one."""
    return bool(ENCRYPTED.fullmatch(text))


def key_id_of_bytes(content: bytes) -> str:
    """The same for a file, of which the first HEAD_LENGTH bytes are enough."""
    start = len(FILE_MAGIC) + 1
    if not content.startswith(FILE_MAGIC) or len(content) < start:
        return ""
    return content[start : start + content[start - 1]].decode("ascii", "replace")


def blind_index(text: str, *, context: str) -> str:
    """The same text in the same context gives the same 64 hex digits: exact search over sealed values.

    The caller brings the text into one form first (no spaces or dots, capitals).
    """
    return blind_indexes(text, context=context)[0]


def blind_indexes(text: str, *, context: str) -> list[str]:
    """The index under each key of BLIND_INDEX_KEY. While the key changes, a row may stand under any of them."""
    message = len(context).to_bytes(2, "big") + context.encode() + text.encode()
    return [hmac.new(key, message, hashlib.sha256).hexdigest() for key in settings.BLIND_INDEX_KEYS.values()]


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
