"""Development only: mail is printed and stored as .eml files, so that developers can read it in the browser."""

import re
import secrets
from datetime import UTC
from email import message_from_bytes, policy

from django.conf import settings
from django.core.mail.backends.console import EmailBackend as ConsoleBackend
from django.utils import timezone

NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}")


class DevelopmentMail(ConsoleBackend):
    def write_message(self, message):
        super().write_message(message)
        settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
        name = f"{timezone.now():%Y%m%d%H%M%S%f}-{secrets.token_hex(4)}"
        (settings.MAIL_DIR / f"{name}.eml").write_bytes(message.message().as_bytes())


def kept_mail(limit=100):
    """Return up to `limit` stored messages, newest first."""
    names = sorted((path.stem for path in settings.MAIL_DIR.glob("*.eml")), reverse=True)
    return [read_mail(name) for name in names[:limit]]


def read_mail(name):
    """Return one message as a dictionary, or None if there is none with this name."""
    path = settings.MAIL_DIR / f"{name}.eml"
    if not NAME.fullmatch(name) or not path.is_file():
        return None
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(preferencelist=("plain",))
    # Django writes the date with "-0000", which is parsed as naive; it is UTC
    sent_at = message["date"].datetime
    return {
        "name": name,
        "subject": message["subject"],
        "to": message["to"],
        "sent_at": sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC),
        "body": body.get_content() if body else "",
    }
