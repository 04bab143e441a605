"""The current request and its user, for the audit log and for log lines, which need them in every layer.

Verbs never see a request: what they record themselves names the acting user by their argument `by`.
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
    """Return the current request, or None in a command or the worker."""
    return _request.get()


def user():
    """Return the signed-in user, or None."""
    found = getattr(request(), "user", None)
    return found if found is not None and found.is_authenticated else None


def account_number(of):
    """Return the primary key of the request's account if it is loaded already, else None; make no query."""
    found = getattr(of, "__dict__", {}).get("user")
    if isinstance(found, LazyObject):
        found = of.__dict__.get("_cached_user")
    return found.pk if found is not None else None


def route(of):
    """Return the URL pattern without its values, such as "/invitation/<str:token>/"; "" if none matches."""
    match = getattr(of, "resolver_match", None)
    return f"/{match.route}" if match else ""
