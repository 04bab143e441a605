"""Every setting of BAMMS: the environment in, safe by default.

`.env.example` lists the variables. A missing or broken one stops the start with a sentence that
names it, because a half-configured portal full of identity cards is worse than none.
"""

import base64
import os
import re
from importlib.util import find_spec
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from accounts.bilingual import column_name
from bamms import startup_checks

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"


def refuse(sentence):
    raise SystemExit(f"BAMMS cannot start: {sentence}")


try:
    VAR_DIR.mkdir(mode=0o700, exist_ok=True)
except OSError as error:
    refuse(f"the folder {VAR_DIR} cannot be made ({error.strerror}). Make it, for the account that runs BAMMS.")
env = environ.FileAwareEnv()
if (BASE_DIR / ".env").exists() and not os.access(BASE_DIR / ".env", os.R_OK):
    refuse(".env is there, and this account may not read it. Run the command as the account that owns it.")
given = set(os.environ)
environ.Env.read_env(BASE_DIR / ".env")
# What the environment says wins over .env, also over a file that .env names for it
for name in given:
    if f"{name}_FILE" not in given:
        os.environ.pop(f"{name}_FILE", None)


def setting(name, read, default=environ.Env.NOTSET):
    """Read one variable; say in a sentence which one is missing or broken."""
    try:
        return read(name, default=default)
    except OSError as error:
        refuse(f"the file that {name}_FILE names cannot be read ({error.strerror}).")
    except ImproperlyConfigured as error:
        raise SystemExit(f"BAMMS cannot start: set {name} in the environment or in .env. {error}") from error
    except (ValueError, TypeError, KeyError):
        # Not in the error's words: they would repeat what may be a password
        hint = startup_checks.PERCENT if name.endswith("_URL") else ""
        refuse(f"{name} is set but cannot be read. See .env.example. {hint}".strip())


def number(name, default, least=1, most=1_000_000):
    """Read a whole number within its bounds: a limit of nothing would stop everybody, a huge one nobody."""
    value = setting(name, env.int, default)
    if not least <= value <= most:
        refuse(f"{name} must be a number from {least} to {most}.")
    return value


def on_or_off(name, default):
    """Read a switch, strictly: a misspelt "on" must not quietly mean off."""
    text = env.str(name, "on" if default else "off").lower()
    if text not in {*ON, *OFF}:
        refuse(f"{name} must be on or off.")
    return text in ON


ON, OFF = {"on", "true", "yes", "1"}, {"off", "false", "no", "0", ""}

# Where and how it runs
DEBUG = on_or_off("DEBUG", False)
SECRET_KEY = setting("SECRET_KEY", env.str)
if len(SECRET_KEY) < 50:
    refuse("SECRET_KEY must have 50 characters or more; make one with `python -m bamms.development`.")
ALLOWED_HOSTS = setting("ALLOWED_HOSTS", env.list, ["127.0.0.1", "localhost"] if DEBUG else environ.Env.NOTSET)
CSRF_TRUSTED_ORIGINS = setting("CSRF_TRUSTED_ORIGINS", env.list, [])
SITE_URL = setting("SITE_URL", env.str, "http://localhost:8000" if DEBUG else environ.Env.NOTSET).rstrip("/")
if not re.fullmatch(r"https?://[\w.:\[\]-]+", SITE_URL):
    refuse("SITE_URL must be like https://portal.example.com, with https:// (or http://) and no path.")
# Neither "*" nor ".example.com": whoever owns a name that we did not mean would be answered under it
if not ALLOWED_HOSTS or any(not re.fullmatch(r"[\w:\[][\w.:\[\]-]*", host) for host in ALLOWED_HOSTS):
    refuse("ALLOWED_HOSTS must list whole names such as portal.example.com, without https:// and separated by commas.")

