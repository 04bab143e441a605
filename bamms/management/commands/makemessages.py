"""Django's makemessages without fuzzy matching: a new string stays empty until someone translates it.

gettext would copy the translation of a similar string.
"""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
