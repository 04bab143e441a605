"""Django's makemessages, without its guesses: a new sentence stays empty until someone translates it.

gettext would lend it the translation of a sentence that merely looks alike.
"""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
