"""Refuse to start a site that others can reach with unsafe settings: DEBUG, public keys, unencrypted connections.

Each fault is a sentence that names the setting. `BammsConfig.ready` checks them, because Django runs its system
checks neither in a server nor in every command. `bamms.environment` refuses single invalid values.
"""

import base64
import os
from ipaddress import ip_address
from itertools import combinations
from urllib.parse import urlsplit

from django.core import checks

from bamms.environment import PERCENT_HINT, TLS_MODES, refuse

A_YEAR = 31_536_000  # seconds
HSTS_HINT = "0 is for leaving HTTPS, and `check --deploy` warns."
NEAR = {"localhost", "testserver"}  # the second is how Django's test client calls the site
FEWEST_BYTES = 16  # distinct ones of 32; a random key has fewer in less than 1 of 10^20 cases
FEWEST_CHARACTERS = 12  # distinct ones of 50; a key in hexadecimal digits has 16
KEYS_OF_LISTS = ("FIELD_KEYS", "EVIDENCE_KEYS", "CHECKPOINT_KEYS")


def is_near(host):
    """Return whether the host is this machine; the path of a socket, or none, counts too."""
    name = host.strip("[]").lower()
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name in NEAR or name.endswith(".localhost") or not name or name.startswith("/")


def is_reachable(site):
    """Return whether other machines can reach the site, so that it is not for development or tests."""
    hosts = [*site.ALLOWED_HOSTS, urlsplit(site.SITE_URL).hostname or ""]
    return site.TLS or not all(map(is_near, hosts))


def check_settings(site):
    if fault := next(faults(site), None):
        refuse(fault)


def check_served(site):
    """Exit if a production server runs with DEBUG, or without collected static files, which every page needs."""
    if site.DEBUG:
        refuse("DEBUG must be off where a server of production serves it. For development: make run.")
    if not (site.STATIC_ROOT / "staticfiles.json").exists():
        refuse("style and scripts are not gathered. Run manage.py collectstatic first.")


def check_declarations():
    """Exit if a model's declaration of personal data is invalid: servers do not run Django's system checks."""
    if mistakes := checks.run_checks(tags=["privacy"]):
        raise SystemExit("\n".join(["BAMMS cannot start: personal data is declared wrongly.", *map(str, mistakes)]))


def faults(site):
    yield from _shared_keys(site)
    if not (site.SECOND_FACTOR or site.DEBUG):
        yield "SECOND_FACTOR=off is for trying BAMMS on one's own machine, with DEBUG=on."
    if 0 < site.SECURE_HSTS_SECONDS < A_YEAR:
        yield f"SECURE_HSTS_SECONDS must be {A_YEAR} (a year) or more; {HSTS_HINT}"
    if not is_reachable(site):
        return
    if site.DEBUG:
        yield "DEBUG must be off where TLS is on, or where ALLOWED_HOSTS or SITE_URL names more than this machine."
    if not site.TLS:
        yield "TLS must be on where ALLOWED_HOSTS or SITE_URL names more than this machine."
    if site.BEHIND_TLS_PROXY and not site.TRUSTED_PROXY_COUNT:
        yield "TRUSTED_PROXY_COUNT must say how many proxies stand before BAMMS, or all visitors count as one."
    yield from _weak_keys(site)
    yield from _open_connections(site)
    yield from _not_for_people(site)
    if not site.CLAMD_ADDRESS:
        yield "CLAMD_ADDRESS must name the virus scanner that sees what people upload, or be off."


def _keys(site):
    """Yield (setting, 32 bytes) of every key except SECRET_KEY, which is text."""
    for name in KEYS_OF_LISTS:
        yield from ((name, key) for key in getattr(site, name).values())
    yield from (("BLIND_INDEX_KEY", key) for key in site.BLIND_INDEX_KEYS.values())


