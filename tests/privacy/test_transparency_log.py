"""The transparency log against the definitions of RFC 9162, written down here a second time."""

import hashlib

import pytest

from privacy import merkle_tree, signed_notes, transparency_log
from privacy.models import ConsentEvent, LogLeaf, LogNode, StateChange
from privacy.oversight import evidence_checks
from privacy.rights import erasures
from tests import factories as f
from tests.database import in_spite_of_triggers

SEED = b"1" * 32
LEAVES = [hashlib.sha256(bytes([0, n % 256, n // 256])).digest() for n in range(70)]


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def mth(leaves):
    """The Merkle tree hash of section 2.1.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha(b"\1", mth(leaves[:k]), mth(leaves[k:]))


def root_from_inclusion(leaf, index, size, proof):
    """Return the root that an inclusion proof gives (section 2.1.3.2), or None if its length does not fit."""
    if not 0 <= index < size:
        return None
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if node & 1 or node == last:
            found = sha(b"\1", sibling, found)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            found = sha(b"\1", found, sibling)
        node, last = node >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(old_size, old_root, size, root, proof):
    """Return whether the tree of `size` leaves begins with the older one (section 2.1.4.2)."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return old_root == root and not proof
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        return False
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old, new = path[0], path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = sha(b"\1", sibling, old), sha(b"\1", sibling, new)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            new = sha(b"\1", new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and (old, new) == (old_root, root)


@pytest.fixture
def stored(db, monkeypatch):
    """The leaves in the database, with nodes of four children instead of 256, so that several levels occur."""
    monkeypatch.setattr(transparency_log, "WIDTH", 4)
    monkeypatch.setattr(transparency_log, "BITS", 2)
    LogLeaf.objects.bulk_create(
        LogLeaf(index=index, model="privacy.AccessRecord", row=f"{index:032x}", nonce=b"", hash=leaf)
        for index, leaf in enumerate(LEAVES)
    )
    transparency_log._store_nodes(len(LEAVES))


def test_the_root_grows_as_the_definition_says():
    roots = merkle_tree.Roots()
    assert roots.root == mth([])
    for size, leaf in enumerate(LEAVES, start=1):
        roots.add(leaf)
        assert (roots.size, roots.root) == (size, mth(LEAVES[:size]))


def test_a_leaf_is_never_a_node():
    assert merkle_tree.leaf_hash(b"x" * 64) != merkle_tree.node_hash(b"x" * 32, b"x" * 32)


def test_stored_nodes_give_every_root(stored):
    assert LogNode.objects.filter(level=3).count() == 1
    assert [transparency_log.root(size) for size in range(len(LEAVES) + 1)] == [
        mth(LEAVES[:size]) for size in range(len(LEAVES) + 1)
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 33, 64, 70])
def test_every_leaf_is_proved_and_no_other(stored, size):
    root = mth(LEAVES[:size])
    for index in range(size):
        proof = transparency_log.inclusion_proof(index, size)
        assert root_from_inclusion(LEAVES[index], index, size, proof) == root
        for other in (index + 1, index ^ 1, index - 1, size):
            assert root_from_inclusion(LEAVES[index], other, size, proof) != root
        for wrong in (proof[:-1], [*proof, LEAVES[0]]) if proof else ([LEAVES[0]],):
            assert root_from_inclusion(LEAVES[index], index, size, wrong) != root


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 33, 64, 70])
def test_each_older_tree_is_shown_to_be_the_beginning(stored, size):
    root = mth(LEAVES[:size])
    for old in range(1, size + 1):
        proof, before = transparency_log.consistency_proof(old, size), mth(LEAVES[:old])
        assert is_consistent(old, before, size, root, proof)
        assert not is_consistent(old, sha(before), size, root, proof)
        assert not is_consistent(old, before, size, sha(root), proof)
        assert not is_consistent(old, before, size, root, [*proof, root])
    assert not is_consistent(0, mth([]), size, root, [])
    assert not is_consistent(size + 1, root, size, root, [])


def test_a_note_is_signed_by_its_key_only():
    note = signed_notes.sign("example.com/evidence\n7\nAAAA\n", "example.com/evidence", SEED)
    public = signed_notes.public_key(SEED)
    assert signed_notes.is_signed(note, "example.com/evidence", public)
    assert not signed_notes.is_signed(note, "example.org/evidence", public)
    assert not signed_notes.is_signed(note, "example.com/evidence", signed_notes.public_key(b"2" * 32))
    assert not signed_notes.is_signed("no note", "example.com/evidence", public)
    for place in range(len(note)):
        changed = note[:place] + chr(ord(note[place]) ^ 1) + note[place + 1 :]
        assert not signed_notes.is_signed(changed, "example.com/evidence", public), place


def test_a_verifier_has_the_public_form():
    """The example of c2sp.org/signed-note is built the same way: name, four bytes of the id, kind and key."""
    name, key_id, key = signed_notes.verifier("example.com/foo", b"k" * 32).split("+", 2)
    assert (name, key_id) == ("example.com/foo", hashlib.sha256(b"example.com/foo\n\1" + b"k" * 32).hexdigest()[:8])
    assert key.startswith("AW")


@pytest.mark.django_db
def test_each_row_gets_one_leaf_at_the_checkpoint():
    f.VersionFactory()
    f.agree(f.UserFactory())
    assert not LogLeaf.objects.exists()
    first = evidence_checks.checkpoint()
    assert first.size == LogLeaf.objects.count() > 0
    f.agree(f.UserFactory())
    second = evidence_checks.checkpoint()
    assert second.size > first.size
    assert transparency_log.is_signed(second.note)
    assert second.note.splitlines()[:2] == ["testserver/evidence", str(second.size)]
    assert is_consistent(
        first.size, bytes.fromhex(first.root), second.size, bytes.fromhex(second.root),
        transparency_log.consistency_proof(first.size, second.size),
    )  # fmt: skip
    assert evidence_checks.verify().fault is None


@pytest.mark.django_db
def test_erasure_destroys_the_nonces_and_no_proof(cast):
    f.VersionFactory()
    f.agree(cast.ann)
    f.agree(cast.bob)
    evidence_checks.checkpoint()
    erasures.order(subject=cast.ann_entry.subject, why="right")
    evidence_checks.checkpoint()
    gone = ConsentEvent.objects.exclude(subject__holder=cast.bob)
    assert gone.exists()
    assert not LogLeaf.objects.filter(row__in=gone.values("pk")).exclude(nonce=b"").exists()
    assert LogLeaf.objects.filter(row__in=ConsentEvent.objects.filter(subject__holder=cast.bob)).exclude(nonce=b"")
    assert evidence_checks.verify().fault is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda leaves: leaves.filter(index=1).update(hash=b"0" * 32), "it is not the row that the log has"),
        (
            lambda leaves: leaves.filter(index=1).update(hash=b"0" * 32, nonce=b""),
            "the log does not begin with what it says",
        ),
        (lambda leaves: leaves.filter(index=1).delete(), "it is missing"),
        (lambda leaves: leaves.order_by("-index").first().delete(), "the log is shorter than it says"),
        (lambda leaves: leaves.filter(index=1).update(nonce=b"0" * 16), "it is not the row that the log has"),
    ],
)
def test_a_changed_log_is_named(change, problem):
    f.VersionFactory()
    f.agree(f.UserFactory())
    evidence_checks.checkpoint()
    change(LogLeaf.objects)
    assert evidence_checks.verify().fault.problem == problem


@pytest.mark.django_db
def test_a_row_of_the_log_that_is_gone_is_named():
    f.VersionFactory()
    f.agree(f.UserFactory())
    evidence_checks.checkpoint()
    row = StateChange.objects.order_by("pk").first()
    in_spite_of_triggers(type(row), "DELETE FROM {table} WHERE mac = %s", row.mac)
    faults = [str(fault.problem) for fault in evidence_checks._log()]
    assert "it is in the log, and not in the database" in faults
