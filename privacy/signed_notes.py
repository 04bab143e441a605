"""Signed notes: short texts with Ed25519 signatures, in the public format c2sp.org/signed-note."""

import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\1"  # the kind of key, so that other kinds can follow


def public_key(seed):
    """Return the public key (32 bytes) of a private key of 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(name, public):
    """Return the first four bytes of the SHA-256 of the key, which stand before each of its signatures."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def verifier(name, public):
    """Return the key in the form in which verifiers exchange it: name, id and key."""
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def sign(text, name, seed):
    """Return the note: the text, which ends with a line break, and its signature line."""
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())
    line = base64.b64encode(key_id(name, public_key(seed)) + signature).decode()
    return f"{text}\n\N{EM DASH} {name} {line}\n"


def is_signed(note, name, public):
    """Return whether the note has a valid signature of this key."""
    text, _empty, lines = note.rpartition("\n\n")
    *signatures, rest = lines.split("\n")
    for line in signatures if not rest else ():
        dash, _space, rest = line.partition(" ")
        signer, _space, encoded = rest.partition(" ")
        if (dash, signer) != ("\N{EM DASH}", name):
            continue
        try:
            code = base64.b64decode(encoded, validate=True)
        except ValueError:
            continue
        if code[:4] == key_id(name, public) and is_valid(public, code[4:], f"{text}\n".encode()):
            return True
    return False


def is_valid(public, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True