INSTALLED_APPS = [
    "modeltranslation",
    "bamms.apps.BammsConfig",
    "bamms.apps.BammsAdminConfig",
    "tenants.apps.TenantsConfig",
    "privacy.apps.PrivacyConfig",
    "accounts.apps.AccountsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_countries",
    "phonenumber_field",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "bamms.logs.RequestMiddleware",
    # Outermost, so that files, redirects and refusals carry them too
    "bamms.middleware.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bamms.middleware.OddCookiesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.SessionExpiryMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.NoStoreMiddleware",
    "accounts.middleware.SignInRequiredMiddleware",
    "privacy.middleware.SecondFactorGate",
    "privacy.middleware.ConsentGate",
    "privacy.middleware.PasswordGate",
    "bamms.rate_limits.LimitMiddleware",
    "bamms.middleware.OddRequestMiddleware",
    "bamms.middleware.NotFoundMiddleware",
    "tenants.middleware.UsageMiddleware",
]
ROOT_URLCONF = "bamms.urls"
# No WSGI_APPLICATION: bamms.wsgi refuses DEBUG, and the development server then takes Django's own
ASGI_APPLICATION = "bamms.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bamms.context_processors.site",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database: SQLite unless DATABASE_URL says PostgreSQL
DATABASES = {"default": setting("DATABASE_URL", env.db_url, f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if DATABASES["default"].get("ENGINE") not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
    refuse("DATABASE_URL must begin with sqlite:/// or postgres://.")
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    if not Path(DATABASES["default"]["NAME"]).absolute().parent.is_dir():
        refuse("DATABASE_URL names a file in a folder that does not exist.")
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        # recursive_triggers: without it INSERT OR REPLACE slips past the append-only triggers
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
    )
    DATABASES["default"].setdefault("TEST", {})["MIGRATE"] = True
elif not DATABASES["default"]["NAME"]:
    refuse("DATABASE_URL must end with the name of a database: postgres://user:password@host:5432/name.")
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
# The least that a connection to PostgreSQL on another host must ask of that server
DATABASE_TLS = setting("DATABASE_TLS", env.str, "verify-full")
if DATABASE_TLS not in startup_checks.DATABASE_TLS:
    refuse(f"DATABASE_TLS must be one of {', '.join(startup_checks.DATABASE_TLS)}.")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": setting("CACHE_URL", env.cache_url, "dbcache://bamms_cache?max_entries=500000")}
TASKS = {"default": {"BACKEND": setting("TASKS_BACKEND", env.str, "django_tasks_db.DatabaseBackend")}}
if not find_spec(TASKS["default"]["BACKEND"].partition(".")[0] or "-"):
    refuse("TASKS_BACKEND must name a class that is installed, such as django_tasks_db.DatabaseBackend.")


# Keys for what is encrypted at rest: "id:base64 of 32 bytes", the first one writes, all of them read
def read_keys(name):
    keys = {}
    for item in setting(name, env.list):
        key_id, _colon, text = item.partition(":")
        try:
            key = base64.b64decode(text, validate=True)
        except ValueError:
            refuse(f"{name} holds a key ({key_id}) that is not base64.")
        if key_id in keys:
            refuse(f"{name} holds two keys that are called {key_id}.")
        if not (key_id.isascii() and key_id.isalnum()) or len(key) != 32:
            refuse(f"{name} must look like k1:BASE64, with 32 bytes each; make one with `python -m bamms.development`.")
        keys[key_id] = key
    return keys or refuse(f"{name} is empty.")


FIELD_KEYS = read_keys("FIELD_KEYS")
# The same for what seals evidence: an old key stays for as long as there is evidence that it sealed
EVIDENCE_KEYS = read_keys("EVIDENCE_KEYS")
# One key; two while it changes: the first writes, both are looked up, until `rotate_keys` has built the index anew
BLIND_INDEX_KEYS = read_keys("BLIND_INDEX_KEY")
if len(BLIND_INDEX_KEYS) > 2:
    refuse("BLIND_INDEX_KEY must be one key, or two while it changes: run rotate_keys, then take the old one away.")

# Accounts
AUTH_USER_MODEL = "accounts.User"
# The only backend: it loads the signed-in user together with `must_consent`, in one query
AUTHENTICATION_BACKENDS = ["privacy.backends.ConsentBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.SimilarityValidator", "OPTIONS": {"user_attributes": ["email", "name"]}},
    {"NAME": "accounts.passwords.LengthValidator", "OPTIONS": {"min_length": 10, "max_length": 1024}},
    {"NAME": "accounts.passwords.CommonValidator"},
    {"NAME": "accounts.passwords.BreachedValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.CompositionValidator"},
    {"NAME": "accounts.passwords.ContextValidator", "OPTIONS": {"names": "tenants.password_context.known_to"}},
]
BREACHED_PASSWORDS = setting("BREACHED_PASSWORDS", env.str, "")
if BREACHED_PASSWORDS and not Path(BREACHED_PASSWORDS).is_file():
    refuse("BREACHED_PASSWORDS must be the path of a file that holds the hashes of breached passwords.")
