"""Imports when it is called."""


def late():
    import privacy.parties

    return privacy.parties
