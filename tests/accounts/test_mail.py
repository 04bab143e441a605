import logging
import smtplib
from datetime import timedelta
from pathlib import Path

import allauth
import pytest
from django.conf import settings as site_settings
from django.core import mail as outbox_of
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from accounts import mail, tasks
from tests.factories import UserFactory

QUEUED = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
TEMPLATES = Path(site_settings.BASE_DIR) / "templates" / "emails" / "account"


@pytest.fixture
def outbox():
    return outbox_of.outbox


@pytest.fixture
def queued(transactional_db):  # the worker opens and closes connections of its own
    with override_settings(TASKS=QUEUED):
        yield DBTaskResult.objects


@pytest.fixture
def broken_server(monkeypatch):
    def refuse(self, messages):
        raise smtplib.SMTPRecipientsRefused({"ann@example.com": (550, b"no such ann@example.com")})

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)


def work(**options):
    call_command("db_worker", batch=True, interval=0, reload=False, startup_delay=False, verbosity=0, **options)


@pytest.mark.django_db
def test_tell_writes_in_the_language_of_the_account_with_one_link(outbox, settings):
    settings.SITE_URL = "https://portal.example"
    for language in ("id", "en"):
        with translation.override("en" if language == "id" else "id"):
            mail.email_user(
                user=UserFactory(language=language), template="account/password_changed", url_name="devmail"
            )
    _indonesian, english = outbox
    assert english.subject == "Your password was changed"
    assert english.body.count("https://") == 1
    assert "https://portal.example/dev/mail/" in english.body
    assert "You receive this email because" in english.body
    assert "\n\n\n" not in english.body
    assert english.extra_headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.django_db
def test_tell_writes_indonesian_to_an_account_without_a_language(monkeypatch):
    written = []
    monkeypatch.setattr(tasks, "render_to_string", lambda *args: written.append(translation.get_language()) or "x")
    with translation.override("en"):
        mail.email_user(user=UserFactory(language=""), template="any")
    assert set(written) == {"id"}


@pytest.mark.django_db
def test_tell_puts_facts_into_the_letter(monkeypatch, outbox):
    monkeypatch.setattr(tasks, "render_to_string", lambda name, words: f"{words['count']} due")
    mail.email_user(user=UserFactory(), template="any", facts={"count": 3})
    assert outbox[0].subject == "3 due"


@pytest.mark.django_db
def test_tell_says_nothing_to_a_deactivated_account(outbox):
    mail.email_user(user=UserFactory(is_active=False), template="account/password_changed")
    assert not outbox


def test_tell_leaves_no_clear_personal_data_in_the_queue(queued):
    user = UserFactory(email="ann@example.com", name="Ann Bell")
    mail.email_user(user=user, template="account/password_changed")
    mail.email_address(email="ann@example.com", language="id", template="account/account_made", path="/secret/link/")
    waiting = str(list(queued.values_list("args_kwargs", flat=True)))
    assert f"'user_id': {user.pk}" in waiting
    for secret in ("ann@", "Ann", "secret"):
        assert secret not in waiting


def test_tell_is_rolled_back_with_its_transaction(queued):
    user = UserFactory()
    with transaction.atomic():
        mail.email_user(user=user, template="account/password_changed")
        mail.email_address(email="a@example.com", language="id", template="account/account_made", path="/")
        assert queued.count() == 2
        transaction.set_rollback(True)
    assert not queued.exists()


def test_worker_sends_what_was_queued(queued, outbox):
    mail.email_address(email="a@example.com", language="en", template="account/account_made", path="/secret/")
    assert not outbox
    work()
    assert [message.to for message in outbox] == [["a@example.com"]]
    assert "/secret/" in outbox[0].body


@pytest.mark.background_failure
def test_worker_tries_again_for_two_days(queued, broken_server, caplog, outbox):
    mail.email_address(email="ann@example.com", language="id", template="account/account_made", path="/secret/")
    waits = []
    with caplog.at_level(logging.INFO):
        for _try in range(8):
            now = timezone.now()
            work()
            later = queued.filter(status="READY").first()
            if later:
                waits.append(later.run_after - now)
                queued.filter(pk=later.pk).update(run_after=now)
    assert queued.count() == 8
    assert [round(wait / timedelta(minutes=1)) for wait in waits] == [1, 5, 30, 120, 360, 720, 1440]
    last = queued.get(status="FAILED")
    assert last.exception_class_path == "accounts.tasks.MailNotSent"
    assert not outbox
    for text in (caplog.text, last.traceback):
        assert "account/account_made" in text
        assert "ann@example.com" not in text
        assert "/secret/" not in text
    assert "try 8 of 8" in caplog.text


@pytest.mark.django_db
@pytest.mark.background_failure
def test_sending_at_once_fails_quietly_for_the_person(broken_server, caplog):
    mail.email_user(user=UserFactory(email="ann@example.com"), template="account/password_changed")
    assert "not sent" in caplog.text
    assert "ann@example.com" not in caplog.text


def allauth_letters():
    folder = Path(allauth.__file__).parent / "templates/account/email"
    names = {path.name.removesuffix("_subject.txt") for path in folder.glob("*_subject.txt")}
    return sorted(name for name in names if "code" not in name)


@pytest.mark.parametrize("name", [*allauth_letters(), "account_made"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_account_letter_is_ours_and_says_why_it_came(name, language):
    letter = tasks.write(to="ann@example.com", language=language, template=f"account/{name}", path="/here/", facts={})
    assert letter.subject
    assert "\n" not in letter.subject
    assert letter.body.count("http") == 1
    assert "/here/" in letter.body
    assert "ann@" not in letter.body + letter.subject
    assert (TEMPLATES / f"{name}.txt").read_text().count("{%") <= 10
