"""Mail on behalf of others (sharing requests, reminders, surveys): not while processing is restricted (article 11).

Answers to people's own requests and notices that the law requires use `accounts.mail.email_user` instead.
"""

from accounts import mail


def notify_subject(*, subject, **letter):
    """Queue the mail for the holder of this subject with `mail.email_user`; return False if none may be sent."""
    if subject.holder is None or subject.is_restricted or subject.erased_at:
        return False
    mail.email_user(user=subject.holder, **letter)
    return True
