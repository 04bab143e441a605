"""A form that is sent twice adds one row: after a double click, a resend by a slow browser, or a reload."""

import uuid

from django.contrib import messages
from django.core.cache import cache
from django.db import IntegrityError
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.encryption import blind_index

FIELD = "form_key"
HOUR = 60 * 60


class SentTwiceError(Exception):
    """Rolls back the second save: the first one is already stored."""


class IdempotentAdd:
    """For the add page of an admin class. Each page has a key of its own, and the cache holds what was saved under it.

    The key is stored in the transaction of the save and after it: a save that fails leaves it unused, and of two
    concurrent saves only one can store it.
    """

    def add_view(self, request, form_url="", extra_context=None):
        extra = (extra_context or {}) | {FIELD: request.POST.get(FIELD) or uuid.uuid4().hex}
        token = _token(request)
        if _is_saved(token):
            return self.answer_twice(request)
        try:
            response = super().add_view(request, form_url, extra)
        except SentTwiceError:
            return self.answer_twice(request)
        except IntegrityError:
            if not _is_saved(token):
                raise
            return self.answer_twice(request)
        # Two concurrent requests: the row saved by the other made this form invalid
        return self.answer_twice(request) if response.status_code == 200 and _is_saved(token) else response

    def log_addition(self, request, obj, message):
        """Store the key in Django's last step of the save, still in its transaction."""
        token = _token(request)
        if token and not cache.add(token, 1, HOUR):
            raise SentTwiceError
        return super().log_addition(request, obj, message)

    def answer_twice(self, request):
        self.message_user(request, _("We already have this. You need not send it again."), messages.WARNING)
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))


def _is_saved(token):
    return bool(token) and cache.get(token) is not None


def _token(request):
    """Return a hash of key and data sent: users who go back and enter something else send another one."""
    key = request.POST.get(FIELD)
    if not key:
        return ""
    sent = [(name, values) for name, values in request.POST.lists() if name[:1] != "_" and name[:4] != "csrf"]
    files = [(name, [(file.name, file.size) for file in found]) for name, found in request.FILES.lists()]
    return "once:" + blind_index(f"{request.user.pk} {key} {sorted(sent)} {sorted(files)}", context="once")
