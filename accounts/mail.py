"""Mail leaves through the task queue, in the transaction of what it tells: rolled back together, sent after it.

A letter carries no personal value: say in its template what happened in general words and let its one link lead,
after signing in, to the very thing. `facts` are plain words or numbers that are about nobody (a date, a count).
"""

import json

from django.urls import reverse

from .sealing import seal
from .tasks import LETTER, send_to_address, send_to_user


def tell(*, user, template, url_name="home", url_args=(), url_kwargs=None, facts=None):
    """Queue `templates/emails/<template>.txt` for an account; a deactivated account gets nothing."""
    path = reverse(url_name, args=url_args, kwargs=url_kwargs)
    send_to_user.enqueue(user_id=user.pk, template=template, path=path, facts=facts or {}, attempt=1)


def tell_address(*, email, language, template, path, facts=None):
    """The same for an address without an account, or with a link that is itself a secret: both are sealed."""
    letter = seal(json.dumps([email, language, path]), context=LETTER)
    send_to_address.enqueue(letter=letter, template=template, facts=facts or {}, attempt=1)
