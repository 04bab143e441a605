"""Mail leaves through the task queue, in the transaction of what it tells: rolled back together, sent after it.

A letter carries no personal value: say in its template what happened in general words and let its one link lead,
after signing in, to the very thing. `facts` are plain words or numbers that are about nobody (a date, a count).
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
    """Queue `templates/emails/<template>.txt` for an account, with a link to this page or to the front page.

    A deactivated account gets nothing.
    """
    path = reverse(url_name, args=url_args, kwargs=url_kwargs) if url_name else front_page()
    send_to_user.enqueue(user_id=user.pk, template=template, path=path, facts=facts or {}, attempt=1)


def email_address(*, email, language, template, path, facts=None):
    """The same for an address without an account, or with a link that is itself a secret: both are sealed."""
    letter = encrypt(json.dumps([email, language, path]), context=LETTER)
    send_to_address.enqueue(letter=letter, template=template, facts=facts or {}, attempt=1)


def delete_queued(*, addresses, user_id=None):
    """Drop every letter, queued or sent, to these addresses and to this account: somebody was erased."""
    letters = DBTaskResult.objects.filter(task_path=send_to_address.module_path)
    gone = [row.pk for row in letters.iterator(chunk_size=1000) if _address_of(row) in addresses]
    if user_id is not None:
        to_user = DBTaskResult.objects.filter(task_path=send_to_user.module_path)
        gone += [row.pk for row in to_user.iterator(chunk_size=1000) if row.args_kwargs["kwargs"]["user_id"] == user_id]
    DBTaskResult.objects.filter(pk__in=gone).delete()


def delete_sent():
    """Drop letters to bare addresses the day after they were sent: nobody needs the address any more."""
    sent = DBTaskResult.objects.filter(task_path=send_to_address.module_path, status=TaskResultStatus.SUCCESSFUL)
    sent.filter(finished_at__lt=timezone.now() - timedelta(days=1)).delete()


def _address_of(row):
    return json.loads(decrypt(row.args_kwargs["kwargs"]["letter"], context=LETTER))[0]
