"""Violations of the content security policy, reported by browsers, are logged with their place, without personal data.

Reports carry neither a CSRF token nor a session, so anybody can send anything: size, number and values are limited.
"""

import json
import logging
import re
import time
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpResponse
from django.http.request import RawPostDataException
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import encryption, throttling

logger = logging.getLogger(__name__)
MOST_BYTES = 16 * 1024
MOST_REPORTS = 5  # of one body
HOUR = 3600  # seconds
PER_ADDRESS, PER_SITE = 30, 300  # bodies an hour
WORDS = {"inline", "eval", "wasm-eval", "self", "data", "blob", "trusted-types-sink", "trusted-types-policy"}
DIRECTIVE = re.compile(r"[a-z-]{1,40}")
SCHEME = re.compile(r"[a-z-]{1,20}")
HOST = re.compile(r"[a-z0-9.-]{1,100}(:\d{1,5})?")
FILE = re.compile(r"[\w./-]{1,200}", re.ASCII)


@csrf_exempt
@login_not_required
@require_POST
def receive(request):
    if not _may_report(get_adapter().get_client_ip(request)):
        return HttpResponse(status=429)
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            return HttpResponse(status=413)
        found = list(violations(json.loads(request.body)))
    except (ValueError, RecursionError, RawPostDataException):
        return HttpResponse(status=400)
    for directive, blocked, page in found[:MOST_REPORTS]:
        host = request.get_host()
        logger.warning(
            "The content security policy blocked %s: %s on %s",
            place(blocked, host),
            named(directive),
            place(page, host),
        )
    return HttpResponse(status=204)


def violations(said):
    """Yield (directive, blocked URL, page URL) from both formats that browsers send."""
    reports = said if isinstance(said, list) else [said]
    for report in reports:
        if not isinstance(report, dict):
            continue
        old, new = report.get("csp-report"), report.get("body")
        if isinstance(old, dict):
            directive = old.get("effective-directive") or old.get("violated-directive")
            yield directive, old.get("blocked-uri"), old.get("document-uri")
        elif report.get("type") == "csp-violation" and isinstance(new, dict):
            yield new.get("effectiveDirective"), new.get("blockedURL"), new.get("documentURL")


def named(directive):
    word = str(directive).partition(" ")[0]
    return word if DIRECTIVE.fullmatch(word) else "unknown"


def place(address, host):
    """Return the route of an address of this site, without its values, or the origin of another site's."""
    try:
        parts = urlsplit(str(address))
    except ValueError:
        return "unknown"
    if str(address) in WORDS:
        return str(address)
    if parts.netloc == host:
        return _route(parts.path)
    if parts.scheme in {"http", "https", "ws", "wss"}:
        return f"{parts.scheme}://{parts.netloc}" if HOST.fullmatch(parts.netloc) else "unknown"
    return f"{parts.scheme}:" if SCHEME.fullmatch(parts.scheme) else "unknown"


def _route(path):
    if path.startswith(settings.STATIC_URL) and FILE.fullmatch(path):
        return path
    try:
        return f"/{resolve(path).route}"
    except Resolver404:
        return "an address that we do not have"


def _may_report(address):
    """Count reports an hour, by network (stored as a keyed hash) and in total, so that they cannot fill the disk."""
    hour = int(time.time() // HOUR)
    allowed = True
    place = encryption.blind_index(throttling.household_of(address), context="policy reports")
    for who, most in ((place, PER_ADDRESS), ("all", PER_SITE)):
        key = f"policy-reports:{hour}:{who}"
        count = cache.get(key, 0) + 1
        cache.set(key, count, HOUR)
        allowed = allowed and count <= most
    return allowed
