"""Says a sentence in one language."""

from privacy.errors import Refused


def refuse():
    raise Refused("This cannot be done.")
