"""The evidence register proves itself: what is changed, lost from the middle or from the end is found and named."""

import json
import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils.translation import override

from privacy import integrity, sealed_state, transparency_log
from privacy.consent import chain, consents, legal_documents
from privacy.errors import Refused
from privacy.models import (
    Checkpoint,
    CheckpointHead,
    ConsentEvent,
    DocumentVersion,
    LegalDocument,
    Presentation,
    PurposeVersion,
    SharingEvent,
)
from privacy.models.evidence import Evidence
from privacy.oversight import evidence_checks
from tests import factories as f
from tests.database import in_spite_of_triggers


def answers(user, count):
    version = f.VersionFactory()
    for _round in range(count):
        f.agree(user)
        consents.withdraw(by=user, document=version.document, language="en")


def verify(*arguments):
    out = StringIO()
    call_command("verify_evidence", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_all_holds_in_one_line():
    answers(f.UserFactory(), 2)
    evidence_checks.checkpoint()
    assert verify().count("\n") == 1
    assert verify().startswith("All evidence holds: ")


@pytest.mark.django_db
def test_a_row_lost_from_the_middle_names_the_next():
    user = f.UserFactory()
    answers(user, 2)
    second, third = ConsentEvent.objects.order_by("sequence")[1:3]
    in_spite_of_triggers(ConsentEvent, "DELETE FROM {table} WHERE number = %s", second.number)
    fault = evidence_checks.verify().fault
    assert (fault.model, fault.row) == (ConsentEvent, third.number)
    assert "missing" in fault.problem


@pytest.mark.django_db
def test_a_row_whose_chain_was_mended_with_a_wrong_code_is_named():
    """Who can compute SHA-256 can write a fitting chain; without the key no fitting seal."""
    answers(f.UserFactory(), 1)
    event = ConsentEvent.objects.order_by("sequence").first()
    event.decision = "declined"
    event.hash = chain.chain_code(event)
    in_spite_of_triggers(
        ConsentEvent, "UPDATE {table} SET decision = 'declined', hash = %s WHERE number = %s", event.hash, event.number
    )
    assert "seal" in evidence_checks.verify().fault.problem


@pytest.mark.django_db
def test_a_lost_tail_and_a_lost_subject_are_missed_at_the_checkpoint():
    ann, bob = f.UserFactory(), f.UserFactory()
    version = f.VersionFactory()
    for user in (ann, bob):
        f.agree(user)
    consents.withdraw(by=ann, document=version.document, language="en")
    evidence_checks.checkpoint()
    tail = ConsentEvent.objects.filter(subject__holder=ann).order_by("sequence").last()
    in_spite_of_triggers(ConsentEvent, "DELETE FROM {table} WHERE number = %s", tail.number)
    fault = evidence_checks.verify().fault
    assert (fault.model, fault.row) == (ConsentEvent, str(tail.subject_id))
    in_spite_of_triggers(
        ConsentEvent, "DELETE FROM {table} WHERE subject_id = %s",
        ConsentEvent._meta.get_field("subject").get_db_prep_value(bob.subjects.get().pk, connection),
    )  # fmt: skip
    assert not evidence_checks.verify().holds


@pytest.mark.django_db
def test_a_lost_end_and_a_lost_checkpoint_are_missed():
    answers(f.UserFactory(), 1)
    evidence_checks.checkpoint()
    answers(f.UserFactory(), 1)
    second = evidence_checks.checkpoint()
    kept = evidence_checks.export()
    assert evidence_checks.compare(kept) is None
    end = CheckpointHead.objects.filter(checkpoint=second).first()
    in_spite_of_triggers(
        CheckpointHead, "DELETE FROM {table} WHERE id = %s", end._meta.pk.get_db_prep_value(end.pk, connection)
    )
    assert evidence_checks.verify().fault.model is Checkpoint
    in_spite_of_triggers(Checkpoint, "DELETE FROM {table} WHERE sequence = %s", 2)
    assert evidence_checks.compare(kept).row == "#2"


@pytest.mark.django_db
def test_an_export_shows_a_checkpoint_that_is_gone(tmp_path):
    answers(f.UserFactory(), 1)
    evidence_checks.checkpoint()
    file = tmp_path / "checkpoints.json"
    verify("--export", str(file))
    assert "All evidence holds" in verify("--against", str(file))
    in_spite_of_triggers(CheckpointHead, "DELETE FROM {table}")
    in_spite_of_triggers(Checkpoint, "DELETE FROM {table}")
    assert evidence_checks.verify().holds
    with pytest.raises(CommandError, match="the register ends before it"):
        verify("--against", str(file))
    evidence_checks.checkpoint()
    with pytest.raises(CommandError, match="not in the register"):
        verify("--against", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        verify("--against", str(tmp_path / "nothing.json"))


@pytest.mark.django_db
def test_an_export_is_not_written_over_when_a_checkpoint_of_it_is_gone(tmp_path):
    answers(f.UserFactory(), 1)
    evidence_checks.checkpoint()
    file = tmp_path / "checkpoints.json"
    verify("--export", str(file))
    kept = file.read_text()
    in_spite_of_triggers(CheckpointHead, "DELETE FROM {table}")
    in_spite_of_triggers(Checkpoint, "DELETE FROM {table}")
    with pytest.raises(CommandError, match="the register ends before it"):
        verify("--export", str(file))
    other = tmp_path / "other.json"
    other.write_text("[]")
    with pytest.raises(CommandError, match="the register ends before it"):
        verify("--against", str(other), "--export", str(file))
    assert file.read_text() == kept
    with pytest.raises(CommandError, match="cannot be written"):
        verify("--export", str(tmp_path / "nowhere" / "checkpoints.json"))


@pytest.mark.django_db
def test_a_lost_key_is_named_and_no_change_is_claimed(settings):
    answers(f.UserFactory(), 1)
    settings.EVIDENCE_KEYS = {"e9": b"9" * 32}
    with override("id"), pytest.raises(CommandError, match="which EVIDENCE_KEYS does not hold: it may be a forgery"):
        verify()


@pytest.mark.django_db
def test_a_checkpoint_notes_only_chains_that_grew():
    ann = f.UserFactory()
    answers(ann, 1)
    assert evidence_checks.checkpoint().heads == 1
    assert evidence_checks.checkpoint().heads == 0
    answers(f.UserFactory(), 1)
    third = evidence_checks.checkpoint()
    assert (third.heads, third.sequence) == (1, 3)
    assert evidence_checks.verify().holds


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "body_en = 'other'",
        "body_ind = 'lain'",
        "summary_en = 'other'",
        "in_force_from = '2020-01-01 00:00:00+00:00'",
        "material = NOT material",
        "number = number + 1",
    ],
)
def test_a_changed_published_text_is_named(change):
    version = f.VersionFactory()
    in_spite_of_triggers(DocumentVersion, f"UPDATE {{table}} SET {change}")
    fault = evidence_checks.verify().fault
    assert (fault.model, fault.row) == (type(version), str(version.pk))


