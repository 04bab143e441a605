"""Log lines hold the event, request number, route and account number, and no personal data.

A URL is logged as its route, because its arguments may be the token of an invitation or a password reset. An exception
is logged with its class and stack, without its message: a database error repeats the values of the row.
"""

import json
import logging
import re
import secrets
import traceback
from datetime import UTC, datetime
from urllib.parse import quote

from accounts import request_context

UNKNOWN = "(unknown address)"
# A fallback for messages of third-party code; our own messages are tested without it
PERSONAL = (
    (re.compile(r"\w+://\S+"), "(address)"),
    (re.compile(r"[^\s@<>'\"]+@[^\s@<>'\"]+"), "(email)"),
    (re.compile(r"\+?\d[\d -]{7,}\d"), "(number)"),
)
STRANGERS = "django.security."  # requests that Django refuses: logged as warnings, so that they raise no alarm


def new_id():
    """Return a random number, short enough to be read out on the telephone; error pages show it."""
    return secrets.token_hex(4).upper()


class RequestMiddleware:
    """Give each request a number, and ignore any that the client sent. The outermost middleware."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.number = new_id()
        with request_context.answering(request):
            response = self.get_response(request)
        response["X-Request-ID"] = request.number
        return response


def message(record):
    """Return the message of a record on one line, with the URL replaced by its route."""
    text = record.getMessage()
    if record.name == f"{STRANGERS}DisallowedHost":  # Django's message repeats the host
        text = "A host was asked for that ALLOWED_HOSTS does not name."
    request = _request(record)
    if request is not None:
        for address in sorted(_addresses(request), key=len, reverse=True):
            text = text.replace(address, request_context.route(request) or UNKNOWN)
    for pattern, instead in PERSONAL:
        text = pattern.sub(instead, text)
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", text)


def level(record):
    return "WARNING" if record.name.startswith(STRANGERS) else record.levelname


def _request(record):
    request = getattr(record, "request", None)
    return request if hasattr(request, "path_info") else request_context.request()


def _addresses(request):
    """Return the forms in which Django writes the request's URL, without "/", which would match any slash."""
    query = request.META.get("QUERY_STRING", "")
    paths = {request.path, request.path_info}
    paths |= {f"{path}?{query}" for path in paths if query}
    paths |= {quote(path) for path in paths} | {path.encode("unicode_escape").decode() for path in paths}
    return {path for path in paths if len(path) > 1}


def fault(record):
    """Return the classes of the exception and of its causes, and its stack; None without an exception."""
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return None
    kinds, seen = [], error
    while seen is not None and len(kinds) < 10:
        kinds.append(type(seen).__name__)
        seen = seen.__cause__ or seen.__context__
    frames = traceback.extract_tb(error.__traceback__)
    return {"kinds": kinds, "places": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]}


class JsonFormatter(logging.Formatter):
    """Formatter for production: one JSON object a line, times in UTC, empty values left out."""

    def format(self, record):
        request = _request(record)
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": level(record),
            "logger": record.name,
            "message": message(record),
            "request": getattr(request, "number", None),
            "method": getattr(request, "method", None),
            "route": request_context.route(request),
            "status": getattr(record, "status_code", None),
            "account": request_context.account_number(request),
            "fault": fault(record),
        }
        return json.dumps({name: value for name, value in line.items() if value not in (None, "")})


class LineFormatter(logging.Formatter):
    """Formatter for development: plain text with the full traceback."""

    def formatMessage(self, record):  # noqa: N802 - the name is Python's
        record.message = message(record)
        return super().formatMessage(record)
