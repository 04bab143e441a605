"""One version, which staff see in the admin and operators on the command line."""

import runpy

import django
import pytest
from django.conf import settings

from bamms import __version__


@pytest.mark.parametrize("argument", ["version", "--version"])
def test_manage_py_prints_our_version_and_djangos(monkeypatch, capsys, argument):
    monkeypatch.setattr("sys.argv", ["manage.py", argument])
    runpy.run_path(str(settings.BASE_DIR / "manage.py"), run_name="__main__")
    assert capsys.readouterr().out == f"BAMMS {__version__} (Django {django.get_version()})\n"


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_admin_shows_staff_the_version(cast, sign_in, language):
    page = sign_in(cast.sam).get("/admin/", headers={"Accept-Language": language}).content.decode()
    assert f"BAMMS {__version__}" in page


def test_others_are_not_told_the_version(cast, client, sign_in):
    assert __version__ not in client.get("/").content.decode()
    assert __version__ not in sign_in(cast.ann).get("/home/").content.decode()
