"""Shared parts of the verbs of cases: lock, refuse a second answer or a decision on one's own case, settle, notify.

Call these inside the transaction of a verb.
"""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import mail
from privacy import declarations, subjects
from privacy.errors import Refused
from privacy.models.subjects import Subject
from privacy.portals import url_name_of


def lock(case):
    """Return the case as it is now, locked until the transaction ends."""
    holder = f"{declarations.of(type(case)).subject}__holder"
    return type(case).objects.select_for_update(of=("self",)).select_related(holder).get(pk=case.pk)


def lock_waiting(case):
    """Lock as `lock` does. Raise Refused if the case is settled."""
    case = lock(case)
    if not case.is_waiting:
        raise Refused(case.ANSWERED, code="answered")
    return case


def lock_own(case, by):
    """Lock as `lock_waiting` does. Raise Refused if the case is not about `by`."""
    case = lock_waiting(case)
    if not case.is_own(by):
        raise Refused(case.NOT_HOLDER, code="not_holder")
    return case


def lock_to_decide(case, by):
    """Lock as `lock_waiting` does. Raise Refused if `by` may not answer the case, or if it is their own."""
    case = lock_waiting(case)
    if case.is_own(by):
        raise Refused(_("You cannot decide your own request. Ask a colleague to do it."), code="own")
    if not case.is_answered_by(by):
        raise Refused(case.NOT_STAFF, code="not_staff")
    return case


def settle(case, status, by=None):
    """Settle a locked case. `by` is None if no person decides."""
    case.status, case.settled_at = status, timezone.now()
    case.settled_by = subjects.get_or_create_for(by) if by else None
    case.save()
    return case


def tell(case):
    """Email the person that the case is answered, also while their data is restricted. Without an account, do nothing.

    The holder is read again: a granted erasure has removed the account from the subject and sent its own email.
    """
    holder = Subject.objects.select_related("holder").get(pk=case.data_subject.pk).holder
    if holder is not None:
        mail.email_user(user=holder, template=case.MAIL, url_name=url_name_of(case.PAGE), url_args=case.page_args)
