"""A verb that changes a row loads it with `select_for_update`, or through a function that does.

A verb is a function in a transaction that takes `by`. Between an unlocked load and its save another request may change
the row, and the save would undo that. Removing any lock fails a test here: the rule finds verbs whose rows are not
locked any more, and GUARDS lists all other locks.
"""

import ast
from collections import Counter
from copy import deepcopy
from types import ModuleType, SimpleNamespace

import pytest

from tests.rules.sources import called, calls, functions, sources

LOCK = "select_for_update"
ALL = {source.name: source for source in sources()}
NEW = {"create", "get_or_create", "update_or_create"}
# Rows that a verb saves without loading → why nobody changes them meanwhile
UNLOADED = {
    "privacy.oversight.breaches.open_: breach": "new",
    "privacy.oversight.disclosures.ask: disclosure": "new",
    "privacy.rights.rights_requests.ask: request": "new",
    "privacy.rights.rights_requests.record: request": "new",
    "tenants.bulletins.publish: bulletin": "new",
    "tenants.register.enter: entry": "new",
    "privacy.rights.retention.clear: rows": "one statement, on whatever the row holds by then",
}
# Locks on rows that no verb saves in the same function → what must wait for them
GUARDS = {
    "accounts.recovery_codes._lock: Authenticator.objects": "a second use of the same code",
    "accounts.sessions.renew: SignIn.objects": "the end of this session by its owner",
    "privacy.cases.lock: type(case).objects": "another answer to the same case",
    "privacy.consent.announcements._send_batch: Announcement.objects": "a second worker on the same batch",
    "privacy.consent.consents.consequences._erase_rows: Subject.objects": "other erasures of this person",
    "privacy.restoration.bring_back: Counter.objects": "another request that brings the same rows back",
    "privacy.consent.consents.decisions._open: Presentation.objects": "a second answer to the same page",
    "privacy.consent.consents.decisions.withdraw: Subject.objects": "other answers of this person: one chain of events",
    "privacy.consent.legal_documents.draft: LegalDocument.objects": "a second draft, which would get the same number",
    "privacy.key_rotation._batch: rows": "an edit between reading and writing the encrypted value",
    "privacy.oversight.disclosures.tell_due: Disclosure.objects": "a second run, and a new delay",
    "privacy.rights.erasures._again: Subject.objects": "other verbs about this person",
    "privacy.rights.erasures._close_account: Subject.objects": "other verbs about the account",
    "privacy.rights.erasures.carry_out: ErasureOrder.objects": "a second run of the same order",
    "privacy.rights.erasures.order: Subject.objects": "other verbs about this person",
    "privacy.rights.legal_holds.place: Subject.objects": "an erasure of this person",
    "privacy.rights.legal_holds.release: Subject.objects": "another hold for this person",
    "privacy.rights.profile_updates.ask: Subject.objects": "a second request for the same field, and an erasure",
    "privacy.rights.retention._warn: Subject.objects": "an erasure of this person",
    "privacy.rights.retention.run: RetentionRun.objects": "a second start of the same run",
    "privacy.rights.rights_requests.ask: Subject.objects": "a second request of the same kind, and an erasure",
    "privacy.rights.rights_requests.record: Subject.objects": "a second request of the same kind, and an erasure",
    "privacy.sharing.deletion_statements._remind: Party.objects": "a second run, which would remind again",
    "privacy.sharing.deletion_statements.state: SharingGrant.objects": "a second statement for the same permission",
    "privacy.sharing.grants.lifecycle._lock: Subject.objects": "an erasure of this person",
    "privacy.sharing.grants.lifecycle._lock: Subject.objects, again": "answers about longer sharing",
    "privacy.sharing.grants.lifecycle.end_longer: SharingGrant.objects": "a withdrawal of the same permission",
    "privacy.sharing.grants.lifecycle.give: SharingAgreement.objects": "the end of the agreement",
    "privacy.sharing.grants.sharing_requests.ask: Subject.objects": "an erasure of this person",
    "privacy.subjects.lock_for_staff: Subject.objects": "answers and an erasure of this person",
    "tenants.claims.claim: Subject.objects": "a second claim of the same person",
    "tenants.imports.pending._confirm: BuildingManagement.objects": "another import into the same register",
    "tenants.imports.pending._hold: Subject.objects": "erasures of the people in the file",
    "tenants.imports.pending._hold: Tenant.objects": "corrections of the entries in the file",
    "tenants.invitations.invite: Subject.objects": "an erasure of this person",
    "tenants.usage.count: Subject.objects": "an erasure of this person",
}


