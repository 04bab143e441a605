"""Calls a verb for a page, and shows what came of it as a message."""

from django.contrib import messages

from privacy.errors import Refused


def attempt(request, verb, done, /, **arguments):
    """Call a verb as the user. Show `done`, or the sentence of the refusal. Return whether it was carried out."""
    try:
        verb(by=request.user, **arguments)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return False
    messages.success(request, done)
    return True
