"""A database restored from a backup is noticed before anything is shared, and the journal brings it up to date.

A backup is a savepoint here: rolling back to it takes the database back, and leaves the journal as it is.
"""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from privacy import restoration
from privacy.consent import consents, legal_documents
from privacy.errors import Refused
from privacy.models import (
    AccessRecord,
    AuditLogEntry,
    ConsentEvent,
    Counter,
    DocumentVersion,
    RightsRequest,
    SharingAgreement,
    SharingGrant,
    SharingRequest,
    Subject,
)
from privacy.oversight import evidence_checks, restored_database
from privacy.rights import legal_holds, rights_requests
from privacy.scope import Role
from privacy.sharing import grants
from privacy.sharing.grants import Reason
from tests import factories as f
from tests.database import in_spite_of_triggers

pytestmark = pytest.mark.django_db
PHONE = "tenants.tenant.phone"


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    @contextmanager
    def _commits():
        with django_capture_on_commit_callbacks(execute=True):
            yield

    return _commits


@pytest.fixture
def site(cast, commits):
    """Everybody has answered; Ann shares her phone number with the vendor."""
    with commits():
        cast.policy = f.VersionFactory()
        f.agree(cast.ann)
        f.agree_to_purposes(cast.ann)
        cast.grant = f.GrantFactory(
            subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose, fields=[PHONE]
        )
    assert grants.can_read(cast.vera, cast.ann_entry.subject, PHONE)
    return cast


@contextmanager
def restored_afterwards(commits):
    """Take a backup, let things happen, and restore it."""
    backup = connection.savepoint()
    with commits():
        yield
    connection.savepoint_rollback(backup)


def test_a_database_that_is_up_to_date_is_not_restored(site):
    assert not restoration.is_restored()
    assert restored_database.replay() is None


def test_sharing_is_closed_before_any_command_is_run(site, commits):
    with restored_afterwards(commits):
        grants.withdraw(grant=site.grant, by=site.ann)
    assert grants.can_read(site.vera, site.ann_entry.subject, PHONE).reason is Reason.RESTORED
    assert grants.readable(site.grant, site.vera) == ([], Reason.RESTORED)
    assert not SharingGrant.objects.current().exists()
    own = Subject.objects.get(holder=site.ann, own=True)
    assert not consents.allows(own, "surveys")
    assert consents.holders_allowing("surveys") == set()
    with pytest.raises(Refused) as refusal:
        grants.give(
            subject=site.ann_entry.subject, agreement=site.agreement, purpose=site.purpose, fields=[PHONE],
            until=timezone.localdate(), by=site.ann,
        )  # fmt: skip
    assert refusal.value.code == "restored"


def test_a_withdrawn_permission_stays_withdrawn(site, commits):
    with restored_afterwards(commits):
        grants.withdraw(grant=site.grant, by=site.ann)
        withdrawn_at = SharingGrant.objects.get().withdrawn_at
    assert SharingGrant.objects.get().withdrawn_at is None
    done = restored_database.replay()
    assert (done.rows > 0, done.erased) == (True, 0)
    assert SharingGrant.objects.get().withdrawn_at == withdrawn_at
    assert grants.can_read(site.vera, site.ann_entry.subject, PHONE).reason is Reason.WITHDRAWN
    assert evidence_checks.verify().fault is None
    assert AuditLogEntry.objects.filter(kind="restored").count() == 1
    assert restored_database.replay() is None


def test_withdrawn_consent_answers_and_their_receipts_come_back(site, commits):
    with restored_afterwards(commits):
        event = consents.withdraw(by=site.ann, document=site.policy.document, language="en")
        f.agree_to_purposes(site.ann, codes=())
    restored_database.replay()
    back = ConsentEvent.objects.get(number=event.number)
    assert (back.pk, back.mac, back.hash) == (event.pk, event.mac, event.hash)
    assert not consents.allows(Subject.objects.get(holder=site.ann, own=True), "surveys")
    assert [question.version for question in consents.questions(site.ann)] == [site.policy]
    assert evidence_checks.verify().fault is None


def test_no_number_is_given_twice(site, commits):
    with restored_afterwards(commits):
        lost = consents.withdraw(by=site.ann, document=site.policy.document, language="en")
    with commits():
        fresh = f.agree(site.bob)
    assert int(fresh[0].number[-4:]) > int(lost.number[-4:])
    restored_database.replay()
    assert ConsentEvent.objects.filter(number=lost.number).count() == 1


