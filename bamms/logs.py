"""Log lines say what happened, in which request, at which kind of address, for which account, and nothing personal.

An address is told as its route: what stands in its places may be the token of an invitation or of a new password. Of an
exception the kind and the places are told, its words are not: a database repeats the row that it refuses.
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
# The last net under sentences that other people's code writes; ours are tested without it
PERSONAL = (
    (re.compile(r"\w+://\S+"), "(address)"),
    (re.compile(r"[^\s@<>'\"]+@[^\s@<>'\"]+"), "(email)"),
    (re.compile(r"\+?\d[\d -]{7,}\d"), "(number)"),
)
STRANGERS = "django.security."  # what visitors send and Django refuses: nothing that somebody must be woken for


def new_id():
    """Random, and short enough to be read out on the telephone: the number on a trouble page is this one."""
    return secrets.token_hex(4).upper()


class RequestMiddleware:
    """Outermost: gives each request its number, whatever number a visitor may have sent."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.number = new_id()
        with request_context.answering(request):
            response = self.get_response(request)
        response["X-Request-ID"] = request.number
        return response


def message(record):
    """The sentence of a line, with the address replaced by its route, on one line."""
    text = record.getMessage()
    if record.name == f"{STRANGERS}DisallowedHost":  # Django repeats what was sent
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
    """The ways in which Django writes an address; "/" alone would be found in every word with a stroke."""
    query = request.META.get("QUERY_STRING", "")
    paths = {request.path, request.path_info}
    paths |= {f"{path}?{query}" for path in paths if query}
    paths |= {quote(path) for path in paths} | {path.encode("unicode_escape").decode() for path in paths}
    return {path for path in paths if len(path) > 1}


def fault(record):
    """The kinds of an exception and those behind it, and the places it came through; None without one."""
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
    """One line of JSON; moments in UTC. What is empty is left out."""

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
    """For people who develop: readable lines, and the whole traceback."""

    def formatMessage(self, record):  # noqa: N802 - the name is Python's
        record.message = message(record)
        return super().formatMessage(record)
