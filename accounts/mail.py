"""Mail is queued in the transaction that it reports: rolled back with it, sent by the worker after it.

An email holds no personal data: its template says in general words what happened, and its only link leads to the
details, after signing in. `facts` are words or numbers that are not personal (a date, a count).
"""

import json
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.encryption import decrypt, encrypt
from accounts.redirects import front_page
from accounts.tasks import LETTER, send_to_address, send_to_user


def email_user(*, user, template, url_name=None, url_args=(), url_kwargs=None, facts=None):
    """Queue `templates/emails/<template>.txt` for an account, with a link to this URL or to the front page.

    A deactivated account gets nothing.
    """
    path = reverse(url_name, args=url_args, kwargs=url_kwargs) if url_name else front_page()
    send_to_user.enqueue(user_id=user.pk, template=template, path=path, facts=facts or {}, attempt=1)


def email_address(*, email, language, template, path, facts=None):
    """Queue an email to an address without an account, or with a secret link; both are encrypted in the queue."""
    letter = encrypt(json.dumps([email, language, path]), context=LETTER)
    send_to_address.enqueue(letter=letter, template=template, facts=facts or {}, attempt=1)


def delete_queued(*, addresses, user_id=None):
    """Delete all email tasks, queued or sent, to these addresses and this account, when a person is erased."""
    letters = DBTaskResult.objects.filter(task_path=send_to_address.module_path)
    gone = [row.pk for row in letters.iterator(chunk_size=1000) if _address_of(row) in addresses]
    if user_id is not None:
        to_user = DBTaskResult.objects.filter(task_path=send_to_user.module_path)
        gone += [row.pk for row in to_user.iterator(chunk_size=1000) if row.args_kwargs["kwargs"]["user_id"] == user_id]
    DBTaskResult.objects.filter(pk__in=gone).delete()


def delete_sent():
    """Delete tasks of `email_address` a day after they were sent: the address is no longer needed."""
    sent = DBTaskResult.objects.filter(task_path=send_to_address.module_path, status=TaskResultStatus.SUCCESSFUL)
    sent.filter(finished_at__lt=timezone.now() - timedelta(days=1)).delete()


def _address_of(row):
    return json.loads(decrypt(row.args_kwargs["kwargs"]["letter"], context=LETTER))[0]
