"""The base of acts that need a second person (four-eyes principle)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class TwoPersonAct(models.Model):
    """An act that one person asks for and another carries out, exactly as it was shown.

    The row is the act as it was asked for. Its verbs call `privacy.two_person`; `different_people` makes the
    database hold the rule too.
    """

    FIRST = "asked_by"  # the foreign key to the subject of the person who asked for the act
    SAME_PERSON = _("You asked for this. Ask a second person to decide it.")
    CONCERNED = _("This is about you. Ask a colleague to do it.")

    class Meta:
        abstract = True

    def concerns(self, user):
        """Return whether the act is about this person, who then may not decide it."""
        return False


def different_people(first, second, *, name):
    """Return a constraint: the column `second` never names the person of the column `first`."""
    return models.CheckConstraint(condition=Q(**{f"{second}__isnull": True}) | ~Q(**{second: F(first)}), name=name)
