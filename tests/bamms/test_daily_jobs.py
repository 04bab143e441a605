"""What is done once a day, called as cron calls it."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from privacy.models import Announcement
from tests import factories as f

pytestmark = pytest.mark.django_db
QUEUED = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def test_vendors_are_reminded_of_deletion_statements_once(cast, mailoutbox):
    now = timezone.now()
    f.GrantFactory(agreement=cast.agreement, starts_at=now - timedelta(days=30), ends_at=now - timedelta(days=12))
    for _call in range(2):
        call_command("run_jobs", verbosity=0)
    assert [letter.to for letter in mailoutbox] == [["vera@example.com"]]


def test_an_announcement_that_stopped_is_taken_up_again(cast, mailoutbox):
    with override_settings(TASKS=QUEUED):  # no worker works here: the letters stay unwritten
        f.VersionFactory(in_force_from=timezone.now() + timedelta(days=9))
    call_command("run_jobs", verbosity=0)
    announcement = Announcement.objects.get()
    assert announcement.finished_at is not None
    assert announcement.told == len(mailoutbox) == f.User.objects.filter(is_active=True).count()
