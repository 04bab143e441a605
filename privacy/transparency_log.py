"""The transparency log: anybody can check that a row of evidence is in it, and that it only ever grew (RFC 9162).

A signature shows what the operator said once. The tree shows that everybody is told the same, and that today's log
begins with yesterday's: whoever holds an old checkpoint line is a witness. Rows get their leaves at each checkpoint, so
that no lock stands in the way of a write. Checkpoints are signed notes (c2sp.org/tlog-checkpoint) under the first of
CHECKPOINT_KEYS; the public keys of all of them are served.
"""

import base64
import re
import secrets
from itertools import islice
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, TextChoices

from privacy import declarations, merkle_tree, signed_notes
from privacy.models.checkpoints import Checkpoint
from privacy.models.evidence import Evidence
from privacy.models.transparency_log import LogLeaf, LogNode

CHUNK = 2000  # rows per query
WIDTH = 256  # children of a stored node
BITS = 8  # levels of the tree between two stored levels
OLD_CHECKPOINT = re.compile(r"^(?P<size>[0-9]{1,15})[ \n](?P<root>[A-Za-z0-9+/]{43}=)\n", re.MULTILINE)


def origin():
    """Return the name of the log: the host of the site. It stands in every checkpoint."""
    return f"{urlsplit(settings.SITE_URL).netloc}/evidence"


def leaf_data(nonce, table, content):
    """Return what the hash of a leaf covers: the nonce, the table, and the canonical form of the row."""
    return b"%b%b\n%b" % (nonce, table.encode(), content)


def _data_of(row, nonce):
    return leaf_data(bytes(nonce), row._meta.db_table, row.canonical_form())


# Growing


@transaction.atomic
def append_new():
    """Add a leaf for each row of evidence that has none. Return the size of the log. The caller keeps others out."""
    size = LogLeaf.objects.aggregate(last=Max("index"))["last"]
    size = 0 if size is None else size + 1
    for model in evidence_models():
        fresh = model._base_manager.filter(~Exists(LogLeaf.objects.filter(row=OuterRef("pk")))).order_by("pk")
        rows = fresh.iterator(chunk_size=CHUNK)
        for chunk in iter(lambda rows=rows: list(islice(rows, CHUNK)), []):
            LogLeaf.objects.bulk_create(_leaf(row, size + place) for place, row in enumerate(chunk))
            size += len(chunk)
    _store_nodes(size)
    return size


def evidence_models():
    """Return every model of evidence, ordered by table name."""
    found = [model for model in apps.get_models() if issubclass(model, Evidence)]
    return sorted(found, key=lambda model: model._meta.db_table)


def _leaf(row, index):
    nonce = secrets.token_bytes(16)
    data = _data_of(row, nonce)
    return LogLeaf(index=index, model=row._meta.label, row=row.pk, nonce=nonce, hash=merkle_tree.leaf_hash(data))


def _store_nodes(size):
    """Store the roots of all complete subtrees that are not stored yet, level by level."""
    level, count = 1, size // WIDTH
    while count:
        for index in range(LogNode.objects.filter(level=level).count(), count):
            root = merkle_tree.fold(_hashes(level - 1, index * WIDTH, WIDTH))
            LogNode.objects.create(level=level, index=index, hash=root)
        level, count = level + 1, count // WIDTH


def forget(subject):
    """Destroy the nonces of all evidence about this subject (article 44)."""
    for model in evidence_models():
        path = declarations.of(model).subject
        if path:
            forget_rows(model._base_manager.filter(**{path: subject}))


def forget_rows(rows):
    LogLeaf.objects.filter(row__in=rows.values("pk")).update(nonce=b"")


# Proofs


def root(size):
    return _range_root(0, size) if size else merkle_tree.EMPTY


