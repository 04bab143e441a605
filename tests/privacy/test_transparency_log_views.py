"""Anybody checks the evidence: the public pages, and the script that needs neither the site nor a network."""

import base64
import json
import random
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from privacy import signed_notes, transparency_log
from privacy.consent import consents
from privacy.consent.chain import chain_code
from privacy.models import Checkpoint, CheckpointHead, ConsentEvent, LogLeaf, LogNode
from privacy.oversight import evidence_checks
from tests import factories as f
from tests.database import in_spite_of_triggers
from tests.privacy.test_transparency_log import is_consistent

pytestmark = pytest.mark.django_db
SCRIPT = finders.find("evidence/check_receipt.py")


@pytest.fixture
def ann(client):
    f.OperatorFactory()
    user = f.UserFactory(language="en")
    client.force_login(user)
    client.cookies["django_language"] = "en"
    f.VersionFactory()
    f.agree(user)
    return user


@pytest.fixture
def event(ann):
    for _other in range(5):
        f.agree(f.UserFactory())
    evidence_checks.checkpoint()
    return ConsentEvent.objects.get(subject__holder=ann)


@pytest.fixture
def files(client, event, tmp_path):
    """The proof and the public key, downloaded."""
    proof, key = tmp_path / "receipt.proof.json", tmp_path / "keys.pem"
    proof.write_bytes(client.get(f"/my-consents/receipts/{event.number}.proof.json").content)
    key.write_bytes(client.get("/evidence/keys.pem").content)
    return proof, key


def run(*arguments):
    return subprocess.run([sys.executable, "-I", SCRIPT, *arguments], capture_output=True, text=True, check=False)


def compared(client, line):
    return client.get("/evidence/", {"line": line}).content.decode()


def test_a_stranger_checks_a_receipt_offline(files, event):
    done = run(*files)
    assert done.returncode == 0, done.stderr
    first, _newline, answer = done.stdout.partition("\n")
    assert first == (
        f"Proved: this row of privacy_consentevent is one of the {LogLeaf.objects.count()} rows that "
        "testserver/evidence signed."
    )
    assert json.loads(answer)["number"] == event.number
    assert json.loads(answer)["hash"] == event.hash


def test_the_script_is_short_and_needs_python_and_openssl_only():
    text = Path(SCRIPT).read_text()
    assert len(text.splitlines()) <= 100
    imported = {line.split()[1] for line in text.splitlines() if line.startswith(("import", "from"))}
    assert imported <= {"base64", "hashlib", "json", "re", "subprocess", "sys", "tempfile", "pathlib"}


def test_no_proof_with_one_other_byte_passes(files, monkeypatch):
    """Ten thousand of them; the signature is checked by a library here, because openssl takes 10 ms each time."""
    proof, key = files
    script = runpy.run_path(SCRIPT)
    content, public = proof.read_bytes(), transparency_log.public_keys()[0]

    def is_signed(text, signature, _key):
        return signed_notes.is_valid(public, signature, text.encode())

    check = script["check"]
    monkeypatch.setitem(check.__globals__, "is_signed", is_signed)
    der = subprocess.run(["openssl", "pkey", "-pubin", "-in", key, "-outform", "DER"], capture_output=True, check=True)
    fake = type("Done", (), {"stdout": der.stdout, "run": lambda *_a, **_k: fake, "SubprocessError": Exception})
    monkeypatch.setitem(check.__globals__, "subprocess", fake)
    assert check(proof, key)[0] == "testserver/evidence"
    chance = random.Random(1)  # noqa: S311 - the same bytes in each run
    for _try in range(10_000):
        changed = bytearray(content)
        place = chance.randrange(len(changed))
        changed[place] ^= chance.randrange(1, 256)
        proof.write_bytes(changed)
        with pytest.raises((ValueError, KeyError, TypeError)):
            check(proof, key)


def test_the_signature_counts(files, client):
    proof, key = files
    content = json.loads(proof.read_text())
    other = signed_notes.sign(content["checkpoint"].partition("\n\n")[0] + "\n", "testserver/evidence", b"x" * 32)
    content["checkpoint"] = other
    proof.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    done = run(proof, key)
    assert (done.returncode, done.stderr) == (1, "NOT proved: signed by another key\n")
    assert run(proof, "/nowhere").returncode == 1
    assert run().returncode == 1


