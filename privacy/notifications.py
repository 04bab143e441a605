"""Letters that serve others: requests to share, reminders, invitations to surveys. Nobody else's wish reaches a
person who has restricted the processing of her data (article 11).

Answers to their own requests and notices that the law demands are not asked here: they go through
`accounts.mail.email_user`.
"""

from accounts import mail


def notify_subject(*, subject, **letter):
    """Queue the letter for the holder of this subject, as `mail.email_user` does; False when none may go."""
    if subject.holder is None or subject.is_restricted or subject.erased_at:
        return False
    mail.email_user(user=subject.holder, **letter)
    return True
