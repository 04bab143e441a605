"""Mail tasks of the worker: render in the recipient's language, send, retry if the mail server fails.

No personal data is stored in clear: a task holds the primary key of an account or an encrypted address, and log lines
and stored errors name the template, never the recipient (the text of an SMTP error contains the address).
"""

import json
import logging
import re
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django_tasks import task

from accounts.encryption import decrypt
from accounts.models import User

logger = logging.getLogger(__name__)
LETTER = "accounts.mail"  # the encryption context of a queued address and its link
# Long enough for an outage of a day; the links in emails are valid for three days
RETRY_DELAYS = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 6 * 60, 12 * 60, 24 * 60)]
TRIES = len(RETRY_DELAYS) + 1


class MailNotSent(Exception):
    """The mail server failed at the last try; the message names only the template."""


@task(takes_context=True)
def send_to_user(context, *, user_id, template, path, facts, attempt):
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user:  # None if deactivated or deleted since
        _send(context, write(to=user.email, language=user.language, template=template, path=path, facts=facts))


@task(takes_context=True)
def send_to_address(context, *, letter, template, facts, attempt):
    to, language, path = json.loads(decrypt(letter, context=LETTER))
    _send(context, write(to=to, language=language, template=template, path=path, facts=facts))


def write(*, to, language, template, path, facts):
    """Return the EmailMessage of `templates/emails/<template>.txt` and `<template>_subject.txt`, linking to `path`."""
    with translation.override(language or settings.LANGUAGE_CODE):
        words = {**facts, "link": f"{settings.SITE_URL}{path}"}
        subject = " ".join(render_to_string(f"emails/{template}_subject.txt", words).splitlines()).strip()
        body = re.sub(r"\n{3,}", "\n\n", render_to_string(f"emails/{template}.txt", words).strip()) + "\n"
    return EmailMessage(subject, body, to=[to], headers={"Auto-Submitted": "auto-generated"})


def _send(context, message):
    try:
        message.send()
    except OSError as error:  # SMTPException is a subclass
        _try_later(context.task_result, type(error).__name__)


def _try_later(result, reason):
    attempt, template = result.kwargs["attempt"], result.kwargs["template"]
    logger.warning("Mail %s not sent (task %s, try %s of %s): %s", template, result.id, attempt, TRIES, reason)
    if attempt >= TRIES or not result.task.get_backend().supports_defer:
        raise MailNotSent(template) from None
    later = result.task.using(run_after=timezone.now() + RETRY_DELAYS[attempt - 1])
    later.enqueue(**{**result.kwargs, "attempt": attempt + 1})
