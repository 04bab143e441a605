"""Signal for events of accounts: the audit log that records them is in a higher layer, which this app may not import.

Sent with `kind` (a value of `privacy.models.audit_log.Kind`), `user` (the account) and `by` (who acted, or None).
"""

from django.dispatch import Signal

account_event = Signal()