def test_what_is_withdrawn_between_restore_and_replay_stays_withdrawn_too(site, commits):
    with restored_afterwards(commits):
        f.agree_to_purposes(site.ann, codes=())
    with commits():
        consents.withdraw(by=site.ann, document=site.policy.document, language="en")
        grants.withdraw(grant=site.grant, by=site.ann)
    assert restoration.is_restored()
    restored_database.replay()
    assert SharingGrant.objects.get().withdrawn_at is not None
    assert not consents.allows(Subject.objects.get(holder=site.ann, own=True), "surveys")
    assert [question.version for question in consents.questions(site.ann)] == [site.policy]
    chain = ConsentEvent.objects.filter(subject__holder=site.ann).order_by("sequence")
    assert [event.sequence for event in chain] == list(range(1, len(chain) + 1))
    assert evidence_checks.verify().fault is None
    assert not restoration.is_restored()


def test_a_narrowed_permission_and_a_request_come_back(site, commits):
    with restored_afterwards(commits):
        request = grants.ask(
            subject=site.ann_entry.subject, agreement=site.agreement, purpose=site.purpose,
            fields=[PHONE, "tenants.tenant.name"], until=timezone.localdate(), reason="Leak", by=site.sam,
            role=Role.STAFF,
        )  # fmt: skip
        narrower = grants.narrow(
            grant=site.grant, fields=[PHONE], until=site.grant.ends_on - timedelta(days=1), by=site.ann
        )
    restored_database.replay()
    back = SharingGrant.objects.get(pk=narrower.pk)
    assert (back.number, back.ends_at, back.narrowed_from) == (narrower.number, narrower.ends_at, site.grant)
    assert SharingRequest.objects.get(pk=request.pk).number == request.number
    assert evidence_checks.verify().fault is None
    later = f.GrantFactory(subject=site.ann_entry.subject, agreement=site.agreement, purpose=site.purpose)
    assert later.pk > narrower.pk


def test_a_restriction_a_hold_and_a_request_of_the_rights_desk_come_back(site, commits):
    with restored_afterwards(commits):
        request = rights_requests.ask(subject=site.ann_entry.subject, kind="copy", by=site.ann)
        Subject.objects.filter(pk=site.ann_entry.subject_id).update(restricted_at=timezone.now())
        hold = legal_holds.place(
            entry=site.ann_entry, reason="Case", law="UU PDP", review_on=timezone.localdate() + timedelta(days=9),
            by=site.olga,
        )  # fmt: skip
    restored_database.replay()
    assert Subject.objects.get(pk=site.ann_entry.subject_id).is_restricted
    assert RightsRequest.objects.get(pk=request.pk).number == request.number
    assert hold.number == type(hold).objects.get(pk=hold.pk).number
    assert evidence_checks.verify().fault is None


def test_a_published_text_comes_back_with_its_answers(site, commits):
    with restored_afterwards(commits):
        version = f.VersionFactory(document=site.policy.document, in_force_from=None)
        f.agree(site.ann)
    restored_database.replay()
    back = DocumentVersion.objects.get(pk=version.pk)
    assert back.body_ind == version.body_ind
    assert legal_documents.is_genuine(back, "en")
    assert evidence_checks.verify().fault is None


def test_a_form_that_is_sent_to_a_restored_site_follows_on_what_was_lost(site, commits, client):
    with restored_afterwards(commits):
        grants.narrow(grant=site.grant, fields=[PHONE], until=site.grant.ends_on - timedelta(days=1), by=site.ann)
    assert SharingGrant.objects.count() == 1
    client.force_login(site.ann)
    with commits():
        client.post(f"/my-sharing/{site.grant.number}/withdraw/")
    assert SharingGrant.objects.count() == 2
    restored_database.replay()
    assert [grant.withdrawn_at is None for grant in SharingGrant.objects.order_by("pk")] == [False, True]


def test_a_killed_process_that_had_not_moved_the_cursor_closes_nothing(site):
    Counter.objects.filter(kind="journal").update(last=1)
    assert not restoration.is_restored()
    restoration.complete()
    assert Counter.objects.get(kind="journal").last == restoration.evidence_journal.last_number()


def test_evidence_that_missed_the_journal_is_completed(site):
    f.agree(site.bob)  # its callbacks are not run, as if the process was killed after the commit
    missing = ConsentEvent.objects.get(subject__holder=site.bob)
    before = settings_text()
    restoration.complete()
    assert missing.pk.hex not in before
    assert missing.pk.hex in settings_text()
    after = settings_text()
    restoration.complete()
    assert settings_text() == after


