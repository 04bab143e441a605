"""Read the values of `bamms.settings` from the environment, from `.env`, or from the file that NAME_FILE names.

A value that is missing, or wrong by itself, stops the start with a sentence that names the setting. What is wrong with
several settings together is for `bamms.startup_checks`. Imports no app, because settings are read before any app.
"""

import base64
import os
import re
import warnings
from importlib.util import find_spec
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

REQUIRED = environ.Env.NOTSET
# Accepted values of libpq's sslmode, weakest first
TLS_MODES = ("require", "verify-ca", "verify-full")
ON, OFF = {"on", "true", "yes", "1"}, {"off", "false", "no", "0", ""}
KEYS_HINT = "make one with `python -m bamms.development`."
PERCENT_HINT = (
    "In a password, all but letters, digits and - . _ ~ is written by its code: @ as %40, / as %2F, # as %23."
)
env = environ.FileAwareEnv()


def refuse(sentence):
    raise SystemExit(f"BAMMS cannot start: {sentence}")


def read_file(path):
    """Read `.env`. The environment takes precedence, also over a NAME_FILE in `.env` for the same setting."""
    if path.exists() and not os.access(path, os.R_OK):
        refuse(".env is there, and this account may not read it. Run the command as the account that owns it.")
    given = set(os.environ)
    environ.Env.read_env(path)
    for name in given:
        if f"{name}_FILE" not in given:
            os.environ.pop(f"{name}_FILE", None)


def make_folder(path):
    try:
        path.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        refuse(f"the folder {path} cannot be made ({error.strerror}). Make it, for the account that runs BAMMS.")
    return path


# Plain values


def setting(name, read, default=REQUIRED):
    """Read one variable with the function `read`; exit with a sentence that names it if it is missing or invalid."""
    try:
        return read(name, default=default)
    except OSError as error:
        refuse(f"the file that {name}_FILE names cannot be read ({error.strerror}).")
    except ImproperlyConfigured as error:
        raise SystemExit(f"BAMMS cannot start: set {name} in the environment or in .env. {error}") from error
    except (ValueError, TypeError, KeyError):
        # Do not show the error: its text would repeat the value, which may be a password
        hint = PERCENT_HINT if name.endswith("_URL") else ""
        refuse(f"{name} is set but cannot be read. See .env.example. {hint}".strip())


def text(name, default=REQUIRED):
    return setting(name, env.str, default)


def comma_separated(name, default=REQUIRED):
    return setting(name, env.list, default)


def number(name, default, least=1, most=1_000_000):
    """Read a whole number within bounds: a limit of 0 would refuse everybody, a very large one nobody."""
    value = setting(name, env.int, default)
    if not least <= value <= most:
        refuse(f"{name} must be a number from {least} to {most}.")
    return value


def on_or_off(name, default):
    """Read a boolean; exit for other words, because a misspelt "on" must not silently mean off."""
    value = text(name, "on" if default else "off").lower()
    if value not in {*ON, *OFF}:
        refuse(f"{name} must be on or off.")
    return value in ON


def one_of(name, default, choices):
    value = text(name, default)
    if value not in choices:
        refuse(f"{name} must be one of {', '.join(choices)}.")
    return value


def installed_class(name, default):
    """Read the dotted path of a class whose package is installed."""
    value = text(name, default)
    if not find_spec(value.partition(".")[0] or "-"):
        refuse(f"{name} must name a class that is installed, such as {default}.")
    return value


# Keys


def secret_key(name):
    value = text(name)
    if len(value) < 50:
        refuse(f"{name} must have 50 characters or more; {KEYS_HINT}")
    return value


def keys(name):
    """Read keys as a dictionary of id and 32 bytes, in order: the first one encrypts or seals, all are accepted."""
    found = {}
    for item in comma_separated(name):
        key_id, _colon, encoded = item.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:
            refuse(f"{name} holds a key ({key_id}) that is not base64.")
        if key_id in found:
            refuse(f"{name} holds two keys that are called {key_id}.")
        if not (key_id.isascii() and key_id.isalnum()) or len(key) != 32:
            refuse(f"{name} must look like k1:BASE64, with 32 bytes each; {KEYS_HINT}")
        found[key_id] = key
    return found or refuse(f"{name} is empty.")


def index_keys(name):
    """Read one key, or two during rotation: each search looks up every key."""
    found = keys(name)
    if len(found) > 2:
        refuse(f"{name} must be one key, or two while it changes: run rotate_keys, then take the old one away.")
    return found


# Hosts and addresses


def host_names(name, default=REQUIRED):
    """Read a list of full host names; exit for "*" or ".example.com", which match names that the operator never set."""
    value = comma_separated(name, default)
    if not value or any(not re.fullmatch(r"[\w:\[][\w.:\[\]-]*", host) for host in value):
        refuse(f"{name} must list whole names such as portal.example.com, without https:// and separated by commas.")
    return value


def site_url(name, default=REQUIRED):
    value = text(name, default).rstrip("/")
    if not re.fullmatch(r"https?://[\w.:\[\]-]+", value):
        refuse(f"{name} must be like https://portal.example.com, with https:// (or http://) and no path.")
    return value


def email_address(name, default):
    value = text(name, default)
    if not re.fullmatch(r"[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+", value):
        refuse(f"{name} must be an address, or a name with an address: BAMMS <no-reply@example.com>.")
    return value


def scanner_address(name):
    value = text(name, "")
    if not re.fullmatch(r"(off|[\w.-]+:\d{1,5}|/[^:]+)?", value):
        refuse(f"{name} must be like 127.0.0.1:3310, the path of a socket, or off.")
    return value


# Services


def database_url(name, default):
    with warnings.catch_warnings(action="ignore"):  # a warning about an invalid URL repeats its password
        database = setting(name, env.db_url, default)
    engine = database.get("ENGINE")
    if engine not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
        refuse(f"{name} must begin with sqlite:/// or postgres://.")
    if engine == "django.db.backends.sqlite3" and not Path(database["NAME"]).absolute().parent.is_dir():
        refuse(f"{name} names a file in a folder that does not exist.")
    if not database["NAME"]:
        refuse(f"{name} must end with the name of a database: postgres://user:password@host:5432/name.")
    return database


def cache_url(name, default):
    return setting(name, env.cache_url, default)


def email_url(name, default_backend=None):
    """Read all EMAIL_… settings from a URL. `default_backend` replaces a missing URL in development."""
    if default_backend and not text(name, ""):
        email = env.email_url_config("", backend=default_backend)
    else:
        email = setting(name, env.email_url)
    return {"EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False, **email}


# Files and folders


def existing_file(name):
    value = text(name, "")
    if value and not Path(value).is_file():
        refuse(f"{name} must be the path of a file that holds the hashes of breached passwords.")
    return value


def private_folder(name, default, served):
    """Read the path of a folder that lies in none of the `served` ones."""
    path = Path(text(name, str(default)) or "/").absolute()
    if any(path.is_relative_to(folder) for folder in served):
        refuse(f"{name} must not lie in a folder that is served to everybody.")
    if path == Path("/") or path.is_file():
        refuse(f"{name} must name a folder of its own.")
    return path


def file_path(name, default):
    path = Path(text(name, str(default))).absolute()
    if path.is_dir():
        refuse(f"{name} must name a file, not a folder.")
    return path