@pytest.mark.django_db
def test_a_changed_title_of_a_published_text_is_named():
    version = f.VersionFactory()
    LegalDocument.objects.filter(pk=version.document_id).update(title_en="Other")
    assert evidence_checks.verify().fault.row == str(version.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("with_keys", [False, True], ids=["sql", "sql and keys"])
def test_a_text_that_is_swapped_with_its_check_code_is_named(with_keys):
    """With the keys its sealed state can be forged too; the answers of people still name the text they read."""
    version = f.VersionFactory()
    f.agree(f.UserFactory())
    version.body_en = "other"
    code = legal_documents.text_hash(version, "en")
    in_spite_of_triggers(DocumentVersion, "UPDATE {table} SET body_en = 'other', hash_en = %s", code)
    if with_keys:
        sealed_state.record(DocumentVersion, [version.pk])
    fault = evidence_checks.verify().fault
    assert (fault.model, fault.row) == (DocumentVersion, str(version.pk))


@pytest.mark.django_db
def test_words_of_a_purpose_that_nobody_answered_to_are_named():
    f.agree_to_purposes(f.UserFactory())
    version = PurposeVersion.objects.get()
    version.texts["en"]["name"] = "Other"
    version.seal()
    in_spite_of_triggers(
        PurposeVersion, "UPDATE {table} SET texts = %s, mac = %s", json.dumps(version.texts), version.mac
    )
    assert evidence_checks.verify().fault.model is PurposeVersion


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["language = 'id'", 'shown = \'{"documents": [], "purposes": []}\''])
def test_a_changed_presentation_is_named(change):
    f.VersionFactory()
    f.agree(f.UserFactory())
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE privacy_presentation SET {change}")
    assert evidence_checks.verify().fault.model is Presentation


@pytest.mark.django_db
def test_an_old_key_still_verifies_and_an_unknown_one_does_not(settings):
    answers(f.UserFactory(), 1)
    old = settings.EVIDENCE_KEYS
    settings.EVIDENCE_KEYS = {"t2": b"2" * 32, **old}
    answers(f.UserFactory(), 1)
    assert evidence_checks.verify().holds
    settings.EVIDENCE_KEYS = {"t2": b"2" * 32}
    assert "seal" in evidence_checks.verify().fault.problem


@pytest.mark.django_db
def test_values_enter_only_as_commitments_that_the_salt_opens():
    user = f.UserFactory(email="somebody@example.com")
    f.VersionFactory()
    (event,) = f.agree(user)
    assert event.commitments == {"email": integrity.commitment(event.subject.salt, "somebody@example.com")}
    assert "somebody" not in integrity.canonical(event.commitments).decode()
    assert integrity.commitment(b"", "somebody@example.com") != event.commitments["email"]


@pytest.mark.django_db
def test_evidence_cannot_be_upserted():
    with pytest.raises(Refused):
        ConsentEvent.objects.bulk_create([], update_conflicts=True, unique_fields=["id"], update_fields=["at"])


def test_every_evidence_model_is_checked():
    assert {model for model in transparency_log.evidence_models() if issubclass(model, Evidence)} == set(
        transparency_log.evidence_models()
    )
    assert {Checkpoint, ConsentEvent, SharingEvent} <= set(transparency_log.evidence_models())


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer")
def test_two_submits_at_once_are_one_event_without_a_gap():
    user = f.UserFactory()
    f.VersionFactory()
    same, other = f.shown(user), f.shown(user)
    start, told = threading.Barrier(4), []

    def submit(token):
        start.wait()
        try:
            told.append(len(consents.give(by=user, token=token)))
        except Refused as refusal:
            told.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=submit, args=(token,)) for token in (same, same, other, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count(1) == 1
    assert len(told) == 4
    assert ConsentEvent.objects.values_list("sequence", flat=True).get() == 1
    assert evidence_checks.verify().holds
