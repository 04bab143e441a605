"""Asks another site."""

import urllib.request


def ask():
    return urllib.request.urlopen("https://example.com")