def is_verb(function):
    arguments = {arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)}
    atomic = any(ast.unparse(decorator).endswith("transaction.atomic") for decorator in function.decorator_list)
    return atomic and "by" in arguments


def closure(source, is_one):
    """Return the names of the module's functions for which `is_one(function, names found so far)` holds."""
    found = set()
    while more := {f.name for f in functions(source.tree) if f.name not in found and is_one(f, found)}:
        found |= more
    return found


def imported(source, is_one):
    """Return the same for imported modules, as "cases.lock"."""
    modules = ((name, m) for name, m in source.namespace.items() if isinstance(m, ModuleType) and m.__name__ in ALL)
    return {f"{name}.{function}" for name, module in modules for function in closure(ALL[module.__name__], is_one)}


def lockers(source):
    """Return the functions that lock the row that they return or are given."""
    elsewhere = imported(source, locks)
    return elsewhere | closure(source, lambda f, found: locks(f, found | elsewhere))


def locks(node, helpers):
    return any(called(call) == LOCK or ast.unparse(call.func) in helpers for call in calls(node))


def savers(source):
    """Return the functions that save or delete their first argument."""
    elsewhere = imported(source, lambda f, found: f.args.args and f.args.args[0].arg in written(f, source, found))
    own = closure(source, lambda f, found: f.args.args and f.args.args[0].arg in written(f, source, found | elsewhere))
    return own | elsewhere


def written(function, source, saving):
    """Return the rows that a function saves or deletes, itself or by a call: names, or calls that return a row."""
    local = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    local |= {arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)}
    rows = []
    for call in calls(function):
        if called(call) in {"save", "delete"} and isinstance(call.func, ast.Attribute):
            rows.append(call.func.value)
        elif ast.unparse(call.func) in saving and call.args:
            rows.append(call.args[0])
    loaded = {ast.unparse(row) for row in rows if isinstance(row, ast.Call) and ast.unparse(row.func) in source.own}
    return {row.id for row in rows if isinstance(row, ast.Name) and row.id in local} | loaded


