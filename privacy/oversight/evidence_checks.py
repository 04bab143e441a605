"""Checks of the evidence: rows are only added, can be verified, and are checkpointed every night (article 24).

Besides the triggers: every row has an HMAC whose key is not in the database. The consent events of a subject form a
hash chain, so that none can be removed from its middle. A nightly checkpoint stores the end of every chain and the
number of rows of every table, so that none can be removed from the end; checkpoints form a chain and can be exported.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from privacy import (
    evidence_journal,
    integrity,
    merkle_tree,
    reference_numbers,
    restoration,
    sealed_state,
    transparency_log,
)
from privacy.consent import consents, legal_documents, purposes
from privacy.consent.chain import chain_code, code_of, columns_of
from privacy.consent.models.consents import ConsentEvent, ConsentStatus, Presentation
from privacy.consent.models.legal_documents import DocumentVersion
from privacy.consent.models.purposes import PurposeVersion
from privacy.models.audit_log import AuditLogEntry, Kind
from privacy.models.checkpoints import Checkpoint, CheckpointHead
from privacy.models.reference_numbers import Counter
from privacy.models.transparency_log import LogLeaf

CHUNK = 2000  # rows per fetch


@dataclass(frozen=True)
class Fault:
    """The first mismatch that was found: table, row, and problem."""

    model: type
    row: str
    problem: str

    def __str__(self):
        return _("%(table)s, row %(row)s: %(problem)s") % {
            "table": self.model._meta.db_table,
            "row": self.row,
            "problem": self.problem,
        }


@dataclass(frozen=True)
class Finding:
    """The result of checking all evidence."""

    rows: int
    checkpoint: Checkpoint | None
    fault: Fault | None = None

    @property
    def holds(self):
        return self.fault is None


# Checking


def verify(progress=None):
    """Check every row of evidence in one pass with constant memory. Return a `Finding` with the first fault, if any."""
    rows = 0
    for model in transparency_log.evidence_models():
        for fault in _table(model):
            rows += 1
            if progress:
                progress(rows)
            if fault:
                return Finding(rows, latest_checkpoint(), fault)
    fault = next(
        (fault for check in (_texts, _presentations, _heads, _counts, _log, _states, _journal) for fault in check()),
        None,
    )
    return Finding(rows, latest_checkpoint(), fault)


def _table(model):
    """Yield None for each valid row, and a `Fault` for the first invalid one."""
    columns = columns_of(model)
    chained = {ConsentEvent: "subject_id", Checkpoint: None}
    order = ["subject", "sequence"] if model is ConsentEvent else ["sequence"] if model is Checkpoint else ["pk"]
    chain = None  # (subject, sequence, hash) of the previous row
    rows = model.objects.order_by(*order).values_list("mac", *columns).iterator(chunk_size=CHUNK)
    for chunk in iter(lambda: list(islice(rows, CHUNK)), []):
        found = [(mac, dict(zip(columns, row, strict=True))) for mac, *row in chunk]
        leaves = _leaves([values["id"] for _mac, values in found])
        for mac, values in found:
            problem = _row_problem(model, mac, values, leaves)
            if not problem and model in chained:
                whose = values.get(chained[model])
                problem = _link(values, chain if chain and chain[0] == whose else (whose, 0, ""), model)
                chain = (whose, values["sequence"], values["hash"])
            if problem:
                yield Fault(model, _name(values), problem)
                return
            yield None


def _leaves(keys):
    """Return row → (nonce, hash) of those rows in the log whose nonce was not destroyed."""
    leaves = LogLeaf.objects.filter(row__in=keys).exclude(nonce=b"").values_list("row", "nonce", "hash")
    return {row: (bytes(nonce), bytes(code)) for row, nonce, code in leaves}


def _row_problem(model, mac, values, leaves):
    """Return what is wrong with a row by its seal and by its leaf in the log; "" if nothing is."""
    table, content = model._meta.db_table, integrity.canonical(values)
    if not integrity.is_sealed(mac, table, content):
        return _problem(mac)
    nonce, code = leaves.get(values["id"], (b"", b""))
    if nonce and merkle_tree.leaf_hash(transparency_log.leaf_data(nonce, table, content)) != code:
        return _("it is not the row that the log has")
    return ""


def _problem(mac):
    if lost := integrity.lost_key(mac):
        sentence = _("its seal asks for the key “%(key)s”, which EVIDENCE_KEYS does not hold: it may be a forgery")
        return sentence % {"key": lost}
    return _("its seal does not fit: a column was changed")


def _link(values, before, model):
    _whose, sequence, code = before
    if values["sequence"] != sequence + 1 or values["previous"] != code:
        return _("the row before it is missing")
    if values["hash"] != code_of(model, values):
        return _("its check code does not fit")
    return ""


def _name(values):
    return values.get("number") if isinstance(values.get("number"), str) else str(values["id"])


def _texts():
    """Yield a fault for each text that is not the one that was published, or not the one that people answered to."""
    for version in DocumentVersion.objects.published().select_related("document").iterator(chunk_size=10):
        codes = {language: legal_documents.text_hash(version, language) for language in legal_documents.LANGUAGES}
        answered = ConsentEvent.objects.filter(version=version)
        if any(version.text_hash(language) != code for language, code in codes.items()) or _differ(answered, codes):
            yield Fault(DocumentVersion, str(version.pk), _("the published text was changed"))
    for version in PurposeVersion.objects.select_related("purpose").iterator(chunk_size=CHUNK):
        codes = {language: purposes.text_hash(version, language) for language in purposes.LANGUAGES}
        if _differ(ConsentEvent.objects.filter(purpose_version=version), codes):
            yield Fault(PurposeVersion, str(version.pk), _("its words are not those that people answered to"))


def _differ(events, codes):
    """Return whether one of these answers names another check code than that of the text in its language."""
    pairs = events.order_by().values_list("language", "text_hash").distinct()
    return any(code != codes[language] for language, code in pairs)


def _presentations():
    """Yield a fault for each page shown whose contents are not those that its answers name."""
    events = ConsentEvent.objects.filter(presentation__isnull=False).order_by("presentation", "pk")
    columns = ("presentation", "presentation__shown", "presentation__language", "shown_hash", "language")
    for pk, shown, language, code, answered_in in events.values_list(*columns).iterator(chunk_size=CHUNK):
        if integrity.sha256_of(shown) != code or language != answered_in:
            yield Fault(Presentation, str(pk), _("it is not the page that was answered"))


def _states():
    """Yield a fault for each row that holds something else than its sealed state, or than the answers of its person."""
    for model, row, columns in sealed_state.mismatches():
        if columns:
            words = {"columns": ", ".join(columns)}
            yield Fault(model, row, _("it differs from what was recorded: %(columns)s") % words)
        else:
            yield Fault(model, row, _("it was removed, and what was recorded about it is still there"))
    for user in consents.wrong_statuses():
        yield Fault(ConsentStatus, str(user), _("the consent status of this account does not follow from its answers"))


def _heads():
    """Yield a fault if a chain end noted at a checkpoint is missing, from the chain or from its checkpoint."""
    same = ConsentEvent.objects.filter(
        subject=OuterRef("subject"), sequence=OuterRef("sequence"), hash=OuterRef("hash")
    )
    lost = CheckpointHead.objects.filter(~Exists(same)).select_related("checkpoint").order_by("pk").first()
    if lost:
        problem = _("answers up to number %(sequence)s of this subject were there at checkpoint %(checkpoint)s")
        words = {"sequence": lost.sequence, "checkpoint": lost.checkpoint.sequence}
        yield Fault(ConsentEvent, str(lost.subject_id), problem % words)
    for checkpoint in Checkpoint.objects.order_by("sequence").iterator(chunk_size=CHUNK):
        ends = CheckpointHead.objects.filter(checkpoint=checkpoint).order_by("pk")
        if (checkpoint.heads, checkpoint.heads_hash) != _summary(ends.iterator(chunk_size=CHUNK)):
            yield Fault(Checkpoint, str(checkpoint), _("an end that it noted is missing"))


def _counts():
    """Yield a fault if a table has fewer rows than at the last checkpoint, up to its last row then."""
    checkpoint = latest_checkpoint()
    if checkpoint is None:
        return
    models = {model._meta.db_table: model for model in transparency_log.evidence_models()}
    for table, (count, last) in checkpoint.counts.items():
        model = models.get(table)
        present = model.objects.filter(pk__lte=last).count() if model and last else 0
        present += _let_go(table, since=checkpoint.at)
        if present < count:
            problem = _("%(lost)s rows are missing that were there at checkpoint %(checkpoint)s")
            words = {"lost": count - present, "checkpoint": checkpoint.sequence}
            yield Fault(model or Checkpoint, last, problem % words)


def _let_go(table, *, since):
    """Return how many rows of a table retention rules have deleted since then, from the audit log."""
    entries = AuditLogEntry.objects.filter(kind=Kind.FORGOTTEN, at__gte=since).values_list("facts", flat=True)
    return sum(facts["rows"] for facts in entries if facts["table"] == table)


def _log():
    """Yield a fault if the log is not the one of a checkpoint, or names a row that is not here."""
    checkpoints = {row.size: row for row in Checkpoint.objects.exclude(note="").order_by("-sequence")}
    roots = merkle_tree.Roots()
    for index, code in LogLeaf.objects.order_by("index").values_list("index", "hash").iterator(chunk_size=CHUNK):
        if index != roots.size:
            yield Fault(LogLeaf, str(roots.size), _("it is missing"))
            return
        roots.add(bytes(code))
        checkpoint = checkpoints.pop(roots.size, None)
        if checkpoint and not _fits(checkpoint, roots.root):
            yield Fault(Checkpoint, str(checkpoint), _("the log does not begin with what it says"))
    for checkpoint in checkpoints.values():
        yield Fault(Checkpoint, str(checkpoint), _("the log is shorter than it says"))
    for model in transparency_log.evidence_models():
        known = LogLeaf.objects.filter(model=model._meta.label).exclude(nonce=b"")
        for leaf in known.filter(~Exists(model._base_manager.filter(pk=OuterRef("row"))))[:1]:
            yield Fault(model, str(leaf.row), _("it is in the log, and not in the database"))


def _fits(checkpoint, root):
    says = transparency_log.checkpoint_text(checkpoint.size, root)
    signed = checkpoint.note.startswith(says) and transparency_log.is_signed(checkpoint.note)
    return signed and checkpoint.root == root.hex()


def _journal():
    """Yield a fault if the journal was changed, or names a row since the last checkpoint that is not here."""
    if restoration.is_restored():
        yield Fault(Counter, "journal", _("the database was restored from a backup: run replay_journal"))
    since = latest_checkpoint()
    number = 0
    try:
        for line in evidence_journal.lines():
            number = line["number"]
            if since is None or datetime.fromisoformat(line["at"]) > since.at:
                yield from filter(None, map(_missing, line["rows"]))
    except evidence_journal.JournalError as error:
        yield Fault(Counter, "journal", str(error))
    if number < evidence_journal.cursor():
        yield Fault(Counter, "journal", _("the journal ends before the line that the database has"))


def _missing(entry):
    model = apps.get_model(entry["model"])
    if not model._base_manager.filter(pk=entry["id"], mac=entry["mac"]).exists():
        return Fault(model, str(UUID(entry["id"])), _("it is in the journal, and not in the database"))
    return None


# Checkpoints


def latest_checkpoint():
    return Checkpoint.objects.order_by("-sequence").first()


@transaction.atomic
def checkpoint():
    """Store the state of the evidence. Chains without new events since an earlier checkpoint are not repeated."""
    reference_numbers.next_number(
        "CP"
    )  # a lock without the right to change evidence, which locking its rows would need
    last = latest_checkpoint()
    noted = CheckpointHead.objects.filter(subject=OuterRef("subject"), sequence__gte=OuterRef("sequence"))
    later = ConsentEvent.objects.filter(subject=OuterRef("subject"), sequence__gt=OuterRef("sequence"))
    grown = ConsentEvent.objects.filter(~Exists(later), ~Exists(noted)).order_by("subject")
    row = Checkpoint(
        sequence=last.sequence + 1 if last else 1,
        previous=last.hash if last else "",
        counts={
            model._meta.db_table: _count(model)
            for model in transparency_log.evidence_models()
            if model not in (Checkpoint, CheckpointHead)
        },
    )
    ends = [
        CheckpointHead(checkpoint=row, subject_id=event.subject_id, sequence=event.sequence, hash=event.hash)
        for event in grown.only("subject", "sequence", "hash").iterator(chunk_size=CHUNK)
    ]
    ends.sort(key=lambda end: end.pk)
    row.heads, row.heads_hash = _summary(ends)
    row.size = transparency_log.append_new()
    root = transparency_log.root(row.size)
    row.root, row.note = root.hex(), transparency_log.signed_checkpoint(row.size, root)
    row.hash = chain_code(row)
    row.save()
    CheckpointHead.objects.bulk_create(ends, batch_size=CHUNK)
    return row


def _count(model):
    last = model.objects.order_by("-pk").values_list("pk", flat=True).first()
    return [model.objects.filter(pk__lte=last).count() if last else 0, last.hex if last else ""]


def _summary(ends):
    """Return the number of ends and the SHA-256 over subject, sequence and hash of each."""
    digest, count = hashlib.sha256(), 0
    for end in ends:
        digest.update(f"{end.subject_id.hex} {end.sequence} {end.hash}\n".encode())
        count += 1
    return count, digest.hexdigest()


def export():
    """Return all checkpoints as plain values, to be stored out of reach of database administrators."""
    return [
        {
            "sequence": row.sequence,
            "at": row.at.isoformat(),
            "counts": row.counts,
            "heads": row.heads,
            "heads_hash": row.heads_hash,
            "note": row.note,
            "previous": row.previous,
            "hash": row.hash,
        }
        for row in Checkpoint.objects.order_by("sequence").iterator(chunk_size=CHUNK)
    ]


def compare(kept):
    """Return a Fault for the first checkpoint of an export that the database lacks, or None."""
    present = dict(Checkpoint.objects.values_list("sequence", "hash"))
    last = max(present, default=0)
    for row in kept:
        if row["sequence"] > last:
            words = _("it is in the export, and the register ends before it: an older backup, or it was taken away")
            return Fault(Checkpoint, f"#{row['sequence']}", words)
        if present.get(row["sequence"]) != row["hash"]:
            return Fault(Checkpoint, f"#{row['sequence']}", _("it is in the export, and not in the register"))
    return None
