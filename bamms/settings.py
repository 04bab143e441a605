"""Django settings of BAMMS, safe by default.

What differs between installations is read by `bamms.environment`; `.env.example` lists it. A missing or broken setting
stops the start with a sentence that names it, and so do settings that are unsafe together (`bamms.startup_checks`).
"""

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from bamms import environment as env
from bamms.column_names import column_name

MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60  # seconds
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env.make_folder(BASE_DIR / "var")
env.read_file(BASE_DIR / ".env")

# Core
DEBUG = env.on_or_off("DEBUG", False)
SECRET_KEY = env.secret_key("SECRET_KEY")
ALLOWED_HOSTS = env.host_names("ALLOWED_HOSTS", ["127.0.0.1", "localhost"] if DEBUG else env.REQUIRED)
SITE_URL = env.site_url("SITE_URL", "http://localhost:8000" if DEBUG else env.REQUIRED)
ROOT_URLCONF = "bamms.urls"
# No WSGI_APPLICATION: bamms.wsgi refuses DEBUG, and the development server then takes Django's own
ASGI_APPLICATION = "bamms.asgi.application"
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
    "privacy.middleware.RestoredDatabaseMiddleware",
    "bamms.rate_limits.LimitMiddleware",
    "bamms.middleware.OddRequestMiddleware",
    "bamms.middleware.NotFoundMiddleware",
    "tenants.middleware.UsageMiddleware",
]
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

# Database, cache and background tasks
DATABASES = {"default": env.database_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        # recursive_triggers: without it INSERT OR REPLACE bypasses the append-only triggers
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
    )
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
# The weakest sslmode that is accepted for PostgreSQL on another host
DATABASE_TLS = env.one_of("DATABASE_TLS", "verify-full", env.TLS_MODES)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": env.cache_url("CACHE_URL", "dbcache://bamms_cache?max_entries=500000")}
TASKS = {"default": {"BACKEND": env.installed_class("TASKS_BACKEND", "django_tasks_db.DatabaseBackend")}}

# Encryption at rest, and the seals of evidence
FIELD_KEYS = env.keys("FIELD_KEYS")
# An old key must stay for as long as there is evidence sealed with it
EVIDENCE_KEYS = env.keys("EVIDENCE_KEYS")
# Private Ed25519 keys: the first signs checkpoints of the transparency log, the public keys of all are served
CHECKPOINT_KEYS = env.keys("CHECKPOINT_KEYS")
# Two during rotation: the first writes, both are searched, until `rotate_keys` has computed all indexes again
BLIND_INDEX_KEYS = env.index_keys("BLIND_INDEX_KEY")

# Authentication
AUTH_USER_MODEL = "accounts.User"
# The only backend: it loads the signed-in user together with `must_consent`, in one query
AUTHENTICATION_BACKENDS = ["privacy.backends.ConsentBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
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
BREACHED_PASSWORDS = env.existing_file("BREACHED_PASSWORDS")
# Clause 5.4, regular change: days until a reminder (0: never), and whether the change is then required
PASSWORD_REMIND_DAYS = env.number("PASSWORD_REMIND_DAYS", 180, least=0, most=3650)
PASSWORD_CHANGE_REQUIRED = env.on_or_off("PASSWORD_CHANGE_REQUIRED", False)

# django-allauth: accounts
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
# allauth limits only confirmation emails and second factors. The rest is in LIMITS below, which tell the user the time
# from which to go on and do not depend on the Host header
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
# Sensitive acts require reauthentication if the last one is older than the timeout in seconds
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# No codes by email: whoever uses an unattended browser can often open the mailbox too
ACCOUNT_REAUTHENTICATION_METHODS = {"password", "mfa"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300

# django-allauth: second factor. Staff, vendors and superusers must have one, tenants may; off for the demo's staff
SECOND_FACTOR = env.on_or_off("SECOND_FACTOR", not DEBUG)
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

# Sessions, cookies and messages. Clause 7: session cookies only, nothing permanent is set.
# Encryption in transit (clause 4): off only in development, and in tests, which speak plain HTTP
TLS = env.on_or_off("TLS", not DEBUG)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# A session ends after so many minutes without use, and so many seconds after the sign-in (clause 5.3)
SESSION_IDLE_MINUTES = env.number("SESSION_IDLE_MINUTES", 30, most=24 * 60)
SESSION_COOKIE_AGE = env.number("SESSION_COOKIE_AGE", 8 * 60 * 60, least=60, most=30 * 24 * 60 * 60)
CSRF_COOKIE_AGE = LANGUAGE_COOKIE_AGE = None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = TLS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
if TLS:  # browsers accept the prefix __Host- only over TLS, and without a domain
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    LANGUAGE_COOKIE_NAME = "__Host-language"
CSRF_FAILURE_VIEW = "bamms.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = env.comma_separated("CSRF_TRUSTED_ORIGINS", [])
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Security
SECURE_SSL_REDIRECT = SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = TLS
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 365 * DAY, least=0, most=3650 * DAY) if TLS else 0
BEHIND_TLS_PROXY = env.on_or_off("BEHIND_TLS_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS_PROXY else None
# Number of our own proxies in front of the site, to read the visitor's address from X-Forwarded-For
TRUSTED_PROXY_COUNT = ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0, least=0, most=10)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        # The deprecated directive, and its successor, which names an endpoint of the header Reporting-Endpoints
        "report-uri": ["/csp-report/"],
        "report-to": ["csp"],
    }
}

