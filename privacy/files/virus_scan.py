"""Virus scan of uploads, where the operator runs a scanner: clamd, by its INSTREAM command.

The scan is an additional check: pictures are redrawn and PDF files are checked anyway. While the scanner does not
answer, uploads are refused: an operator who configured one wants every file scanned.
"""

import logging
import socket

from django.conf import settings
from django.core import checks
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)
SECONDS = 20
CHUNK = 1024 * 1024
NONE = ("", "off")  # in development, and where the operator says so


@checks.register("security", deploy=True)
def warn_of_none(**_asked):
    """Warn at each `check --deploy` if no scanner is configured (ASVS 5.4.3)."""
    if settings.CLAMD_ADDRESS not in NONE:
        return []
    words = "No virus scanner sees what people upload."
    return [checks.Warning(words, hint="Name one in CLAMD_ADDRESS: see docs/operate.md.", id="privacy.W001")]


def check(content):
    """Raise ValidationError if the scanner at CLAMD_ADDRESS (host:port, or path of a socket) finds a virus or fails."""
    if settings.CLAMD_ADDRESS in NONE:
        return
    try:
        answer = _ask(content)
    except OSError as error:
        logger.error("The virus scanner does not answer: %s", type(error).__name__)
        raise _closed() from error
    if answer.endswith("FOUND"):
        logger.warning("The virus scanner refused an upload")
        raise ValidationError(_("This file holds a virus. Choose another one."), code="virus")
    if not answer.endswith("OK"):
        logger.error("The virus scanner does not understand: it answered with %s characters", len(answer))
        raise _closed()


def _closed():
    return ValidationError(_("Files cannot be taken in at the moment. Try again in an hour."), code="scan")


def _ask(content):
    host, _colon, port = settings.CLAMD_ADDRESS.rpartition(":")
    with socket.create_connection((host, int(port)), SECONDS) if host else _local() as line:
        line.settimeout(SECONDS)
        line.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), CHUNK):
            piece = content[start : start + CHUNK]
            line.sendall(len(piece).to_bytes(4, "big") + piece)
        line.sendall(bytes(4))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < CHUNK and (more := line.recv(4096)):
            answer += more
    return answer.rstrip(b"\0").decode("ascii", "replace").strip()


def _local():
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(SECONDS)
    try:
        line.connect(settings.CLAMD_ADDRESS)
    except OSError:
        line.close()
        raise
    return line
