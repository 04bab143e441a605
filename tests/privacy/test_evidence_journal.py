"""The journal file: what a line holds, how lines follow each other, and what a killed process leaves."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from privacy import evidence_journal
from privacy.models import AccessRecord, ConsentEvent, Counter
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(settings):
    return settings.EVIDENCE_JOURNAL


def cursor():
    return Counter.objects.filter(kind="journal", year=0).values_list("last", flat=True).first()


def write(count):
    for number in range(count):
        evidence_journal.append([{"model": "privacy.AccessRecord", "id": f"{number:032x}", "mac": "t1:0"}])


def test_evidence_is_in_the_journal_once_it_is_committed(path, django_capture_on_commit_callbacks):
    version, user = f.VersionFactory(), f.UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        (event,) = f.agree(user)
        assert not path.exists()
    rows = [row for line in evidence_journal.lines() for row in line["rows"]]
    (row,) = [row for row in rows if row["model"] == "privacy.ConsentEvent"]
    assert (row["id"], row["mac"]) == (event.pk.hex, event.mac)
    assert row["columns"]["version_id"] == version.pk
    assert [needed["model"] for needed in row["with"]] == ["privacy.Presentation"]
    assert path.stat().st_mode & 0o077 == 0


def test_what_was_rolled_back_is_not_in_the_journal(path, django_capture_on_commit_callbacks):
    f.VersionFactory()
    user = f.UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        try:
            with transaction.atomic():
                f.agree(user)
                raise ValueError
        except ValueError:
            pass
    assert not [
        row for line in evidence_journal.lines() for row in line["rows"] if row["model"] == "privacy.ConsentEvent"
    ]


def test_words_of_staff_are_not_in_the_journal(cast, path, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        AccessRecord.objects.create(
            subject=cast.ann_entry.subject, actor=cast.bob_entry.subject, hat="staff", action="viewed", allowed=True,
            why="reveal", reference="Ann Wijaya called"
        )  # fmt: skip
    assert "called" not in path.read_text()


def test_lines_are_numbered_and_move_the_cursor(path):
    write(3)
    assert [line["number"] for line in evidence_journal.lines()] == [1, 2, 3]
    assert evidence_journal.last_number() == cursor() == 3
    Counter.objects.update(last=1)
    write(1)
    assert (evidence_journal.last_number(), cursor()) == (4, 1)


def test_lines_after_a_number_are_found_without_reading_all(path, monkeypatch):
    monkeypatch.setattr(evidence_journal, "BLOCK", 300)
    write(60)
    for after in (0, 1, 17, 42, 59, 60):
        assert [line["number"] for line in evidence_journal.lines(after)] == list(range(after + 1, 61))


def test_lines_since_a_moment_are_found_too(path, monkeypatch):
    monkeypatch.setattr(evidence_journal, "BLOCK", 300)
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        for _hour in range(40):
            write(1)
            clock.shift(3600)
    found = [line["number"] for line in evidence_journal.lines(since=start + timedelta(hours=25))]
    assert found == list(range(26, 41))


def test_a_long_line_is_read_whole(path, monkeypatch):
    monkeypatch.setattr(evidence_journal, "BLOCK", 64)
    evidence_journal.append([{"model": "privacy.AccessRecord", "id": "0", "mac": "x" * 1000}])
    write(1)
    assert evidence_journal.last_number() == 2


@pytest.mark.parametrize("rest", ['{"number": 3, "ro', "x" * 500])
def test_what_a_killed_process_left_of_a_line_is_replaced(path, monkeypatch, rest):
    monkeypatch.setattr(evidence_journal, "BLOCK", 64)
    write(2)
    with path.open("a") as file:
        file.write(rest)
    assert evidence_journal.last_number() == 2
    assert len(list(evidence_journal.lines())) == 2
    write(1)
    assert [line["number"] for line in evidence_journal.lines()] == [1, 2, 3]


def test_a_changed_line_and_a_line_taken_out_are_named(path):
    write(3)
    text = path.read_text()
    first, _second, third = text.splitlines(keepends=True)
    for forged, number in ((text.replace("t1:0", "t1:1", 1), "Line 1"), (first + third, "Line 3")):
        path.write_text(forged)
        with pytest.raises(evidence_journal.JournalError, match=number):
            list(evidence_journal.lines())
    path.write_text(first + "nothing\n" + third)
    with pytest.raises(evidence_journal.JournalError, match="cannot be read"):
        list(evidence_journal.lines())


def test_a_line_under_a_lost_key_names_the_key(path, settings):
    write(1)
    settings.EVIDENCE_KEYS = {"e9": b"9" * 32}
    with pytest.raises(
        evidence_journal.JournalError, match=r"Line 1 .* asks for the key 't1', which EVIDENCE_KEYS does not"
    ):
        list(evidence_journal.lines())


def test_a_journal_that_cannot_be_written_stops_nobody(settings, tmp_path, django_capture_on_commit_callbacks, caplog):
    settings.EVIDENCE_JOURNAL = tmp_path / "file" / "journal.jsonl"
    (tmp_path / "file").write_text("")
    f.VersionFactory()
    with django_capture_on_commit_callbacks(execute=True):
        f.agree(f.UserFactory())
    assert ConsentEvent.objects.count() == 1
    assert "Error calling" in caplog.text


def test_every_line_is_json_that_any_tool_reads(path):
    write(1)
    (line,) = path.read_text().splitlines()
    assert set(json.loads(line)) == {"number", "at", "rows", "previous", "mac"}
