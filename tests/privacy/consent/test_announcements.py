"""A change is told beforehand: to everyone, once, in time, and however often the worker is stopped (article 21(2))."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts import mail
from privacy.consent import announcements, legal_documents
from privacy.errors import Refused
from privacy.models import Announcement, DocumentVersion
from tests import factories as f

pytestmark = pytest.mark.django_db
QUEUED = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def midnight(days):
    day = timezone.localtime() + timedelta(days=days)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def later(days=9, **more):
    return f.VersionFactory(in_force_from=midnight(days), **more)


def addresses(mailoutbox):
    return sorted(letter.to[0] for letter in mailoutbox)


def active():
    return sorted(f.User.objects.filter(is_active=True).values_list("email", flat=True))


# Who is told, and what


def test_publishing_for_later_tells_every_active_account_once(mailoutbox):
    f.UserFactory.create_batch(3)
    f.UserFactory(is_active=False)
    version = later()
    assert addresses(mailoutbox) == active()
    announcement = Announcement.objects.get(version=version)
    assert announcement.told == len(active())
    assert announcement.finished_at is not None


def test_publishing_at_once_announces_nothing(mailoutbox):
    version = f.VersionFactory()
    assert mailoutbox == []
    assert not Announcement.objects.filter(version=version).exists()


def test_the_letter_gives_the_date_and_a_link_to_this_very_version(mailoutbox):
    reader = f.UserFactory(language="id")
    f.VersionFactory()
    version = later()
    by_address = {letter.to[0]: letter for letter in mailoutbox}
    indonesian = by_address.pop(reader.email)
    english = next(iter(by_address.values()))
    day = timezone.localdate(version.in_force_from)
    assert english.subject.startswith("A new Privacy Policy applies from")
    assert str(day.year) in indonesian.subject
    assert str(day.year) in english.subject
    for letter in (indonesian, english):
        assert letter.body.count("http://testserver/privacy/2.html") == 1
        assert "2.html\n" in letter.body
    assert "to answer again" in english.body
    assert "Article 21 of UU PDP" in english.body


def test_the_letter_about_the_terms_names_the_terms(mailoutbox):
    later(document=f.DocumentFactory(kind="terms", title_ind="Syarat", title_en="Terms"))
    assert mailoutbox[0].subject.startswith("New Terms and Conditions apply from")
    assert "http://testserver/terms/1.html" in mailoutbox[0].body
    assert "Privacy Policy" not in mailoutbox[0].body


def test_the_letter_about_an_editorial_version_asks_for_no_answer(mailoutbox):
    f.VersionFactory()
    later(material=False)
    assert "you need not answer again" in mailoutbox[0].body
    assert "asked to read it" not in mailoutbox[0].body


# Once each


def test_sent_again_it_tells_nobody_twice(mailoutbox):
    version = later()
    for _run in range(2):
        announcements.send.call(version_id=version.pk)
    assert addresses(mailoutbox) == active()
    assert Announcement.objects.get(version=version).told == len(active())


@override_settings(TASKS=QUEUED)
def test_a_worker_that_was_stopped_goes_on_where_it_was(monkeypatch):
    """What a broken batch wrote is undone with it, its letters too; the batches before it stay."""
    f.UserFactory.create_batch(5)
    version, tell, told = later(), mail.email_user, []

    def stopped(*, user, **what):
        told.append(user)
        tell(user=user, **what)
        if len(told) == 4:
            raise SystemExit

    monkeypatch.setattr(announcements, "BATCH", 2)
    monkeypatch.setattr(mail, "email_user", stopped)
    with pytest.raises(SystemExit):
        announcements.send.call(version_id=version.pk)
    assert (Announcement.objects.get().told, len(letters())) == (2, 2)
    monkeypatch.setattr(mail, "email_user", tell)
    announcements.send.call(version_id=version.pk)
    assert sorted(letters()) == sorted(f.User.objects.filter(is_active=True).values_list("pk", flat=True))
    assert Announcement.objects.get().told == len(letters())


def letters():
    """The accounts that the queued letters are for."""
    queued = DBTaskResult.objects.filter(task_path="accounts.tasks.send_to_user")
    return [row.args_kwargs["kwargs"]["user_id"] for row in queued]


@override_settings(TASKS=QUEUED)
def test_resume_takes_up_what_is_unfinished_and_nothing_else():
    version = later()
    DBTaskResult.objects.all().delete()
    assert announcements.resume() == 1
    (taken_up,) = DBTaskResult.objects.all()
    assert (taken_up.task_path, taken_up.args_kwargs["kwargs"]) == (
        "privacy.consent.announcements.send",
        {"version_id": version.pk},
    )
    announcements.send.call(version_id=version.pk)
    assert announcements.resume() == 0


def test_each_batch_is_kept_with_its_mark(monkeypatch, mailoutbox):
    """Three batches of two, and a last one that finds fewer."""
    monkeypatch.setattr(announcements, "BATCH", 2)
    with override_settings(TASKS=QUEUED):
        version = later()
        f.UserFactory.create_batch(7 - len(active()))
    marks = []
    while announcements._send_batch(version.pk):
        marks.append(Announcement.objects.get().told)
    assert marks == [2, 4, 6]
    assert Announcement.objects.get().told == 7 == len(mailoutbox)


def test_publishing_that_is_undone_announces_nothing():
    draft = f.VersionFactory(published=False, in_force_from=midnight(9))
    with override_settings(TASKS=QUEUED):
        with transaction.atomic():
            legal_documents.publish(version=draft, by=f.UserFactory())
            assert DBTaskResult.objects.get().task_path == "privacy.consent.announcements.send"
            transaction.set_rollback(True)
        assert not DBTaskResult.objects.exists()
    assert not Announcement.objects.exists()


def test_publishing_for_later_costs_the_same_however_many_people_there_are():
    counts = []
    for people in (3, 10):
        f.UserFactory.create_batch(people)
        draft, publisher = f.VersionFactory(published=False, in_force_from=midnight(9)), f.UserFactory()
        legal_documents.subjects.get_or_create_for(publisher)
        with override_settings(TASKS=QUEUED), CaptureQueriesContext(connection) as caught:
            legal_documents.publish(version=draft, by=publisher)
        counts.append(len(caught))
    assert counts[0] == counts[1]


# In time


@pytest.fixture
def week(settings):
    settings.ANNOUNCE_DAYS = 7


def refused(draft):
    with pytest.raises(Refused) as caught:
        legal_documents.publish(version=draft, by=f.UserFactory())
    assert caught.value.code == "notice"
    assert not DocumentVersion.objects.get(pk=draft.pk).is_published
    assert not Announcement.objects.exists()
    return caught.value.message


@pytest.mark.parametrize("days", [None, 0, 1, 6])
def test_a_material_change_at_short_notice_is_refused(week, mailoutbox, days):
    f.VersionFactory()
    draft = f.VersionFactory(published=False, in_force_from=None if days is None else midnight(days))
    sentence = refused(draft)
    assert "People are told of a material change beforehand." in sentence
    assert str((timezone.localdate() + timedelta(days=7)).year) in sentence
    assert mailoutbox == []


def test_a_material_change_a_week_ahead_is_published(week, mailoutbox):
    f.VersionFactory()
    assert later(7).is_published
    assert len(mailoutbox) == len(active())


def test_the_first_version_of_each_document_may_apply_at_once(week):
    assert f.VersionFactory().is_in_force
    terms = f.DocumentFactory(kind="terms", title_ind="Syarat", title_en="Terms")
    assert f.VersionFactory(document=terms).is_in_force


def test_an_editorial_change_may_apply_at_once(week):
    f.VersionFactory()
    assert f.VersionFactory(material=False).is_in_force


def test_no_notice_is_needed_where_the_setting_says_so(settings):
    settings.ANNOUNCE_DAYS = 0
    f.VersionFactory()
    assert f.VersionFactory().is_in_force