def inclusion_proof(index, size):
    """Return the hashes that lead from leaf `index` to the root of the first `size` leaves (section 2.1.3.1)."""
    proof, start, end = [], 0, size
    while end - start > 1:
        middle = start + merkle_tree.split(end - start)
        if index < middle:
            proof.append(_range_root(middle, end))
            end = middle
        else:
            proof.append(_range_root(start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(old_size, size):
    """Return the hashes that show that the first `old_size` leaves are still the first ones (section 2.1.4.1)."""
    proof, start, end, is_whole = [], 0, size, True
    while end - start > 1 and old_size != end:
        middle = start + merkle_tree.split(end - start)
        if old_size <= middle:
            proof.append(_range_root(middle, end))
            end = middle
        else:
            proof.append(_range_root(start, middle))
            start, is_whole = middle, False
    if not is_whole:
        proof.append(_range_root(start, end))
    return proof[::-1]


def _range_root(start, end):
    """Return the root over these leaves, where the range is one that the tree has."""
    size = end - start
    if size & (size - 1) == 0:
        level, height = divmod(size.bit_length() - 1, BITS)
        return merkle_tree.fold(_hashes(level, start >> BITS * level, 1 << height))
    middle = start + merkle_tree.split(size)
    return merkle_tree.node_hash(_range_root(start, middle), _range_root(middle, end))


def _hashes(level, start, count):
    rows = LogNode.objects.filter(level=level) if level else LogLeaf.objects.all()
    rows = rows.filter(index__gte=start, index__lt=start + count).order_by("index")
    return [bytes(found) for found in rows.values_list("hash", flat=True)]


# Checkpoints


def checkpoint_text(size, root):
    """Return what a checkpoint says: the name, the size and the root of the log."""
    return f"{origin()}\n{size}\n{base64.b64encode(root).decode()}\n"


def signed_checkpoint(size, root):
    return signed_notes.sign(checkpoint_text(size, root), origin(), next(iter(settings.CHECKPOINT_KEYS.values())))


def public_keys():
    return [signed_notes.public_key(seed) for seed in settings.CHECKPOINT_KEYS.values()]


def is_signed(note):
    """Return whether one of CHECKPOINT_KEYS signed this note."""
    name = note.partition("\n")[0]
    return any(signed_notes.is_signed(note, name, public) for public in public_keys())


def latest():
    """Return the newest checkpoint of the log, or None."""
    return Checkpoint.objects.exclude(note="").order_by("-sequence").first()


def line(checkpoint):
    """Return size and root on one line, which letters carry: whoever keeps one can see that the log only grew."""
    return f"{checkpoint.size} {base64.b64encode(bytes.fromhex(checkpoint.root)).decode()}"


def _leaf_of(row):
    return LogLeaf.objects.filter(row=row.pk).exclude(nonce=b"").first()


def covering(row):
    """Return the newest checkpoint if the log has this row, else None."""
    return latest() if _leaf_of(row) else None


def proof_of(row):
    """Return all that shows offline that this row is in the log, or None before the first checkpoint after it.

    `leaf` is what the hash of the leaf covers; `hashes` lead from it to the root in `checkpoint` (base64).
    """
    leaf, checkpoint = _leaf_of(row), latest()
    if leaf is None:
        return None
    return {
        "leaf": base64.b64encode(_data_of(row, leaf.nonce)).decode(),
        "index": leaf.index,
        "hashes": [base64.b64encode(h).decode() for h in inclusion_proof(leaf.index, checkpoint.size)],
        "checkpoint": checkpoint.note,
    }


class Answer(TextChoices):
    """Whether the log still begins with an old checkpoint."""

    BEGINS = "begins"
    DIFFERS = "differs"
    NEWER = "newer"
    UNREADABLE = "unreadable"
    NOT_SIGNED = "not_signed"


def compare(text):
    """Return the `Answer` about an old checkpoint: a whole note, or the line of size and root from a letter."""
    found = OLD_CHECKPOINT.search(text.replace("\r\n", "\n").strip() + "\n")
    if found is None:
        return Answer.UNREADABLE
    if "\n\n" in found.string and not is_signed(found.string):
        return Answer.NOT_SIGNED
    size, said = int(found["size"]), base64.b64decode(found["root"])
    newest = latest()
    if newest is None or size > newest.size:
        return Answer.NEWER
    return Answer.BEGINS if root(size) == said else Answer.DIFFERS
