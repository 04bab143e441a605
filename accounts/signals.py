"""What happens to accounts is told upwards: the journal lies on the next floor, which this one may not call.

Sent with `kind` (a value of `privacy.models.audit_log.Kind`), `user` whom it concerns and `by` who did it, or None.
"""

from django.dispatch import Signal

account_event = Signal()
