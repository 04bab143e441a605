"""Reasons of looks are codes that each app registers; people read them in words."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.utils import translation

from privacy import access_reasons
from privacy.models import AccessRecord

START = """
import django
django.setup()
from privacy import access_reasons
print([code for code in ("own", "claim", "import", "export") if access_reasons.label(code) != code])
"""


@pytest.mark.parametrize(
    ("code", "english", "indonesian"),
    [
        ("own", "own look", "melihat data sendiri"),
        ("claim", "to check a claim", "untuk memeriksa klaim"),
        ("import", "to import the register of tenants", "untuk mengimpor daftar penghuni"),
        ("export", "to export the register of tenants", "untuk mengekspor daftar penghuni"),
    ],
)
def test_a_record_says_its_reason_in_the_language_of_the_reader(code, english, indonesian):
    record = AccessRecord(why=code)
    with translation.override("en"):
        assert record.get_why_display() == english
    with translation.override("id"):
        assert record.get_why_display() == indonesian


def test_a_code_that_is_no_longer_registered_shows_itself():
    assert AccessRecord(why="forgotten").get_why_display() == "forgotten"


def test_a_reason_with_a_number_names_the_request():
    with translation.override("en"):
        assert access_reasons.numbered("claim", "KL-2026-0001") == "to check claim KL-2026-0001"
    assert access_reasons.numbered("export", "KL-2026-0001") == ""


@pytest.mark.parametrize("code", ["claim", "own", "thirteen_long"])
def test_a_code_is_registered_once_and_fits_the_column(code):
    with pytest.raises(ValueError, match=code):
        access_reasons.register(code, "again")


def test_every_process_knows_the_reasons_of_all_apps():
    """Also one that has shown no page yet, such as the worker's."""
    shown = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-W", "ignore", "-c", START],
        cwd=settings.BASE_DIR, env=os.environ | {"DJANGO_SETTINGS_MODULE": "bamms.settings"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert shown.stdout.strip() == "['own', 'claim', 'import', 'export']"