def values_of(name, function, seen=()):
    """Return the expressions assigned to a name, in assignments and loops, through other names too."""
    found = []
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.For | ast.comprehension):
            targets, value = [node.target], node.iter
        else:
            continue
        stored = {
            n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        if name in stored:
            found.append(value)
            if isinstance(value, ast.Name) and value.id not in seen:
                found += values_of(value.id, function, (*seen, name))
    return found


def faults(source):
    """Yield (place, row) for each row that a verb changes without a lock."""
    verbs = list(filter(is_verb, functions(source.tree)))
    helpers, saving = (lockers(source), savers(source)) if verbs else (set(), set())
    for function in verbs:
        for name in sorted(written(function, source, saving)):
            given = values_of(name, function) or [ast.parse(name, mode="eval").body]
            is_new = given and all(_makes(value) for value in given)
            if not is_new and not any(locks(v, helpers) for v in given) and not _names_locked(function, name, helpers):
                yield f"{source.name}.{function.name}: {name}"


def _makes(value):
    return isinstance(value, ast.Call) and (called(value) in NEW or called(value)[:1].isupper())


def _names_locked(function, name, helpers):
    """Return whether it calls `lock(row)`, or `select_for_update().get(pk=row.pk)` before saving an edited row."""
    for call in calls(function):
        own = [*call.args, *(keyword.value for keyword in call.keywords)]
        if locks(call, helpers) and any(ast.unparse(arg) in {name, f"{name}.pk"} for arg in own):
            return True
    return False


class Unlock(ast.NodeTransformer):
    """Removes one lock: `rows.select_for_update().get()` becomes `rows.get()`."""

    def __init__(self, place):
        self.left = place

    def visit_Call(self, node):
        self.generic_visit(node)
        if called(node) == LOCK:
            self.left -= 1
            if self.left == -1:
                return node.func.value
        return node


def unseen_locks(source):
    """Return the locks that could be removed without the rule above noticing."""
    present, told = set(faults(source)), set()
    for place in range(sum(called(call) == LOCK for call in calls(source.tree))):
        without = Unlock(place).visit(deepcopy(source.tree))
        changed = SimpleNamespace(name=source.name, tree=without, namespace=source.namespace, own=source.own)
        if set(faults(changed)) == present:
            name = changed_place(source.tree, without, source.name)
            yield f"{name}, again" if name in told else name
            told.add(name)


def changed_place(tree, without, module):
    """Return where a lock was removed, and on what."""
    for before, after in zip(functions(tree), functions(without), strict=True):
        if (was := locked_rows(before)) != (left := locked_rows(after)):
            (gone,) = (Counter(was) - Counter(left)).elements()
            return f"{module}.{before.name}: {gone}"
    raise AssertionError("No lock was taken out.")


def locked_rows(function):
    return sorted(ast.unparse(call.func.value) for call in calls(function) if called(call) == LOCK)


def test_a_verb_locks_the_rows_that_it_changes():
    found = {fault for source in sources() for fault in faults(source)}
    assert not found - set(UNLOADED), f"Load these with select_for_update: {sorted(found - set(UNLOADED))}"
    assert not set(UNLOADED) - found, f"Take these off the list: {sorted(set(UNLOADED) - found)}"


def test_no_lock_can_go_unseen():
    every = sum(called(call) == LOCK for source in sources() for call in calls(source.tree))
    assert every > 60
    found = {lock for source in sources() for lock in unseen_locks(source)}
    assert not set(GUARDS) - found, f"These locks are gone: {sorted(set(GUARDS) - found)}"
    new = sorted(found - set(GUARDS))
    assert not new, f"Add these to GUARDS, each with what the lock prevents: {new}"


def planted(body, more=""):
    lines = "".join(f"    {line}\n" for line in body.split("; "))
    tree = ast.parse(f"@transaction.atomic\ndef verb(*, row, by):\n{lines}{more}")
    return SimpleNamespace(name="planted", tree=tree, namespace={}, own={f.name for f in functions(tree)})


HELPERS = """
def _locked(row):
    return Model.objects.select_for_update().get(pk=row.pk)
def _loaded(row):
    return Model.objects.get(pk=row.pk)
def _settle(row):
    row.save()
"""


@pytest.mark.parametrize(
    ("body", "is_fault"),
    [
        ("row = Model.objects.get(pk=row.pk); row.save()", True),
        ("row = Model.objects.filter(pk=row.pk).first(); row.delete()", True),
        ("for line in row.lines.all(): line.save()", True),
        ("row = _loaded(row); row.save()", True),
        ("row = _loaded(row); _settle(row)", True),
        ("_settle(_loaded(row))", True),
        ("row.save()", True),
        ("row = Model.objects.select_for_update().get(pk=row.pk); row.save()", False),
        ("lines = list(row.lines.select_for_update()); [line.save() for line in lines]", False),
        ("row = _locked(row); _settle(row)", False),
        ("_settle(_locked(row))", False),
        ("stored = Model.objects.select_for_update().get(pk=row.pk); row.save()", False),
        ("fresh = Model(); fresh.save()", False),
    ],
)
def test_an_unlocked_change_is_found(body, is_fault):
    assert bool(list(faults(planted(body, HELPERS)))) == is_fault


def test_the_lock_of_a_withdrawal_is_seen():
    """It is in a helper, and no other test would notice its removal."""
    source = ALL["privacy.sharing.grants.lifecycle"]
    tree = deepcopy(source.tree)
    (held,) = [f for f in functions(tree) if f.name == "_held"]
    Unlock(0).visit(held)
    without = SimpleNamespace(name=source.name, tree=tree, namespace=source.namespace, own=source.own)
    assert f"{source.name}.withdraw: grant" in set(faults(without)) - set(faults(source))