# Clause 5.4, regular change: after so many days a reminder (0: never), or no way on before it is changed
PASSWORD_REMIND_DAYS = number("PASSWORD_REMIND_DAYS", 180, least=0, most=3650)
PASSWORD_CHANGE_REQUIRED = on_or_off("PASSWORD_CHANGE_REQUIRED", False)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignupForm",
    "login": "accounts.forms.LoginForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
}
# allauth keeps only "no second letter at once" and its count of second factors. The rest are LIMITS below, which name
# the time and do not depend on the Host header
ACCOUNT_RATE_LIMITS = {
    "change_password": None,
    "login": None,
    "manage_email": None,
    "reauthenticate": None,
    "reset_password": None,
    "reset_password_from_key": None,
    "signup": None,
    "login_failed": "10/m/ip,5/5m/key",
    "confirm_email": "1/m/key",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_CHANGE_EMAIL = True  # one address a person; a new one replaces it once confirmed
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
# Sensitive acts ask who is there when the last sign-in is older; seconds
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# No code by mail: an open mailbox beside an open browser proves nothing
ACCOUNT_REAUTHENTICATION_METHODS = {"password", "mfa"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300

# The second factor: staff, vendors and superusers must have one, tenants may; the demo's staff have no phone
SECOND_FACTOR = on_or_off("SECOND_FACTOR", not DEBUG)
if not (SECOND_FACTOR or DEBUG):
    refuse("SECOND_FACTOR=off is for trying BAMMS on one's own machine, with DEBUG=on.")
MFA_ADAPTER = "accounts.mfa.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "BAMMS"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
MFA_FORMS = {
    "authenticate": "accounts.forms.FactorForm",
    "reauthenticate": "accounts.forms.ReauthenticateFactorForm",
    "activate_totp": "accounts.forms.ActivateTOTPForm",
    "authenticate_webauthn": "accounts.forms.PasskeyForm",
    "reauthenticate_webauthn": "accounts.forms.ReauthenticatePasskeyForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "edit_webauthn": "accounts.forms.EditPasskeyForm",
}

# Clause 7: session cookies only, nothing permanent is set
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Minutes without use, and seconds from the sign-in, after which a session is over (clause 5.3)
SESSION_IDLE_MINUTES = number("SESSION_IDLE_MINUTES", 30, most=24 * 60)
SESSION_COOKIE_AGE = number("SESSION_COOKIE_AGE", 8 * 60 * 60, least=60, most=30 * 24 * 60 * 60)
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = LANGUAGE_COOKIE_AGE = None
CSRF_FAILURE_VIEW = "bamms.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Encryption in transit (clause 4): off only in development, and in tests, which speak plain HTTP
TLS = on_or_off("TLS", not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT = TLS
if TLS:  # a browser takes a cookie of this name from this very host only, and over TLS only
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    LANGUAGE_COOKIE_NAME = "__Host-language"
A_YEAR = 31_536_000  # seconds
SECURE_HSTS_SECONDS = number("SECURE_HSTS_SECONDS", A_YEAR, least=0, most=10 * A_YEAR) if TLS else 0
if 0 < SECURE_HSTS_SECONDS < A_YEAR:
    refuse(
        f"SECURE_HSTS_SECONDS must be {A_YEAR} (a year) or more; 0 is for leaving HTTPS, and `check --deploy` warns."
    )
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = TLS
BEHIND_TLS_PROXY = on_or_off("BEHIND_TLS_PROXY", False)
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies of ours stand before the site: the address of a visitor is read behind them
TRUSTED_PROXY_COUNT = ALLAUTH_TRUSTED_PROXY_COUNT = number("TRUSTED_PROXY_COUNT", 0, least=0, most=10)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        # The older way to say it, and the newer: the name stands in the header Reporting-Endpoints
        "report-uri": ["/csp-report/"],
        "report-to": ["csp"],
    }
}

# Languages: Indonesian is the default and prevails
LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "bamms.formats"
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Jakarta"
MODELTRANSLATION_DEFAULT_LANGUAGE = "id"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("id", "en")
MODELTRANSLATION_BUILD_LOCALIZED_VERBOSE_NAME = column_name
PHONENUMBER_DEFAULT_REGION = "ID"
PHONENUMBER_DB_FORMAT = "E164"

# Files: static ones from the tree, private ones outside the web root, opened only through the one door
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_MANIFEST_STRICT = False  # a file that is not in the tree costs a page its look, and no answer
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site reads our files
# Said with its charset, as WhiteNoise says it for text/…
WHITENOISE_MIMETYPES = {".svg": "image/svg+xml; charset=utf-8"}
STATICFILES_DIRS = [BASE_DIR / "static"]
PRIVATE_FILES_DIR = Path(setting("PRIVATE_FILES_DIR", env.str, str(VAR_DIR / "private")) or "/").absolute()
if any(PRIVATE_FILES_DIR.is_relative_to(folder) for folder in (BASE_DIR / "static", STATIC_ROOT)):
    refuse("PRIVATE_FILES_DIR must not lie in a folder that is served to everybody.")
if Path("/") == PRIVATE_FILES_DIR or PRIVATE_FILES_DIR.is_file():
    refuse("PRIVATE_FILES_DIR must name a folder of its own.")
STORAGES = {
    "default": {"BACKEND": "privacy.files.uploads.PrivateStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
UPLOAD_MAX_MB = number("UPLOAD_MAX_MB", 5, most=100)  # megabytes a file
# An upload stays in memory until it is sealed: nothing lies in clear in a temporary folder
FILE_UPLOAD_HANDLERS = ["privacy.files.uploads.MemoryUploads"]
UPLOAD_MAX_MEGAPIXELS = number("UPLOAD_MAX_MEGAPIXELS", 40, most=200)
# A virus scanner that sees every upload: host:port of clamd, or the path of its socket. A site that people can reach
# does not start before one is named, or none is chosen by the word "off" (ASVS 5.4.3)
CLAMD_ADDRESS = setting("CLAMD_ADDRESS", env.str, "")
if not re.fullmatch(r"(off|[\w.-]+:\d{1,5}|/[^:]+)?", CLAMD_ADDRESS):
    refuse("CLAMD_ADDRESS must be like 127.0.0.1:3310, the path of a socket, or off.")
IMPORT_MAX_ROWS = number("IMPORT_MAX_ROWS", 10_000, most=100_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 5  # a request; places for files that were left empty count

# Who was erased, outside the database and its backups: `replay_erasures` reads it after a restore
ERASURE_JOURNAL = Path(setting("ERASURE_JOURNAL", env.str, str(VAR_DIR / "erasures.jsonl"))).absolute()
if ERASURE_JOURNAL.is_dir():
    refuse("ERASURE_JOURNAL must name a file, not a folder.")

# E-mail
if DEBUG and not env.str("EMAIL_URL", ""):
    EMAIL_BACKEND = "accounts.development_mail.DevelopmentMail"  # printed, and readable at /dev/mail/
else:
    vars().update(setting("EMAIL_URL", env.email_url))
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = SERVER_EMAIL = setting("DEFAULT_FROM_EMAIL", env.str, "BAMMS <no-reply@localhost>")
if not re.fullmatch(r"[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+", DEFAULT_FROM_EMAIL):
    refuse("DEFAULT_FROM_EMAIL must be an address, or a name with an address: BAMMS <no-reply@example.com>.")
MAIL_DIR = VAR_DIR / "mail"  # where development mail is kept; never used in production

# Clocks and limits, with their source
ANSWER_HOURS = number("ANSWER_HOURS", 72, most=8760)  # 3×24 hours: articles 30, 32, 40, 41 UU PDP
# Whoever is younger answers through a parent or guardian (article 25 UU PDP, which names no age; 18: Law 35 of 2014)
AGE_OF_MAJORITY = number("AGE_OF_MAJORITY", 18, least=12, most=21)
INVITATION_HOURS = number("INVITATION_HOURS", 72, most=8760)
GRANT_MAX_DAYS = number("GRANT_MAX_DAYS", 366, most=366)  # "a year at most"
# A permission for longer than one job needs the optional consent `longer_sharing`
GRANT_JOB_DAYS = number("GRANT_JOB_DAYS", 31, most=366)
# Before a vendor may repeat what a tenant did not give
ASK_AGAIN_DAYS = number("ASK_AGAIN_DAYS", 30, least=0, most=3650)
# Days a vendor has to state that it deleted what it may no longer see: clauses 2.5, 2.6
ATTEST_DAYS = number("ATTEST_DAYS", 14, least=0, most=365)
# Days before its date in force that a material change must be published: article 21(2) UU PDP
ANNOUNCE_DAYS = number("ANNOUNCE_DAYS", 7, least=0, most=365)
# Days that the security journal is kept; the database itself lets nothing younger than a year go
JOURNAL_DAYS = number("JOURNAL_DAYS", 730, least=366, most=3650)
CLAIMS_PER_DAY = number("CLAIMS_PER_DAY", 5)  # per account
CLAIMS_PER_ADDRESS = number("CLAIMS_PER_ADDRESS", 20)  # a day, per network address: a building shares one
MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60
# How often in how many seconds, for one person and from one place (`accounts.throttling`), on `bamms.rate_limits`
LIMITS = {
    # `accounts.login_throttling` tells how these work together: only failures stay counted
    "sign_in": {"person": (5, 5 * MINUTE), "network": (10, MINUTE)},
    "sign_in_strange": {"person": (20, HOUR)},
    "sign_in_slow": {"person": (1, 15 * MINUTE)},
    "sign_in_pass": {"person": (5, HOUR)},
    "second_step": {"person": (5, 5 * MINUTE)},
    "second_step_wrong": {"person": (5, DAY)},
    "second_step_told": {"person": (1, DAY)},
    "sign_in_page": {"network": (60, MINUTE)},
    "sign_up": {"network": (30, HOUR)},
    "letter": {"person": (5, HOUR)},
    "reset": {"person": (5, HOUR), "network": (30, HOUR)},
    "reset_link": {"network": (20, 10 * MINUTE)},
    "password": {"person": (10, 10 * MINUTE)},
    "confirm": {"person": (10, HOUR), "network": (60, HOUR)},
    "claim": {"person": (CLAIMS_PER_DAY, DAY), "network": (CLAIMS_PER_ADDRESS, DAY)},
    "invitation": {"person": (20, HOUR)},
    "language": {"network": (60, 10 * MINUTE)},
    "receipt": {"network": (60, 10 * MINUTE)},
    "download": {"person": (5, HOUR)},
    "reveal": {"person": (60, HOUR)},
    "find": {"person": (60, HOUR)},
    "search": {"person": (120, 10 * MINUTE)},
    "suggest": {"person": (300, 10 * MINUTE)},
    "export": {"person": (10, HOUR)},
    "import": {"person": (30, HOUR)},
    "upload": {"person": (60, HOUR), "network": (120, HOUR)},
    "file": {"person": (120, HOUR)},
    "vendor_list": {"person": (120, 10 * MINUTE)},
    "vendor_record": {"person": (200, HOUR)},
}

# Lines of JSON on standard error, for whatever gathers them; in development lines for people
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "bamms.logs.JsonFormatter"},
        "line": {
            "()": "bamms.logs.LineFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line" if DEBUG else "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Without Django's own handlers: one mails whole requests, with all that was sent
    "loggers": {"django": {"handlers": [], "level": "INFO", "propagate": True}},
}

if fault := next(startup_checks.faults(globals()), None):
    refuse(fault)