# Globalization: Indonesian is the default and prevails
LANGUAGE_CODE = MODELTRANSLATION_DEFAULT_LANGUAGE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "bamms.formats"
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Jakarta"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("id", "en")
MODELTRANSLATION_BUILD_LOCALIZED_VERBOSE_NAME = column_name
PHONENUMBER_DEFAULT_REGION = "ID"
PHONENUMBER_DB_FORMAT = "E164"

# Static files
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_MANIFEST_STRICT = False  # a file missing from the manifest must not make a page fail
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no CORS header
# With a charset, which WhiteNoise adds only to text/…
WHITENOISE_MIMETYPES = {".svg": "image/svg+xml; charset=utf-8"}

# File storage and uploads
STORAGES = {
    "default": {"BACKEND": "privacy.files.uploads.PrivateStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
PRIVATE_FILES_DIR = env.private_folder(
    "PRIVATE_FILES_DIR", VAR_DIR / "private", served=[*STATICFILES_DIRS, STATIC_ROOT]
)
# The journal of evidence, outside the database and its backups: `replay_journal` reads it after a restore
EVIDENCE_JOURNAL = env.file_path("EVIDENCE_JOURNAL", VAR_DIR / "journal.jsonl")
# An upload stays in memory until it is encrypted: nothing is written to a temporary folder in clear
FILE_UPLOAD_HANDLERS = ["privacy.files.uploads.MemoryUploads"]
UPLOAD_MAX_MB = env.number("UPLOAD_MAX_MB", 5, most=100)  # megabytes a file
UPLOAD_MAX_MEGAPIXELS = env.number("UPLOAD_MAX_MEGAPIXELS", 40, most=200)
# The virus scanner for all uploads: host:port of clamd, or the path of its socket. A site that others can reach does
# not start without one, unless this is "off" (ASVS 5.4.3)
CLAMD_ADDRESS = env.scanner_address("CLAMD_ADDRESS")
IMPORT_MAX_ROWS = env.number("IMPORT_MAX_ROWS", 10_000, most=100_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 5  # per request, empty file fields included

# Email. In development it is printed, and can be read at /dev/mail/
email = env.email_url("EMAIL_URL", default_backend="accounts.development_mail.DevelopmentMail" if DEBUG else None)
EMAIL_BACKEND, EMAIL_FILE_PATH = email["EMAIL_BACKEND"], email["EMAIL_FILE_PATH"]
EMAIL_HOST, EMAIL_PORT = email["EMAIL_HOST"], email["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = email["EMAIL_HOST_USER"], email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = email["EMAIL_USE_TLS"], email["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.email_address("DEFAULT_FROM_EMAIL", "BAMMS <no-reply@localhost>")
MAIL_DIR = VAR_DIR / "mail"  # of the development mail; not used in production

# Logging to standard error: lines of JSON, or plain text in development
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "bamms.logs.JsonFormatter"},
        "line": {"()": "bamms.logs.LineFormatter", "format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line" if DEBUG else "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Without Django's own handlers, one of which emails whole requests with their data
    "loggers": {"django": {"handlers": [], "level": "INFO", "propagate": True}},
}

# Deadlines and limits, with their source
ANSWER_HOURS = env.number("ANSWER_HOURS", 72, most=8760)  # 3×24 hours: articles 30, 32, 40, 41 UU PDP
# Younger people consent through a parent or guardian (article 25 UU PDP, which names no age; 18: Law 35 of 2014)
AGE_OF_MAJORITY = env.number("AGE_OF_MAJORITY", 18, least=12, most=21)
INVITATION_HOURS = env.number("INVITATION_HOURS", 72, most=8760)
GRANT_MAX_DAYS = env.number("GRANT_MAX_DAYS", 366, most=366)  # "a year at most"
GRANT_JOB_DAYS = env.number("GRANT_JOB_DAYS", 31, most=366)  # longer ones need the optional consent `longer_sharing`
ASK_AGAIN_DAYS = env.number("ASK_AGAIN_DAYS", 30, least=0, most=3650)  # until a vendor may repeat a request
ATTEST_DAYS = env.number("ATTEST_DAYS", 14, least=0, most=365)  # to state the deletion of data: clauses 2.5, 2.6
ANNOUNCE_DAYS = env.number("ANNOUNCE_DAYS", 7, least=0, most=365)  # of a material change: article 21(2) UU PDP
JOURNAL_DAYS = env.number("JOURNAL_DAYS", 730, least=366, most=3650)  # a trigger keeps rows for a year
CLAIMS_PER_DAY = env.number("CLAIMS_PER_DAY", 5)  # per account
CLAIMS_PER_ADDRESS = env.number("CLAIMS_PER_ADDRESS", 20)  # a day, per IP address, which a building may share
# (count, seconds) for one person and for one network (`accounts.throttling`), applied by `bamms.rate_limits`
LIMITS = {
    # `accounts.login_limits` explains how these work together; only failures stay counted
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
