"""A setting that is missing or broken stops the start with a sentence that names it."""

import base64
import os
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import environ
import pytest
from django.apps import apps
from django.conf import settings
from gunicorn.config import Config
from gunicorn.http.parser import RequestParser

from bamms import development, startup_checks

ROOT = Path(settings.BASE_DIR)


# Keys of chance, made by `python -m bamms.development` for this test alone
PRODUCTION = {
    "DEBUG": None,
    "TLS": None,
    "ALLOWED_HOSTS": "portal.example.com",
    "SITE_URL": "https://portal.example.com",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.com:587",
    "CLAMD_ADDRESS": "/run/clamav/clamd.ctl",
    "CACHE_URL": None,
    "BEHIND_TLS_PROXY": "on",
    "TRUSTED_PROXY_COUNT": "1",
    "DATABASE_URL": None,
    "SECRET_KEY": "bT4nJzVgn0C0tbhTqW8zvK5Nn1cBv0zX7bq4C2n9YvJQ3mZr6aUe8sLwDkFhGp",
    "FIELD_KEYS": "k1:gV3nq1J6s0mYtE0b0m5r3lJx7c8v2hK9wQzLrUfTnAM=",
    "BLIND_INDEX_KEY": "b1:Zk9wQzLrUfTnAMgV3nq1J6s0mYtE0b0m5r3lJx7c8v0=",
    "EVIDENCE_KEYS": "e1:mYtE0b0m5r3lJx7c8v2hK9wQzLrUfTnAMgV3nq1J6s0=",
    "CHECKPOINT_KEYS": "c1:q7Zt2mX9rK4vB1nH6sYc8dLw0eJf3uGaTpQoWiRkVyM=",
}


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Read the settings anew with the tests' environment changed (None: unset), and check them as at a start."""

    def _start(**changed):
        copy = tmp_path / "bamms" / "settings.py"  # without the .env that a developer has beside the real one
        copy.parent.mkdir()
        copy.write_text((ROOT / "bamms" / "settings.py").read_text())
        for name, value in changed.items():
            monkeypatch.delenv(name, raising=False) if value is None else monkeypatch.setenv(name, value)
        site = SimpleNamespace(**runpy.run_path(str(copy)))
        startup_checks.check_settings(site)
        return site

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(environ.FileAwareEnv.ENVIRON, "files_cache", {})
    with patch.dict(os.environ):
        yield _start


def test_what_cannot_be_read_is_not_repeated(start):
    """It may be a password."""
    with pytest.raises(SystemExit, match="In a password, all but letters") as stopped:
        start(EMAIL_URL="smtp://user:half#raha@mail.example.com:587")
    assert "half" not in str(stopped.value)
    assert "raha" not in str(stopped.value)


def test_the_environment_wins_over_a_file_that_env_names(start, tmp_path, monkeypatch):
    """Or a restore that is tried out would work on the database of the site."""
    (tmp_path / "url").write_text("sqlite:///:memory:")
    (tmp_path / ".env").write_text(f"DATABASE_URL_FILE={tmp_path / 'url'}\n")
    monkeypatch.delenv("DATABASE_URL_FILE", raising=False)
    assert start(DATABASE_URL="postgres:///restored").DATABASES["default"]["NAME"] == "restored"