def settings_text():
    return restoration.evidence_journal.settings.EVIDENCE_JOURNAL.read_text()


def test_what_refers_to_a_lost_company_is_counted_and_the_rest_comes_back(site, commits):
    with restored_afterwards(commits):
        agreement = f.AgreementFactory()  # of companies that the backup does not know
        grants.withdraw(grant=site.grant, by=site.ann)
    done = restored_database.replay()
    assert done.lost > 0
    assert not SharingAgreement.objects.filter(pk=agreement.pk).exists()
    assert SharingGrant.objects.get().withdrawn_at is not None
    connection.check_constraints()
    assert evidence_checks.verify().fault is None


def test_a_journal_that_cannot_be_read_shares_nothing_and_stops_nobody(site, commits, settings, client):
    with restored_afterwards(commits):
        grants.withdraw(grant=site.grant, by=site.ann)
    settings.EVIDENCE_JOURNAL.write_text(settings_text().replace('"IB-', '"XX-'))
    assert restoration.is_restored()
    assert not restoration.catch_up()
    client.force_login(site.ann)
    assert client.post(f"/my-sharing/{site.grant.number}/withdraw/").status_code == 302


def test_a_journal_that_was_lost_stays_an_alarm(site, settings):
    settings.EVIDENCE_JOURNAL.write_text("".join(settings_text().splitlines(keepends=True)[:3]))
    restoration.complete()
    assert evidence_checks.verify().fault.problem == "the journal ends before the line that the database has"


def test_the_command_says_what_it_did(site, commits, capsys):
    with restored_afterwards(commits):
        grants.withdraw(grant=site.grant, by=site.ann)
    call_command("replay_journal")
    call_command("replay_journal")
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Brought up to date: ")
    assert second.startswith("Nothing is missing in the database")


def test_without_its_journal_a_restored_backup_is_not_called_clean(settings, tmp_path):
    settings.EVIDENCE_JOURNAL = tmp_path / "nothing.jsonl"
    with pytest.raises(CommandError, match="There is no journal at"):
        call_command("replay_journal")


def test_a_journal_that_was_changed_brings_nothing_back(site, commits, settings):
    with restored_afterwards(commits):
        grants.withdraw(grant=site.grant, by=site.ann)
    settings.EVIDENCE_JOURNAL.write_text(settings_text().replace('"IB-', '"XX-'))
    with pytest.raises(CommandError, match="Nothing was brought back"):
        call_command("replay_journal")
    assert SharingGrant.objects.get().withdrawn_at is None


def test_verify_names_a_restored_database(site, commits):
    with restored_afterwards(commits):
        grants.withdraw(grant=site.grant, by=site.ann)
    assert evidence_checks.verify().fault.problem == "the database was restored from a backup: run replay_journal"


def test_verify_names_a_row_without_a_checkpoint_that_the_journal_has(site, commits):
    with commits():
        newest = AccessRecord.objects.create(
            subject=site.ann_entry.subject, actor=site.bob_entry.subject, hat="staff", action="viewed", allowed=True,
            why="reveal"
        )  # fmt: skip
    in_spite_of_triggers(type(newest), "DELETE FROM {table} WHERE mac = %s", newest.mac)
    fault = evidence_checks.verify().fault
    assert (fault.model, fault.row) == (type(newest), str(newest.pk))
    assert fault.problem == "it is in the journal, and not in the database"


def test_verify_names_a_journal_that_was_shortened_or_changed(site, settings):
    text = settings_text()
    settings.EVIDENCE_JOURNAL.write_text("".join(text.splitlines(keepends=True)[:-1]))
    assert evidence_checks.verify().fault.problem == "the journal ends before the line that the database has"
    settings.EVIDENCE_JOURNAL.write_text(text.replace("privacy.", "privacx.", 1))
    assert "Line 1" in evidence_checks.verify().fault.problem


def test_pages_say_why_nothing_is_shared(site, commits, client):
    with restored_afterwards(commits):
        grants.withdraw(grant=site.grant, by=site.ann)
    client.cookies["django_language"] = "en"
    for person, address in ((site.ann, "/my-sharing/"), (site.vera, "/vendor/"), (site.sam, "/admin/")):
        client.force_login(person)
        assert "The data was restored from a backup" in client.get(address, follow=True).content.decode()
    restored_database.replay()
    assert "The data was restored from a backup" not in client.get("/admin/").content.decode()