def _shared_keys(site):
    """Yield a fault for each key that two settings share: one that leaks must not reveal another."""
    for (name, key), (other, same) in combinations(_keys(site), 2):
        if key == same:
            yield f"{other} holds a key that {name} holds already: each needs one of its own."
    for name, key in _keys(site):
        if base64.b64encode(key).decode() in site.SECRET_KEY:
            yield f"SECRET_KEY holds the key of {name}: each needs one of its own."


def _weak_keys(site):
    if len(set(site.SECRET_KEY)) < FEWEST_CHARACTERS or site.SECRET_KEY.startswith("django-insecure-"):
        yield "SECRET_KEY is an example or no chance at all; make one with `python -m bamms.development`."
    for name, key in _keys(site):
        # 32 random bytes are practically never all printable: text is an example, such as the keys of the tests
        if len(set(key)) < FEWEST_BYTES or (key.isascii() and key.decode("ascii").isprintable()):
            yield f"{name} holds an example or no chance at all; make keys with `python -m bamms.development`."


def _open_connections(site):
    if not all(map(is_near, _database_hosts(site.DATABASES["default"]))):
        accepted = TLS_MODES[TLS_MODES.index(site.DATABASE_TLS) :]
        if site.DATABASES["default"].get("OPTIONS", {}).get("sslmode") not in accepted:
            yield f"DATABASE_URL leads to another host: end it with ?sslmode={site.DATABASE_TLS}. {PERCENT_HINT}"
    mail_is_sealed = site.EMAIL_USE_TLS or site.EMAIL_USE_SSL
    if not mail_is_sealed and not is_near(site.EMAIL_HOST or ""):
        yield "EMAIL_URL leads to another host: it must begin with smtp+tls:// or smtp+ssl://."
    if _is_open_cache(site.CACHES["default"]):
        yield "CACHE_URL leads to another host: it must begin with rediss:// and check the certificate."
    scanner = site.CLAMD_ADDRESS
    if scanner != "off" and not is_near(urlsplit(f"//{scanner}").hostname or ""):
        yield "CLAMD_ADDRESS leads to another host, and files would go there in clear: run the scanner on this one."


def _not_for_people(site):
    """Yield faults of a cache that processes do not share, in which limits are counted, and of development mail.
    With dummymail, such as for trying out a restored backup, there are none."""
    mail, cache = (name.rpartition(".")[0].lower() for name in (site.EMAIL_BACKEND, site.CACHES["default"]["BACKEND"]))
    if mail.endswith(".dummy"):
        return
    if not mail.endswith(".smtp"):
        yield "EMAIL_URL must begin with smtp, smtp+tls or smtp+ssl; dummymail:// is for a copy that writes to nobody."
    if cache.endswith((".dummy", ".locmem")):
        yield "CACHE_URL must name a cache that all processes share, or be left out: the limits are counted in it."


def _database_hosts(database):
    """Return all hosts of a database, also of the environment variables that libpq reads if the setting has none."""
    options = database.get("OPTIONS", {})
    named = [database.get("HOST"), options.get("host"), options.get("hostaddr"), options.get("service")]
    if "postgresql" in database["ENGINE"]:
        named += [] if options.get("hostaddr") else [os.environ.get("PGHOSTADDR")]
        named += [] if any(named) else [os.environ.get("PGHOST"), os.environ.get("PGSERVICE")]
    return [host for names in named if names for host in str(names).split(",")]


def _is_open_cache(cache):
    if not any(kind in cache["BACKEND"].lower() for kind in ("redis", "memcache")):
        return False
    places = [cache["LOCATION"]] if isinstance(cache["LOCATION"], str) else cache["LOCATION"]
    unchecked = str(cache.get("OPTIONS", {}).get("ssl_cert_reqs", "required")).lower() != "required"
    return any(_is_open(urlsplit(place if "://" in place else f"//{place}"), unchecked) for place in places)


def _is_open(place, unchecked):
    is_socket = place.scheme == "unix" or place.netloc.startswith("unix:")
    is_sealed = place.scheme == "rediss" and not unchecked
    return not (is_socket or is_sealed or is_near(place.hostname or ""))