def test_an_env_that_this_account_may_not_read_is_not_taken_for_none(start, tmp_path, monkeypatch):
    (tmp_path / ".env").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != ".env")
    with pytest.raises(SystemExit, match=r"\.env is there, and this account may not read it"):
        start()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", None),
        ("SECRET_KEY", "too-short"),
        ("FIELD_KEYS", None),
        ("FIELD_KEYS", ""),
        ("FIELD_KEYS", "k1:not base64"),
        ("FIELD_KEYS", "k1:c2hvcnQ="),
        ("FIELD_KEYS", f"k.1:{'A' * 43}="),
        ("BLIND_INDEX_KEY", None),
        ("BLIND_INDEX_KEY", "k1:c2hvcnQ="),
        ("ALLOWED_HOSTS", None),
        ("SITE_URL", None),
        ("SITE_URL", "portal.example.com"),
        ("EMAIL_URL", None),
        ("EMAIL_URL", "pigeon://coop"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "dbase://x"),
        ("CACHE_URL", "nonsense"),
        ("DEBUG", "maybe"),
        ("TLS", "onn"),
        ("BEHIND_TLS_PROXY", "perhaps"),
        ("TASKS_BACKEND", ""),
        ("TASKS_BACKEND", "nope.Backend"),
        ("DATABASE_URL", "postgres://"),
        ("DATABASE_URL", "sqlite:////nonexistent/folder/db.sqlite3"),
        ("SECRET_KEY_FILE", "/nonexistent"),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "https://portal.example.com"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "portal.example.com,.example.com"),
        ("DATABASE_TLS", "prefer"),
        ("SITE_URL", "https://a b"),
        ("SITE_URL", "https://"),
        ("PRIVATE_FILES_DIR", ""),
        ("PRIVATE_FILES_DIR", "/etc/passwd"),
        ("PRIVATE_FILES_DIR", "static/private"),
        ("DEFAULT_FROM_EMAIL", "nonsense"),
        ("FIELD_KEYS", f"k1:{'A' * 43}=,k1:{'B' * 43}="),
        ("FIELD_KEYS", f"kü:{'A' * 43}="),
        ("BLIND_INDEX_KEY", f"k1:{'A' * 43}=,k2:{'B' * 43}=,k3:{'C' * 43}="),
        ("UPLOAD_MAX_MB", "0"),
        ("CLAMD_ADDRESS", "scanner"),
        ("BREACHED_PASSWORDS", "/not/here"),
        ("ANSWER_HOURS", "99999999999"),
        ("SESSION_COOKIE_AGE", "-1"),
        ("CLAIMS_PER_ADDRESS", "0"),
        ("GRANT_MAX_DAYS", "5000"),
        ("UPLOAD_MAX_MB", "five"),
        ("ANSWER_HOURS", ""),
    ],
)
def test_a_missing_or_broken_setting_is_named(start, name, value):
    with pytest.raises(SystemExit) as stopped:
        start(**{name: value})
    assert re.match(rf"BAMMS cannot start: .*\b{name}\b", str(stopped.value))


def test_the_key_of_the_blind_index_may_be_two_while_it_changes(start):
    keys = start(BLIND_INDEX_KEY=f"k2:{'A' * 43}=,k1:{'B' * 42}A=").BLIND_INDEX_KEYS
    assert list(keys) == ["k2", "k1"]


def test_production_is_safe_without_being_told(start):
    site = start(**PRODUCTION)
    assert not site.DEBUG
    assert site.SECOND_FACTOR
    assert site.TLS
    assert site.SESSION_COOKIE_SECURE
    assert site.SECURE_SSL_REDIRECT
    assert site.SECURE_HSTS_SECONDS == 31_536_000
    for name, cookie in (("SESSION", "session"), ("CSRF", "csrf"), ("LANGUAGE", "language")):
        assert getattr(site, f"{name}_COOKIE_NAME") == f"__Host-{cookie}"
    assert site.PASSWORD_HASHERS[0] == "django.contrib.auth.hashers.Argon2PasswordHasher"


TESTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest_env"]
READABLE = base64.b64encode(b"change me, change me, change me!").decode()
FEW_BYTES = base64.b64encode(b"\0\1" * 16).decode()
TWICE = PRODUCTION["FIELD_KEYS"].partition(":")[2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "on"),
        ("SECRET_KEY", TESTS["SECRET_KEY"]),
        ("SECRET_KEY", "changeme" * 7),
        ("SECRET_KEY", "django-insecure-bT4nJzVgn0C0tbhTqW8zvK5Nn1cBv0zX7bq4C2n9YvJQ3mZr6"),
        ("FIELD_KEYS", TESTS["FIELD_KEYS"]),
        ("BLIND_INDEX_KEY", TESTS["BLIND_INDEX_KEY"]),
        ("EVIDENCE_KEYS", TESTS["EVIDENCE_KEYS"]),
        ("CHECKPOINT_KEYS", TESTS["CHECKPOINT_KEYS"]),
        ("EVIDENCE_KEYS", f"{PRODUCTION['EVIDENCE_KEYS']},e0:{READABLE}"),
        ("FIELD_KEYS", f"k1:{FEW_BYTES}"),
        ("BLIND_INDEX_KEY", f"b1:{TWICE}"),
        ("EVIDENCE_KEYS", f"e1:{TWICE}"),
        ("FIELD_KEYS", f"k1:{TWICE},k2:{TWICE}"),
        ("SECRET_KEY", f"and-more-{TWICE}"),
        ("EMAIL_URL", "smtp://mail.example.com"),
        ("DATABASE_URL", "postgres://u:p@db.example.com/bamms"),
        ("DATABASE_URL", "postgres://u:p@db.example.com/bamms?sslmode=prefer"),
        ("DATABASE_URL", "postgres://u:p@db.example.com/bamms?sslmode=require"),
        ("DATABASE_URL", "postgres://u:p@127.0.0.1,db.example.com/bamms"),
        ("DATABASE_URL", "postgres://u:p@/bamms?host=db.example.com"),
        ("DATABASE_URL", "postgres://u:p@/bamms?hostaddr=192.0.2.1"),
        ("CACHE_URL", "redis://cache.example.com:6379/0"),
        ("CACHE_URL", "rediss://cache.example.com:6379/0?ssl_cert_reqs=none"),
        ("CLAMD_ADDRESS", "scanner.example.com:3310"),
        ("CLAMD_ADDRESS", ""),
        ("CACHE_URL", "redis://127.0.0.1:6379,cache.example.com:6379/0"),
        ("CACHE_URL", "pymemcache://cache.example.com:11211"),
        ("SECURE_HSTS_SECONDS", "3600"),
        ("TLS", "off"),
        ("CACHE_URL", "dummycache://"),
        ("CACHE_URL", "locmemcache://"),
        ("EMAIL_URL", "consolemail://"),
        ("EMAIL_URL", "filemail:///tmp/mail"),
        ("EMAIL_URL", "memorymail://"),
        ("TRUSTED_PROXY_COUNT", "0"),
        ("SECOND_FACTOR", "off"),
    ],
)
def test_a_site_that_people_can_reach_does_not_start_with(start, name, value):
    with pytest.raises(SystemExit) as stopped:
        start(**(PRODUCTION | {name: value}))
    assert re.match(rf"BAMMS cannot start: .*\b{name}\b", str(stopped.value))
    assert value not in str(stopped.value) or len(value) < 20, "The sentence repeats what it was given."


@pytest.mark.parametrize(
    "changed",
    [
        {"DATABASE_URL": "postgres://u:p@db.example.com/bamms?sslmode=verify-full&sslrootcert=system"},
        {"DATABASE_URL": "postgres://u:p@db.example.com/bamms?sslmode=require", "DATABASE_TLS": "require"},
        {"DATABASE_URL": "postgres://u:p@127.0.0.1/bamms"},
        {"DATABASE_URL": "postgres:////var/run/postgresql/bamms"},
        {"EMAIL_URL": "smtp://localhost"},
        {"EMAIL_URL": "smtp+ssl://mail.example.com:465"},
        {"CACHE_URL": "redis://127.0.0.1:6379/0"},
        {"CACHE_URL": "redis:///var/run/redis.sock"},
        {"CACHE_URL": "rediss://cache.example.com:6379/0"},
        {"SECURE_HSTS_SECONDS": "0"},
        {"CLAMD_ADDRESS": "off"},
        {"CLAMD_ADDRESS": "127.0.0.1:3310"},
        {"EMAIL_URL": "dummymail://", "CACHE_URL": "locmemcache://"},
        {"BEHIND_TLS_PROXY": "off", "TRUSTED_PROXY_COUNT": "0"},
    ],
)
def test_a_site_that_people_can_reach_starts_with(start, changed):
    assert start(**(PRODUCTION | changed)).DEBUG is False


@pytest.mark.parametrize(
    "changed", [{"ALLOWED_HOSTS": "portal.example.com"}, {"SITE_URL": "http://portal.example.com"}]
)
def test_a_name_of_the_world_makes_it_production_even_without_tls(start, changed):
    """The public keys of the tests, in clear and behind some proxy: that is no test."""
    with pytest.raises(SystemExit, match="TLS must be on"):
        start(**changed)


