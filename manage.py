#!/usr/bin/env python
"""Django's command-line utility, with the settings of BAMMS."""

import os
import sys

import django
from django.core.management import execute_from_command_line

from bamms import __version__

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bamms.settings")
    if sys.argv[1:] in (["version"], ["--version"]):
        # Not a management command, because Django handles these two arguments itself
        sys.stdout.write(f"BAMMS {__version__} (Django {django.get_version()})\n")
    else:
        execute_from_command_line(sys.argv)
