"""Writes a file past the storage that encrypts."""

from pathlib import Path


def keep(text):
    Path("/tmp/kept").write_text(text)
