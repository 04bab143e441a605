"""An act of nobody."""

from django.db import transaction


@transaction.atomic
def hand_over(key):
    return key
