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


def attempt_form(request, form, verb, done, /, *, over, **arguments):
    """Call a verb with the data of a form. Show `done`, or the refusal as an error of the form.

    A refusal with the code `over` is a message: nothing is left to send. Return whether to leave the form.
    """
    try:
        verb(by=request.user, **arguments)
    except Refused as refusal:
        if refusal.code != over:
            form.refuse(refusal)
            return False
        messages.info(request, refusal.message)
    else:
        messages.success(request, done)
    return True