def test_the_keys_of_the_tests_serve_nobody(start):
    with pytest.raises(SystemExit, match="holds an example"):
        start(**(PRODUCTION | {"FIELD_KEYS": os.environ["FIELD_KEYS"]}))


@pytest.mark.parametrize("name", ["PGHOST", "PGHOSTADDR", "PGSERVICE"])
def test_a_host_that_only_the_library_of_the_database_knows_is_reached_over_tls_too(start, monkeypatch, name):
    monkeypatch.setenv(name, "db.example.com")
    with pytest.raises(SystemExit, match="DATABASE_URL leads to another host"):
        start(**(PRODUCTION | {"DATABASE_URL": "postgres://u:p@/bamms"}))


def test_a_host_that_the_setting_names_wins_over_the_variables_of_the_library(start, monkeypatch):
    monkeypatch.setenv("PGHOST", "db.example.com")
    assert start(**(PRODUCTION | {"DATABASE_URL": "postgres://u:p@127.0.0.1/bamms"})).DEBUG is False


def test_the_example_holds_no_key_that_somebody_could_keep():
    example = (ROOT / ".env.example").read_text()
    for name in ("SECRET_KEY", "FIELD_KEYS", "EVIDENCE_KEYS", "CHECKPOINT_KEYS", "BLIND_INDEX_KEY"):
        assert f"\n{name}=\n" in example


@pytest.mark.parametrize("server", ["wsgi", "asgi"])
def test_a_server_of_production_refuses_debug(monkeypatch, settings, server):
    settings.DEBUG = True
    monkeypatch.setattr(f"django.core.{server}.get_{server}_application", lambda: None)
    with pytest.raises(SystemExit, match="BAMMS cannot start: DEBUG"):
        runpy.run_module(f"bamms.{server}")


def test_unsafe_settings_stop_servers_too(settings):
    """Django runs its system checks in none of them, but it gets every app ready."""
    settings.SECOND_FACTOR = False
    with pytest.raises(SystemExit, match="BAMMS cannot start: SECOND_FACTOR"):
        apps.get_app_config("bamms").ready()


def manage(**changed):
    """Run `manage.py check` in a process of its own."""
    environment = {name: value for name, value in (os.environ | changed).items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", "check"], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_manage_py_says_in_one_sentence_what_is_broken():
    done = manage(SECRET_KEY="too-short")
    assert done.returncode == 1
    assert re.fullmatch(r"BAMMS cannot start: SECRET_KEY must have 50 characters or more; .+\n", done.stderr)


def test_manage_py_starts_with_the_environment_of_production():
    done = manage(**PRODUCTION | {"DEBUG": "off", "TLS": "on"})
    assert done.returncode == 0, done.stderr


def test_a_server_of_production_starts_once_its_files_are_gathered(tmp_path):
    site = SimpleNamespace(DEBUG=False, STATIC_ROOT=tmp_path)
    with pytest.raises(SystemExit, match="collectstatic"):
        startup_checks.check_served(site)
    (tmp_path / "staticfiles.json").touch()
    startup_checks.check_served(site)


def test_gunicorn_leaves_it_to_django_what_came_over_tls():
    config = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    read = Config()
    for name in ("secure_scheme_headers", "forwarder_headers"):
        read.set(name, config[name])
    sent = b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-Ssl: on\r\nX-Forwarded-Proto: https\r\nScript_Name: /x\r\n\r\n"
    (request,) = RequestParser(read, iter([sent]), ("127.0.0.1", 1))
    assert request.scheme == "http"
    assert "SCRIPT_NAME" not in dict(request.headers)


def test_every_setting_stands_in_the_example_and_in_the_readme():
    text = (ROOT / "bamms" / "settings.py").read_text()
    names = set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', text))
    example = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    readme = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert example == names
    assert readme == names


def test_development_prints_settings_that_start(start, capsys):
    development.main()
    lines = capsys.readouterr().out.splitlines()
    fresh = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    site = start(**dict.fromkeys(("ALLOWED_HOSTS", "SITE_URL", "EMAIL_URL", "TLS")), **fresh)
    assert site.DEBUG
    assert site.EMAIL_BACKEND == "accounts.development_mail.DevelopmentMail"
