"""Checks of uploaded PDF files: only files without active content are accepted.

A scan, a letter or a signed agreement needs no script, no attachment and no form that sends. The check is one of
several: files are also served as downloads, never run here. Nothing is rewritten, for a signature may cover the bytes.
"""

import logging
import re
import subprocess
import sys
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)
HEADER = re.compile(rb"(?:\xef\xbb\xbf)?[\x00\t\n\x0c\r ]{0,64}%PDF-[0-9]")
END, END_WITHIN = b"%%EOF", 1024  # bytes from the end of the file, as readers allow
# ZIP archives, such as JAR and Office files, are read from a record within this many bytes of the end
ZIP_END, ZIP_END_WITHIN = b"PK\x05\x06", 66_000
INSPECTOR = Path(__file__).with_name("pdf_inspector.py")
MEMORY_MAX = 1_000_000_000  # bytes of address space
SECONDS_MAX, WAIT_MAX = 10, 60  # of processor time, and until it is done on a busy server
REFUSALS = {
    "encrypted": _("This PDF is locked with a password. Save it without one, then upload it again."),
    "active": _("This PDF contains scripts, attachments or actions. Print it to a new PDF, then upload that."),
    "broken": _("This file cannot be opened. Save it again, then upload it."),
    "unsure": _("This PDF cannot be checked. Print it to a new PDF, then upload that."),
}


def is_pdf(content):
    return HEADER.match(content) is not None


def clean(content):
    """Return the file without what follows its end. Raise ValidationError if it is refused."""
    content = _cut(content)
    code = "active" if ZIP_END in content[-ZIP_END_WITHIN:] else _inspect(content)
    if code:
        raise refusal(code)
    return content


def refusal(code):
    return ValidationError(REFUSALS[code], code=code)


def broken():
    return refusal("broken")


def _cut(content):
    end = content.rfind(END)
    if end < 0 or len(content) - end > END_WITHIN:
        raise broken()
    end += len(END)
    # The line break belongs to the file: a signature may cover it
    return content[:end] + re.match(rb"\r?\n?", content[end:])[0]


def _inspect(content):
    """Return the finding of `pdf_inspector`, run with an empty environment. Refuse a file that it does not finish."""
    command = [sys.executable, "-I", INSPECTOR, str(MEMORY_MAX), str(SECONDS_MAX)]
    try:
        done = subprocess.run(  # noqa: S603 - a program of our own; nothing of the file is in the command
            command, input=content, capture_output=True, env={}, timeout=WAIT_MAX, check=True
        )
    except subprocess.SubprocessError as error:
        logger.warning("The PDF inspector did not finish: %s", error)  # names the command and how it ended
        raise refusal("unsure") from error
    return done.stdout.decode()
