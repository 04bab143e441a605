"""Fills in a sentence before it is translated."""

from django.utils.translation import gettext as _


def greet(name):
    return _(f"Welcome back, {name}.")
