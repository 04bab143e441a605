"""Encrypts what the rotation of keys does not know."""

from accounts import encryption


def hide(text):
    return encryption.encrypt(text, context="careless")