def test_before_the_next_checkpoint_the_receipt_says_so(client, ann):
    event = ConsentEvent.objects.get()
    page = client.get(f"/my-consents/receipts/{event.number}/").content.decode()
    assert "not yet: from the next daily checkpoint on" in page
    assert client.get(f"/my-consents/receipts/{event.number}.proof.json").status_code == 404
    checkpoint = evidence_checks.checkpoint()
    page = client.get(f"/my-consents/receipts/{event.number}/").content.decode()
    assert f"checkpoint {transparency_log.line(checkpoint)}" in page
    assert "Download the proof" in page


def test_the_proof_is_its_owners_only(client, event):
    client.force_login(f.UserFactory())
    assert client.get(f"/my-consents/receipts/{event.number}.proof.json").status_code in (302, 404)


def test_the_public_addresses_need_no_account_and_name_nobody(client, event):
    client.logout()
    note = client.get("/evidence/checkpoint")
    assert note.content.decode() == Checkpoint.objects.get().note
    for response in (note, client.get("/evidence/keys.pem")):
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["Content-Type"].startswith("text/plain")
    page = client.get("/evidence/").content.decode()
    assert note.content.decode().splitlines()[2] in page
    assert str(event.subject_id) not in page


def test_anybody_gets_the_proof_that_the_log_only_grew(client, event):
    old = Checkpoint.objects.get()
    f.agree(f.UserFactory())
    new = evidence_checks.checkpoint()
    client.logout()
    lines = client.get(f"/evidence/consistency/{old.size}").content.decode().splitlines()
    proof = [base64.b64decode(line) for line in lines]
    assert is_consistent(old.size, bytes.fromhex(old.root), new.size, bytes.fromhex(new.root), proof)
    for size in (0, new.size + 1, 10**30):
        assert client.get(f"/evidence/consistency/{size}").status_code == 404


def test_without_a_checkpoint_there_is_none_to_serve(client, ann):
    client.logout()
    assert client.get("/evidence/checkpoint").status_code == 404
    assert "There is no checkpoint yet." in compared_page(client)


def compared_page(client):
    client.cookies["django_language"] = "en"
    return client.get("/evidence/").content.decode()


def test_an_old_checkpoint_is_compared(client, event):
    old = Checkpoint.objects.get()
    f.agree(f.UserFactory())
    evidence_checks.checkpoint()
    line = transparency_log.line(old)
    for text in (old.note, line, old.note.replace("\n", "\r\n"), f" {line} "):
        assert "Yes. Today’s log begins with exactly the rows of your checkpoint." in compared(client, text)
    root = line.split()[1]
    assert "No. Today’s log does not begin with your checkpoint." in compared(client, f"{old.size - 1} {root}")
    assert "has more rows than the log" in compared(client, f"{old.size + 99} {root}")
    assert "was not signed by this site" in compared(client, old.note.replace("testserver", "other", 1))
    for text in ("nothing", "12", f"-1 {root}", f"99999999999999999999 {root}"):
        assert "This is not a checkpoint line." in compared(client, text)
    assert "There is something to correct" in compared(client, "")


def test_an_operator_with_all_keys_who_rewrites_yesterday_is_found_by_one_old_letter(client, event):
    """All is done as the software would do it: seal, chain, leaves, nodes, checkpoints and signatures."""
    letter = transparency_log.line(Checkpoint.objects.get())
    forged = ConsentEvent.objects.get(pk=event.pk)
    forged.decision = "declined"
    forged.hash = chain_code(forged)
    forged.seal()
    sql = "UPDATE {table} SET decision = %s, hash = %s, mac = %s WHERE number = %s"
    in_spite_of_triggers(ConsentEvent, sql, forged.decision, forged.hash, forged.mac, forged.number)
    consents.rebuild_statuses()
    for model in (LogLeaf, LogNode):
        model.objects.all().delete()
    in_spite_of_triggers(CheckpointHead, "DELETE FROM {table}")
    in_spite_of_triggers(Checkpoint, "DELETE FROM {table}")
    settings.EVIDENCE_JOURNAL.unlink(missing_ok=True)
    evidence_checks.checkpoint()
    assert evidence_checks.verify().fault is None  # the database fits itself
    assert "No. Today’s log does not begin with your checkpoint." in compared(client, letter)
