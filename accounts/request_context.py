"""Which request is being answered, and for whom: the journal and the log lines ask here, on any floor.

Verbs never see a request. What they write down by themselves names who acts by their `by`; this is for what is written
about every act alike.
"""

from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.functional import LazyObject

_request = ContextVar("request", default=None)


@contextmanager
def answering(request):
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def request():
    """The request being answered, or None: a command, the worker."""
    return _request.get()


def user():
    """Who is signed in, or None."""
    found = getattr(request(), "user", None)
    return found if found is not None and found.is_authenticated else None


def account_number(of):
    """The number of the account of this request, as far as somebody has asked for it already: no query is made."""
    found = getattr(of, "__dict__", {}).get("user")
    if isinstance(found, LazyObject):
        found = of.__dict__.get("_cached_user")
    return found.pk if found is not None else None


def route(of):
    """The pattern of the address, "/invitation/<str:token>/": without what stands in its places. "" when none fits."""
    match = getattr(of, "resolver_match", None)
    return f"/{match.route}" if match else ""
