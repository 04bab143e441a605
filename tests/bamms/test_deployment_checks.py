"""What `check --deploy` warns of: settings with which a site starts, and which no operator wants."""

import pytest
from django.core import checks
from django.db import connection

GOOD = {
    "SITE_URL": "https://portal.example.com",
    "ALLOWED_HOSTS": ["portal.example.com"],
    "DEFAULT_FROM_EMAIL": "BAMMS <portal@example.com>",
}


def told(**asked):
    found = checks.run_checks(include_deployment_checks=True, **asked)
    return {message.id for message in found if message.id.startswith("bamms.")} - {"bamms.W001"}


@pytest.mark.parametrize(
    ("changed", "warned"),
    [
        ({}, set()),
        ({"SITE_URL": "https://elsewhere.example"}, {"bamms.W002"}),
        ({"SITE_URL": "http://portal.example.com"}, {"bamms.W002"}),
        ({"DEFAULT_FROM_EMAIL": "BAMMS <no-reply@localhost>"}, {"bamms.W003"}),
        ({"DEFAULT_FROM_EMAIL": "no-reply@localhost"}, {"bamms.W003"}),
    ],
)
def test_half_a_configuration_is_told(settings, changed, warned):
    for name, value in (GOOD | changed).items():
        setattr(settings, name, value)
    assert told(tags=["security"]) == warned


def test_sqlite_is_told(monkeypatch):
    for vendor, warned in (("sqlite", True), ("postgresql", False)):
        monkeypatch.setattr(connection, "vendor", vendor)
        found = checks.run_checks(tags=["security"], include_deployment_checks=True)
        assert ("bamms.W001" in {message.id for message in found}) == warned
