"""A setting that is missing or broken stops the start with a sentence that names it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from bamms import development

ROOT = Path(settings.BASE_DIR)
PRINT_SETTINGS = """
import json, bamms.settings as settings
print(json.dumps({name: getattr(settings, name) for name in (
    "DEBUG", "TLS", "SESSION_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SITE_URL",
    "PASSWORD_HASHERS")}))
"""


def read_settings(tmp_path, **environment):
    """Read the settings in a process of their own, with the tests' environment changed (None: unset)."""
    # A copy without .env beside it: what a developer has there must not answer for the environment
    (tmp_path / "bamms").mkdir()
    (tmp_path / "bamms" / "__init__.py").touch()
    (tmp_path / "bamms" / "settings.py").write_text((ROOT / "bamms" / "settings.py").read_text())
    changed = {**os.environ, **environment, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    return subprocess.run(
        [sys.executable, "-c", PRINT_SETTINGS],
        env={name: value for name, value in changed.items() if value is not None},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


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
        ("SITE_URL", "https://a b"),
        ("SITE_URL", "https://"),
        ("PRIVATE_FILES_DIR", ""),
        ("PRIVATE_FILES_DIR", "/etc/passwd"),
        ("PRIVATE_FILES_DIR", "static/private"),
        ("DEFAULT_FROM_EMAIL", "nonsense"),
        ("FIELD_KEYS", f"k1:{'A' * 43}=,k1:{'B' * 43}="),
        ("FIELD_KEYS", f"kü:{'A' * 43}="),
        ("BLIND_INDEX_KEY", f"k1:{'A' * 43}=,k2:{'B' * 43}="),
        ("UPLOAD_MAX_MB", "0"),
        ("ANSWER_HOURS", "99999999999"),
        ("SESSION_COOKIE_AGE", "-1"),
        ("CLAIMS_PER_ADDRESS", "0"),
        ("GRANT_MAX_DAYS", "5000"),
        ("UPLOAD_MAX_MB", "five"),
        ("ANSWER_HOURS", ""),
    ],
)
def test_a_missing_or_broken_setting_is_named(tmp_path, name, value):
    done = read_settings(tmp_path, **{name: value})
    assert done.returncode != 0
    assert re.search(rf"^BAMMS cannot start: .*\b{name}\b", done.stderr, re.MULTILINE), done.stderr
    assert "Traceback" not in done.stderr


def test_production_is_safe_without_being_told(tmp_path):
    done = read_settings(tmp_path, DEBUG=None, TLS=None)
    for expected in ('"DEBUG": false', '"TLS": true', '"SESSION_COOKIE_SECURE": true', '"SECURE_SSL_REDIRECT": true'):
        assert expected in done.stdout
    assert '"SECURE_HSTS_SECONDS": 31536000' in done.stdout
    assert '"PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"' in done.stdout


def test_every_setting_stands_in_the_example_and_in_the_readme():
    text = (ROOT / "bamms" / "settings.py").read_text()
    names = set(re.findall(r'(?:setting|on_or_off|read_keys|number)\(\s*"([A-Z_]+)"', text))
    example = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    readme = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert example == names
    assert readme == names


def test_development_prints_settings_that_start(tmp_path, capsys):
    development.main()
    lines = capsys.readouterr().out.splitlines()
    fresh = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    done = read_settings(tmp_path, **dict.fromkeys(("ALLOWED_HOSTS", "SITE_URL", "EMAIL_URL", "TLS")), **fresh)
    assert done.returncode == 0, done.stderr
    assert '"DEBUG": true' in done.stdout
